// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.AggregatingState;
import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.ExpiryFigures;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.MergingState;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.State;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateTtl;
import io.statebackend.api.Timers;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.timers.TableTimers;
import io.statebackend.core.timers.TimerTable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state over the tables of a storage engine.
 *
 * @param <K> the type of the keys
 */
public final class TableKeyedStateBackend<K>
    implements KeyedStateBackend<K>, TableTimers.Owner<K>, AutoCloseable {

  private record DeclaredTimers<K>(StateMeta meta, TableTimers<K, ?> handle) {}

  private final StoreSpec<K> spec;
  private final KeyedStore<K> store;
  private final StateRegistry registry;
  private final KeyContext<K> context;
  private final int firstKeyGroup;
  private final int keyGroupCount;
  private final Map<String, DeclaredTable<K, ?>> tables = new LinkedHashMap<>();
  private final Map<String, DeclaredTimers<K>> timers = new LinkedHashMap<>();
  private final TableLoader<K> loader;
  private final TtlClock clock;
  private final ExpirySweep<K> sweep;

  /** When the states with a time to live expire, by name. */
  private final Map<String, Lifetime> lifetimes = new HashMap<>();

  /** The thread that sets keys; {@code null} until one does. */
  private @Nullable Thread owner;

  private boolean closed;

  /**
   * Builds keyed state on a store.
   *
   * @param spec what the store is for
   * @param store an empty store; the backend owns it
   * @param registry the states of the subtask, declared and restored
   * @param timeOfDay tells the time of day, for state with a time to live
   * @throws io.statebackend.api.IncompatibleStateException if the restored keys are of another type
   */
  public TableKeyedStateBackend(
      StoreSpec<K> spec, KeyedStore<K> store, StateRegistry registry, InstantSource timeOfDay) {
    this.spec = spec;
    this.store = store;
    this.registry = registry;
    this.context = new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
    this.loader = new TableLoader<>(spec, store, registry);
    this.clock = new TtlClock(timeOfDay);
    this.clock.restore(registry.eventTime());
    this.sweep = new ExpirySweep<>(store, spec);
    this.firstKeyGroup = spec.keyGroups().first();
    this.keyGroupCount = spec.keyGroups().size();
  }

  @Override
  public void setCurrentKey(K key) {
    checkOwner();
    context.set(key);
    checkKeyGroup();
  }

  @Override
  public void setCurrentKey(K key, int keyGroup) {
    checkOwner();
    context.set(key, keyGroup);
    checkKeyGroup();
  }

  private void checkOwner() {
    Thread current = Thread.currentThread();
    if (owner != current) {
      if (owner != null) {
        throw new IllegalStateException(
            "keyed state of operator '%s', subtask %d, is used by two threads: owner=%s, caller=%s; hand it over first"
                .formatted(spec.operatorId(), spec.subtask(), owner.getName(), current.getName()));
      }
      owner = current;
    }
  }

  /**
   * Checks that the calling thread is the owner, if there is one yet.
   *
   * @throws IllegalStateException if it is not
   */
  void checkCalledByOwner() {
    if (owner != null) {
      checkOwner();
    }
  }

  private void checkKeyGroup() {
    int keyGroup = context.keyGroup();
    // One comparison for both ends: below the first the difference is negative, that is, huge.
    if (Integer.compareUnsigned(keyGroup - firstKeyGroup, keyGroupCount) >= 0) {
      K key = context.key();
      context.clear();
      throw new IllegalArgumentException(
          ("key belongs to another subtask: key=%s, keyGroup=%d, keyGroups of subtask %d of"
               + " operator '%s'=%s; send each record to the subtask that owns the key group of its"
               + " key")
              .formatted(key, keyGroup, spec.subtask(), spec.operatorId(), spec.keyGroups()));
    }
  }

  /** Lets another thread become the owner: the one that next sets a key. */
  public void handOver() {
    owner = null;
    context.clear();
  }

  @Override
  public K currentKey() {
    return spec.keySerializer().copy(context.key());
  }

  @Override
  public int currentKeyGroup() {
    context.checkSet();
    return context.keyGroup();
  }

  @Override
  public KeyGroupRange keyGroupRange() {
    return spec.keyGroups();
  }

  @Override
  public int maxParallelism() {
    return spec.maxParallelism();
  }

  @Override
  public <V> ValueState<V> value(ValueStateDescriptor<V> descriptor) {
    return valueState(descriptor, voidScope(descriptor));
  }

  @Override
  public <N, V> NamespacedState<N, ValueState<V>> value(
      ValueStateDescriptor<V> descriptor, TypeSerializer<N> namespaceSerializer) {
    return namespaced(scope(descriptor, namespaceSerializer), s -> valueState(descriptor, s));
  }

  private <N, V> ValueState<V> valueState(
      ValueStateDescriptor<V> descriptor, StateScope<K, N> scope) {
    TypeSerializer<V> serializer = descriptor.valueSerializer().duplicate();
    return new TableValueState<>(
        scope, valueTable(descriptor, scope, serializer), serializer, descriptor.defaultValue());
  }

  @Override
  public <E> ListState<E> list(ListStateDescriptor<E> descriptor) {
    return listState(descriptor, voidScope(descriptor));
  }

  @Override
  public <N, E> NamespacedState<N, ListState<E>> list(
      ListStateDescriptor<E> descriptor, TypeSerializer<N> namespaceSerializer) {
    return namespaced(scope(descriptor, namespaceSerializer), s -> listState(descriptor, s));
  }

  private <N, E> ListState<E> listState(ListStateDescriptor<E> descriptor, StateScope<K, N> scope) {
    TypeSerializer<E> serializer = descriptor.valueSerializer().duplicate();
    return new TableListState<>(scope, listTable(descriptor, scope, serializer), serializer);
  }

  @Override
  public <U, V> MapState<U, V> map(MapStateDescriptor<U, V> descriptor) {
    return mapState(descriptor, voidScope(descriptor));
  }

  @Override
  public <N, U, V> NamespacedState<N, MapState<U, V>> map(
      MapStateDescriptor<U, V> descriptor, TypeSerializer<N> namespaceSerializer) {
    return namespaced(scope(descriptor, namespaceSerializer), s -> mapState(descriptor, s));
  }

  private <N, U, V> MapState<U, V> mapState(
      MapStateDescriptor<U, V> descriptor, StateScope<K, N> scope) {
    TypeSerializer<U> userKeys = descriptor.userKeySerializer().duplicate();
    TypeSerializer<V> values = descriptor.valueSerializer().duplicate();
    return new TableMapState<>(
        scope, mapTable(descriptor, scope, userKeys, values), userKeys, values);
  }

  @Override
  public <V> ReducingState<V> reducing(ReducingStateDescriptor<V> descriptor) {
    return reducingState(descriptor, voidScope(descriptor));
  }

  @Override
  public <N, V> NamespacedState<N, ReducingState<V>> reducing(
      ReducingStateDescriptor<V> descriptor, TypeSerializer<N> namespaceSerializer) {
    return namespaced(scope(descriptor, namespaceSerializer), s -> reducingState(descriptor, s));
  }

  private <N, V> ReducingState<V> reducingState(
      ReducingStateDescriptor<V> descriptor, StateScope<K, N> scope) {
    TypeSerializer<V> serializer = descriptor.valueSerializer().duplicate();
    return new TableReducingState<>(
        scope, valueTable(descriptor, scope, serializer), serializer, descriptor.reducer());
  }

  @Override
  public <I, A, O> AggregatingState<I, O> aggregating(
      AggregatingStateDescriptor<I, A, O> descriptor) {
    return aggregatingState(descriptor, voidScope(descriptor));
  }

  @Override
  public <N, I, A, O> NamespacedState<N, AggregatingState<I, O>> aggregating(
      AggregatingStateDescriptor<I, A, O> descriptor, TypeSerializer<N> namespaceSerializer) {
    return namespaced(scope(descriptor, namespaceSerializer), s -> aggregatingState(descriptor, s));
  }

  private <N, I, A, O> AggregatingState<I, O> aggregatingState(
      AggregatingStateDescriptor<I, A, O> descriptor, StateScope<K, N> scope) {
    TypeSerializer<A> serializer = descriptor.valueSerializer().duplicate();
    return new TableAggregatingState<>(
        scope, valueTable(descriptor, scope, serializer), serializer, descriptor.function());
  }

  private <N, S extends State> NamespacedState<N, S> namespaced(
      StateScope<K, N> scope, Function<StateScope<K, N>, S> handle) {
    return new TableNamespacedState<>(scope, handle.apply(scope));
  }

  private StateScope<K, VoidNamespace> voidScope(StateDescriptor descriptor) {
    return new StateScope<>(
        descriptor.name(), context, VoidNamespace.serializer(), VoidNamespace.INSTANCE);
  }

  private <N> StateScope<K, N> scope(StateDescriptor descriptor, TypeSerializer<N> serializer) {
    requireNonNull(serializer, "namespaceSerializer");
    return new StateScope<>(descriptor.name(), context, serializer.duplicate(), null);
  }

  private <N, V> ValueTable<K, N, V> valueTable(
      StateDescriptor descriptor, StateScope<K, N> scope, TypeSerializer<V> serializer) {
    StateTtl ttl = descriptor.ttl();
    if (ttl != null) {
      TypeSerializer<Timed<V>> timed = new TimedSerializer<>(serializer, ttl);
      return declaredOnce(
          descriptor,
          ttl,
          lifetime ->
              new TtlValueTable<>(
                  descriptor.name(),
                  tableOfValues(descriptor, scope, timed),
                  scope.namespaceSerializer(),
                  serializer,
                  lifetime,
                  sweep));
    }
    return tableOfValues(descriptor, scope, serializer);
  }

  private <N, V> ValueTable<K, N, V> tableOfValues(
      StateDescriptor descriptor, StateScope<K, N> scope, TypeSerializer<V> serializer) {
    TableSpec.OfValues<N, V> table =
        new TableSpec.OfValues<>(descriptor.name(), scope.namespaceSerializer(), serializer);
    return declare(
        descriptor, table, VoidNamespace.serializer(), serializer, () -> store.valueTable(table));
  }

  private <N, E> ListTable<K, N, E> listTable(
      ListStateDescriptor<E> descriptor, StateScope<K, N> scope, TypeSerializer<E> serializer) {
    StateTtl ttl = descriptor.ttl();
    if (ttl != null) {
      TimedSerializer<E> timed = new TimedSerializer<>(serializer, ttl);
      return declaredOnce(
          descriptor,
          ttl,
          lifetime ->
              new TtlListTable<>(
                  descriptor.name(),
                  tableOfLists(descriptor, scope, timed),
                  scope.namespaceSerializer(),
                  timed,
                  lifetime,
                  sweep));
    }
    return tableOfLists(descriptor, scope, serializer);
  }

  private <N, E> ListTable<K, N, E> tableOfLists(
      StateDescriptor descriptor, StateScope<K, N> scope, TypeSerializer<E> serializer) {
    TableSpec.OfLists<N, E> table =
        new TableSpec.OfLists<>(descriptor.name(), scope.namespaceSerializer(), serializer);
    return declare(
        descriptor, table, VoidNamespace.serializer(), serializer, () -> store.listTable(table));
  }

  private <N, U, V> MapTable<K, N, U, V> mapTable(
      MapStateDescriptor<U, V> descriptor,
      StateScope<K, N> scope,
      TypeSerializer<U> userKeys,
      TypeSerializer<V> values) {
    StateTtl ttl = descriptor.ttl();
    if (ttl != null) {
      TimedSerializer<V> timed = new TimedSerializer<>(values, ttl);
      return declaredOnce(
          descriptor,
          ttl,
          lifetime ->
              new TtlMapTable<>(
                  descriptor.name(),
                  tableOfMaps(descriptor, scope, userKeys, timed),
                  scope.namespaceSerializer(),
                  userKeys,
                  timed,
                  lifetime,
                  sweep));
    }
    return tableOfMaps(descriptor, scope, userKeys, values);
  }

  /**
   * Makes a table in which values expire, which is looked through from its first declaration on.
   */
  private <T extends TtlTable<K, ?>> T declaredOnce(
      StateDescriptor descriptor, StateTtl ttl, Function<Lifetime, T> create) {
    Lifetime lifetime = new Lifetime(ttl, clock);
    T table = create.apply(lifetime);
    if (lifetimes.putIfAbsent(descriptor.name(), lifetime) == null) {
      sweep.add(table);
    }
    return table;
  }

  private <N, U, V> MapTable<K, N, U, V> tableOfMaps(
      StateDescriptor descriptor,
      StateScope<K, N> scope,
      TypeSerializer<U> userKeys,
      TypeSerializer<V> values) {
    TableSpec.OfMaps<N, U, V> table =
        new TableSpec.OfMaps<>(descriptor.name(), scope.namespaceSerializer(), userKeys, values);
    return declare(descriptor, table, userKeys, values, () -> store.mapTable(table));
  }

  private DeclaredTable<K, ?> declaredTable(StateDescriptor descriptor) {
    checkOpen();
    checkCalledByOwner();
    DeclaredTable<K, ?> table = tables.get(descriptor.name());
    if (table == null) {
      throw new IllegalArgumentException(
          "operator '%s' has not declared keyed state '%s'; declared=%s"
              .formatted(spec.operatorId(), descriptor.name(), tables.keySet()));
    }
    return table;
  }

  /**
   * Returns the table of a state, created and filled from the restored snapshots the first time.
   */
  @SuppressWarnings("unchecked") // a state declared before has the same types, and so its table
  private <N, U, V, T extends Table<K, N>> T declare(
      StateDescriptor descriptor,
      TableSpec<N> table,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer,
      Supplier<T> create) {
    checkOpen();
    checkCalledByOwner();
    String state = " of state '" + descriptor.name() + "'";
    Serializers.checkKey(table.namespaceSerializer(), "namespace" + state);
    Serializers.checkKey(userKeySerializer, "user key" + state);
    DeclaredTypes types =
        new DeclaredTypes(
            descriptor.name(),
            descriptor.kind(),
            table.namespaceSerializer(),
            userKeySerializer,
            valueSerializer,
            descriptor.ttl());
    StateMeta meta = types.meta();
    if (!registry.declare(meta)) {
      return (T) requireNonNull(tables.get(meta.name())).table();
    }
    T created = loaded(meta, () -> loader.load(types, create));
    tables.put(meta.name(), new DeclaredTable<>(meta, table, created));
    registry.loaded(meta);
    return created;
  }

  /** Loads what was just declared; if that fails, the declaration is taken back. */
  private <T> T loaded(StateMeta meta, Supplier<T> load) {
    try {
      return load.get();
    } catch (RuntimeException | Error e) {
      registry.withdraw(meta);
      if (!loader.isIntact()) {
        // A table that is filled by half must never be used.
        close();
      }
      throw e;
    }
  }

  @Override
  @SuppressWarnings("unchecked") // timers declared before have namespaces of the same type
  public <N> Timers<N> timers(String name, TypeSerializer<N> namespaceSerializer) {
    StateDescriptor.checkName(name);
    requireNonNull(namespaceSerializer, "namespaceSerializer");
    checkOpen();
    checkCalledByOwner();
    Serializers.checkKey(namespaceSerializer, "namespace of timers '" + name + "'");
    DeclaredTypes types = DeclaredTypes.ofTimers(name, namespaceSerializer);
    StateMeta meta = types.meta();
    if (!registry.declare(meta)) {
      return (Timers<N>) requireNonNull(timers.get(name)).handle();
    }
    TimerTable<K> table = loaded(meta, () -> loader.loadTimers(types));
    TableTimers<K, N> handle =
        new TableTimers<>(
            name, this, context, spec.keySerializer(), namespaceSerializer.duplicate(), table);
    timers.put(name, new DeclaredTimers<>(meta, handle));
    registry.loaded(meta);
    return handle;
  }

  @Override
  public void checkUsable() {
    checkOpen();
    checkCalledByOwner();
  }

  @Override
  public <N, S extends MergingState> void mergeNamespaces(
      NamespacedState<N, S> state, N target, Collection<? extends N> sources) {
    TableNamespacedState<N, S> own = own(state);
    TypeSerializer<N> serializer = own.scope().namespaceSerializer();
    List<N> done = new ArrayList<>();
    done.add(own.scope().requireNonNull(target, "target namespace"));
    for (N source : sources) {
      N checked = own.scope().requireNonNull(source, "source namespace");
      if (done.stream().noneMatch(other -> serializer.equal(other, checked))) {
        done.add(checked);
      }
    }
    context.checkSet();
    checkCalledByOwner();
    @SuppressWarnings("unchecked") // every merging handle made here is one, over this scope's types
    MergeableTableState<K, N> handle = (MergeableTableState<K, N>) own.handle();
    for (N source : done.subList(1, done.size())) {
      handle.merge(context, target, source);
    }
  }

  private <N, S extends State> TableNamespacedState<N, S> own(NamespacedState<N, S> state) {
    if (state instanceof TableNamespacedState<N, S> own && own.scope().follows(context)) {
      return own;
    }
    throw new IllegalArgumentException("the state is of another backend: " + state);
  }

  @Override
  public Stream<K> keys(StateDescriptor descriptor) {
    DeclaredTable<K, ?> table = declaredTable(descriptor);
    if (table.hasNamespaces()) {
      throw new IllegalArgumentException(
          "state '%s' has namespaces; ask for the keys of one of them"
              .formatted(descriptor.name()));
    }
    return keys(descriptor.name(), new BinaryOutput(0));
  }

  @Override
  public <N> Stream<K> keys(NamespacedState<N, ?> state, N namespace) {
    checkOpen();
    checkCalledByOwner();
    StateScope<?, N> scope = own(state).scope();
    BinaryOutput bytes = new BinaryOutput();
    scope.namespaceSerializer().serialize(scope.requireNonNull(namespace, "namespace"), bytes);
    return keys(scope.stateName(), bytes);
  }

  private Stream<K> keys(String table, BinaryOutput namespace) {
    return new FrozenKeys<>(
            store.freeze(FreezePurpose.READ),
            requireNonNull(tables.get(table)).meta(),
            expiryPoints().get(table),
            spec,
            namespace,
            this::checkOpen)
        .stream();
  }

  @Override
  public void clearCurrentKey() {
    context.checkSet();
    checkCalledByOwner();
    for (DeclaredTable<K, ?> table : tables.values()) {
      clearCurrentKey(table);
    }
  }

  private <N> void clearCurrentKey(DeclaredTable<K, N> table) {
    List<N> namespaces;
    if (table.hasNamespaces()) {
      List<N> known = table.table().namespaces(context);
      namespaces = known == null ? walkedNamespaces(table) : known;
    } else {
      namespaces = List.of(table.spec().namespaceSerializer().deserialize(new BinaryInput()));
    }
    for (N namespace : namespaces) {
      table.table().clear(context, namespace);
    }
  }

  private <N> List<N> walkedNamespaces(DeclaredTable<K, N> table) {
    List<N> namespaces = new ArrayList<>();
    TypeSerializer<N> serializer = table.spec().namespaceSerializer();
    int keyGroup = context.keyGroup();
    try (TableWalk walk =
        new TableWalk(store, table.table(), table.meta().name(), keyGroup, keyGroup)) {
      BinaryOutput key = new BinaryOutput();
      BinaryOutput namespace = new BinaryOutput();
      while (walk.next()) {
        key.reset();
        walk.entry().writeKey(key);
        if (sameBytes(key, context.bytes())) {
          namespace.reset();
          walk.entry().writeNamespace(namespace);
          namespaces.add(serializer.deserialize(new BinaryInput(namespace.toByteArray())));
        }
      }
    }
    return namespaces;
  }

  @Override
  public void advanceTime(long watermark) {
    checkOpen();
    checkCalledByOwner();
    clock.advance(watermark);
  }

  @Override
  public boolean maintain(int budget) {
    if (budget < 1) {
      throw new IllegalArgumentException("the budget is 1 or more: budget=" + budget);
    }
    checkOpen();
    checkCalledByOwner();
    return sweep.maintain(budget);
  }

  @Override
  public ExpiryFigures expiryFigures() {
    return sweep.figures();
  }

  static boolean sameBytes(BinaryOutput a, BinaryOutput b) {
    return Arrays.equals(a.array(), 0, a.position(), b.array(), 0, b.position());
  }

  @Override
  public long entryCount(StateDescriptor descriptor) {
    DeclaredTable<K, ?> table = declaredTable(descriptor);
    long counted = table.table().entryCount();
    if (counted != KeyedStore.NOT_COUNTED) {
      return counted;
    }
    return EntryCount.inImage(store, descriptor.name(), spec.keyGroups());
  }

  FieldMeta keyMeta() {
    return FieldMeta.of(spec.keySerializer());
  }

  List<StateMeta> declaredStates() {
    return Stream.concat(
            tables.values().stream().map(DeclaredTable::meta),
            timers.values().stream().map(DeclaredTimers::meta))
        .toList();
  }

  /** Returns what has expired now of the states that have a time to live, by name. */
  Map<String, Lifetime.ExpiryPoint> expiryPoints() {
    Map<String, Lifetime.ExpiryPoint> points = new HashMap<>();
    lifetimes.forEach((name, lifetime) -> points.put(name, lifetime.point()));
    return points;
  }

  @Nullable EventTime eventTime() {
    return clock.eventTime();
  }

  FrozenStore freeze() {
    checkOpen();
    return store.freeze();
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException(
          "the keyed state backend of operator '%s', subtask %d, is closed"
              .formatted(spec.operatorId(), spec.subtask()));
    }
  }

  /** Closes the backend and its store. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      context.close();
      sweep.close();
      store.close();
    }
  }
}
