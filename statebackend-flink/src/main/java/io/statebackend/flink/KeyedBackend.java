// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.core.host.HostSnapshots;
import io.statebackend.core.host.HostedStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RunnableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType.SharingFilesStrategy;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.DoneFuture;
import org.apache.flink.runtime.state.InternalKeyContextImpl;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.SavepointResources;
import org.apache.flink.runtime.state.SnapshotExecutionType;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.SnapshotStrategyRunner;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.util.StateMigrationException;
import org.jspecify.annotations.Nullable;

/**
 * Flink's keyed state over the tables of a storage engine. Used by the task's thread; what
 * snapshots write in the background is an image.
 */
final class KeyedBackend<K> extends AbstractKeyedStateBackend<K> {
  private final OpaqueMemoryResource<SlotEngine> engine;
  private final HostedStore<K> store;
  private final StateAccess<K> access;
  private final KeyContext<K> key;
  private final Map<String, KeyedTable<K, ?, ?>> states;
  private final Set<String> restoredTables;
  private final Timers timers;
  private final @Nullable HostSnapshots<StreamStateHandle> nativeSnapshots;
  private final boolean isIncremental;
  private final LocalRecoveryConfig localRecovery;
  private final UUID backendId = UUID.randomUUID();
  private final Figures figures = new Figures();
  private boolean isDisposed;

  KeyedBackend(KeyedBackendBuilder<K> parts) {
    super(
        parts.parameters.getKvStateRegistry(),
        parts.keySerializer(),
        parts.userClasses(),
        parts.parameters.getEnv().getExecutionConfig(),
        parts.parameters.getTtlTimeProvider(),
        parts.latencyTracking,
        parts.sizeTracking,
        new CloseableRegistry(), // Flink closes the one of the parameters after the restore
        parts.compression,
        new InternalKeyContextImpl<>(parts.keyGroups, parts.parameters.getNumberOfKeyGroups()));
    this.engine = parts.engine;
    this.store = parts.store;
    this.access = new StateAccess<>(store, keySerializer);
    this.key = access.key();
    this.states = parts.states;
    this.restoredTables = parts.restoredTables;
    this.timers = parts.timers;
    this.nativeSnapshots = parts.nativeSnapshots;
    this.isIncremental = parts.isIncremental;
    this.localRecovery =
        parts.parameters.getEnv().getTaskStateManager().createLocalRecoveryConfig();
    figures.register(parts.parameters.getMetricGroup(), engine.getResourceHandle());
  }

  @Override
  public void setCurrentKey(K newKey) {
    super.setCurrentKey(newKey);
    key.set(newKey, getCurrentKeyGroupIndex());
  }

  @Override
  public void setCurrentKeyAndKeyGroup(K newKey, int newKeyGroupIndex) {
    super.setCurrentKeyAndKeyGroup(newKey, newKeyGroupIndex);
    key.set(newKey, newKeyGroupIndex);
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // Flink asks for it so
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> description,
      StateSnapshotTransformFactory<SEV> transformFactory)
      throws StateMigrationException {
    return createOrUpdateInternalState(namespaceSerializer, description, transformFactory, false);
  }

  @Override
  // The kind of the state says which handle is asked for; Flink asks for it so.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <N, SV, SEV, S extends State, IS extends S> IS createOrUpdateInternalState(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<S, SV> description,
      StateSnapshotTransformFactory<SEV> transformFactory,
      boolean allowFutureMetadataUpdates)
      throws StateMigrationException {
    KeyedTable<K, N, SV> state =
        declared(namespaceSerializer, description, allowFutureMetadataUpdates);
    state.transformBy(transformFactory);
    state.create(restoredTables);
    return (IS) handle(state, description);
  }

  @SuppressWarnings("unchecked") // a state that was there before is checked to be of the same types
  private <N, SV> KeyedTable<K, N, SV> declared(
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<?, SV> description,
      boolean allowFutureMetadataUpdates)
      throws StateMigrationException {
    KeyedTable<K, N, SV> present = (KeyedTable<K, N, SV>) states.get(description.getName());
    if (present == null) {
      RegisteredKeyValueStateBackendMetaInfo<N, SV> meta =
          new RegisteredKeyValueStateBackendMetaInfo<>(
              description.getType(),
              description.getName(),
              namespaceSerializer,
              description.getSerializer());
      KeyedTable<K, N, SV> created =
          KeyedTable.of(
              store, allowFutureMetadataUpdates ? meta.withSerializerUpgradesAllowed() : meta);
      states.put(description.getName(), created);
      return created;
    }
    RegisteredKeyValueStateBackendMetaInfo<N, SV> meta = present.meta();
    boolean isMigrated = Declarations.update(meta, namespaceSerializer, description);
    present.adopt(
        allowFutureMetadataUpdates ? meta.withSerializerUpgradesAllowed() : meta,
        isMigrated ? meta.getPreviousStateSerializer() : null,
        restoredTables,
        ttlTimeProvider);
    return present;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the kind of the state says what it is made of
  private State handle(KeyedTable<K, ?, ?> state, StateDescriptor<?, ?> description) {
    return switch (state.type()) {
      case VALUE -> new ValueHandle(access, (KeyedValues) state, description.getDefaultValue());
      case LIST -> new ListHandle(access, (KeyedLists) state);
      case MAP -> new MapHandle(access, (KeyedMaps) state);
      case REDUCING ->
          new ReducingHandle(
              access,
              (KeyedValues) state,
              ((ReducingStateDescriptor) description).getReduceFunction());
      case AGGREGATING ->
          new AggregatingHandle(
              access,
              (KeyedValues) state,
              ((AggregatingStateDescriptor) description).getAggregateFunction());
      default ->
          throw new UnsupportedOperationException(
              "no state of this kind is known: state='%s', kind=%s"
                  .formatted(state.name(), state.type()));
    };
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(String name, TypeSerializer<T> elements) {
    return create(name, elements, false);
  }

  @Override
  public <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(
          String name, TypeSerializer<T> elements, boolean allowFutureMetadataUpdates) {
    return timers.create(name, elements, allowFutureMetadataUpdates);
  }

  @Override
  public <N> Stream<K> getKeys(String state, N namespace) {
    return this.<N>pairs(state, namespace).map(pair -> pair.f0);
  }

  @Override
  public <N> Stream<K> getKeys(List<String> names, N namespace) {
    return names.stream().flatMap(name -> getKeys(name, namespace)).distinct();
  }

  @Override
  public <N> Stream<Tuple2<K, N>> getKeysAndNamespaces(String state) {
    return pairs(state, null);
  }

  @SuppressWarnings("unchecked") // who names a state knows the type of its namespaces
  private <N> Stream<Tuple2<K, N>> pairs(String name, @Nullable N namespace) {
    KeyedTable<K, N, ?> state = (KeyedTable<K, N, ?>) states.get(name);
    return state == null
        ? Stream.empty()
        : new StoredKeys<>(image(FreezePurpose.READ), state, keyGroupRange, namespace).stream();
  }

  private FlinkImage image(FreezePurpose purpose) {
    Set<String> tables = new HashSet<>(restoredTables);
    states.values().forEach(state -> tables.addAll(state.createdTables()));
    return new FlinkImage(store.freeze(purpose), tables);
  }

  private TakenSnapshot<K> take(FreezePurpose purpose) {
    long start = System.nanoTime();
    FlinkImage image = image(purpose);
    figures.froze(System.nanoTime() - start);
    try {
      return new TakenSnapshot<>(
          image,
          List.copyOf(states.values()),
          timers.snapshot(),
          keyGroupRange,
          numberOfKeyGroups,
          keySerializer.duplicate(),
          keyGroupCompressionDecorator);
    } catch (Throwable e) {
      image.close();
      throw e;
    }
  }

  @Override
  public RunnableFuture<SnapshotResult<KeyedStateHandle>> snapshot(
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streamFactory,
      CheckpointOptions options) {
    if (states.isEmpty() && timers.isEmpty()) {
      return DoneFuture.of(SnapshotResult.empty());
    }
    HostSnapshots<StreamStateHandle> snapshots = nativeSnapshots;
    if (isIncremental && snapshots != null) {
      if (options.getCheckpointType().getSharingFilesStrategy() == SharingFilesStrategy.FORWARD) {
        // What was restored belongs to somebody else, so nothing may refer to it.
        snapshots.forgetFiles();
      }
      TakenSnapshot<K> taken = take(FreezePurpose.SNAPSHOT);
      return run(
          NativeStrategy.DESCRIPTION,
          new NativeStrategy<>(taken, snapshots, backendId, figures),
          taken,
          checkpointId,
          timestamp,
          streamFactory,
          options);
    }
    TakenSnapshot<K> taken = take(FreezePurpose.READ);
    return run(
        CanonicalStrategy.DESCRIPTION,
        new CanonicalStrategy<>(taken, localRecovery),
        taken,
        checkpointId,
        timestamp,
        streamFactory,
        options);
  }

  private RunnableFuture<SnapshotResult<KeyedStateHandle>> run(
      String what,
      SnapshotStrategy<KeyedStateHandle, TakenSnapshot<K>> strategy,
      TakenSnapshot<K> taken,
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streamFactory,
      CheckpointOptions options) {
    try {
      return new SnapshotStrategyRunner<>(
              what, strategy, cancelStreamRegistry, SnapshotExecutionType.ASYNCHRONOUS)
          .snapshot(checkpointId, timestamp, streamFactory, options);
    } catch (Throwable e) {
      taken.release();
      throw Rethrow.asIs(e);
    }
  }

  @Override
  public SavepointResources<K> savepoint() {
    return new SavepointResources<>(take(FreezePurpose.READ), SnapshotExecutionType.ASYNCHRONOUS);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    settled(checkpointId, true);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) {
    settled(checkpointId, false);
  }

  private void settled(long checkpointId, boolean isCompleted) {
    if (nativeSnapshots != null && isIncremental) {
      nativeSnapshots.settled(checkpointId, isCompleted);
    }
  }

  @Override
  public int numKeyValueStateEntries() {
    long count = states.values().stream().mapToLong(KeyedTable::entryCount).sum();
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  @Override
  public boolean isSafeToReuseKVState() {
    return true;
  }

  @Override
  public String getBackendTypeIdentifier() {
    return "statebackend-" + engine.getResourceHandle().backend().name();
  }

  /** Closes all. Called by the task's thread after the last use; twice does nothing. */
  @Override
  public void dispose() {
    if (isDisposed) {
      return;
    }
    isDisposed = true;
    super.dispose();
    try (engine) {
      store.close();
    } catch (Exception e) {
      throw Rethrow.asIs(e);
    }
  }
}
