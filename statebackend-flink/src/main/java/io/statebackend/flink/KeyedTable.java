// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.Table;
import io.statebackend.core.host.EntryRewriting;
import io.statebackend.core.host.HostedStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateSnapshotTransformer.StateSnapshotTransformFactory;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/**
 * A keyed state of Flink's and the tables that it is in. Its serializers change when the state is
 * declared again, with a later form of its type. For the owner, but for what says otherwise.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <SV> what Flink takes for the value: the value, the list, or the map
 */
abstract class KeyedTable<K, N, SV> {
  /** Begins the name of the table that has the entries of a state. */
  static final String TABLE_PREFIX = "s/";

  final HostedStore<K> store;
  private final String name;
  private final StateDescriptor.Type type;
  private RegisteredKeyValueStateBackendMetaInfo<N, SV> meta;
  private Wrapped<N> namespaces;
  private StateSnapshotTransformFactory<?> transformFactory =
      StateSnapshotTransformFactory.noTransform();

  KeyedTable(HostedStore<K> store, RegisteredKeyValueStateBackendMetaInfo<N, SV> meta) {
    this.store = store;
    this.name = meta.getName();
    this.type = meta.getStateType();
    this.meta = meta;
    this.namespaces = Wrapped.of(meta.getNamespaceSerializer().duplicate());
  }

  /**
   * Creates the state that a description is of. Its tables are created when they are first needed.
   *
   * @throws UnsupportedOperationException if it is of a kind that there is no table for
   */
  @SuppressWarnings("unchecked") // the kind says what the value is
  static <K, N, SV> KeyedTable<K, N, SV> of(
      HostedStore<K> store, RegisteredKeyValueStateBackendMetaInfo<N, SV> meta) {
    return switch (meta.getStateType()) {
      case VALUE, REDUCING, AGGREGATING -> new KeyedValues<>(store, meta);
      case LIST ->
          (KeyedTable<K, N, SV>)
              new KeyedLists<>(
                  store, (RegisteredKeyValueStateBackendMetaInfo<N, List<Object>>) meta);
      case MAP ->
          (KeyedTable<K, N, SV>)
              new KeyedMaps<>(
                  store, (RegisteredKeyValueStateBackendMetaInfo<N, Map<Object, Object>>) meta);
      default ->
          throw new UnsupportedOperationException(
              "no state of this kind is known: state='%s', kind=%s"
                  .formatted(meta.getName(), meta.getStateType()));
    };
  }

  final String name() {
    return name;
  }

  final StateDescriptor.Type type() {
    return type;
  }

  final String tableName() {
    return TABLE_PREFIX + name;
  }

  final RegisteredKeyValueStateBackendMetaInfo<N, SV> meta() {
    return meta;
  }

  final Wrapped<N> namespaces() {
    return namespaces;
  }

  /** Returns how keys are laid out in Flink's canonical form. */
  final KeyLayout keyLayout() {
    return KeyLayout.of(wrappedKeys(), namespaces, store.spec().maxParallelism());
  }

  @SuppressWarnings("unchecked") // the stores of this module are opened with such serializers
  final Wrapped<K> wrappedKeys() {
    return (Wrapped<K>) store.spec().keySerializer();
  }

  /** Returns what leaves out of a snapshot what has expired, for one snapshot. */
  final CanonicalForm.Bytes filter() {
    return transformFactory
        .createForSerializedState()
        .<CanonicalForm.Bytes>map(transformer -> transformer::filterOrTransform)
        .orElse(CanonicalForm.Bytes.ALL);
  }

  final void transformBy(StateSnapshotTransformFactory<?> factory) {
    transformFactory = factory;
  }

  /**
   * Goes on with the serializers that a description has now, which may have been changed.
   *
   * @param changed the description
   * @param previous what the entries were written by, if they have to be migrated
   * @param restored the names of all tables that were restored natively
   */
  final void adopt(
      RegisteredKeyValueStateBackendMetaInfo<N, SV> changed,
      @Nullable TypeSerializer<SV> previous,
      Set<String> restored,
      TtlTimeProvider time) {
    Wrapped<N> newNamespaces = Wrapped.of(changed.getNamespaceSerializer().duplicate());
    boolean isThere = table() != null || tableNames().stream().anyMatch(restored::contains);
    boolean isSame = namespaces.isSameForm(newNamespaces) && isSameForm(changed);
    meta = changed;
    if (!isThere) {
      namespaces = newNamespaces;
      setSerializers(changed);
    } else if (previous == null && isSame) {
      boolean unused = namespaces.replace(newNamespaces);
      replaceSerializers(changed);
    } else {
      EntryRewriting rewriting = rewriting(changed, previous, time);
      namespaces = newNamespaces;
      setSerializers(changed);
      rewrite(rewriting, restored);
    }
  }

  /** Returns the names of the tables that the state may have. */
  abstract List<String> tableNames();

  /** Returns the names of those that were created. */
  abstract List<String> createdTables();

  /** Returns the table of the entries, or {@code null} if it is not created yet. */
  abstract @Nullable Table<K, N> table();

  /** Creates the tables that the state cannot do without. */
  abstract void create(Set<String> restored);

  abstract boolean isSameForm(RegisteredKeyValueStateBackendMetaInfo<N, SV> changed);

  /** Changes to serializers of another form; there is no table, or it is made anew. */
  abstract void setSerializers(RegisteredKeyValueStateBackendMetaInfo<N, SV> changed);

  /** Changes to serializers of the same form. */
  abstract void replaceSerializers(RegisteredKeyValueStateBackendMetaInfo<N, SV> changed);

  /** Returns what writes entries anew; asked before the serializers are changed. */
  abstract EntryRewriting rewriting(
      RegisteredKeyValueStateBackendMetaInfo<N, SV> changed,
      @Nullable TypeSerializer<SV> previous,
      TtlTimeProvider time);

  /** Makes the tables anew, created or restored. */
  abstract void rewrite(EntryRewriting rewriting, Set<String> restored);

  /** Loads entries of one key group in Flink's canonical form. */
  abstract void load(int keyGroup, CanonicalEntries entries);

  /** Returns what reads the entries of an image that was just taken in Flink's canonical form. */
  abstract CanonicalForm canonicalForm(FlinkImage image);

  /** Returns what Flink takes for the value, or {@code null}. */
  abstract @Nullable SV get(KeyContext<K> key, N namespace);

  /** Replaces what Flink takes for the value. */
  abstract void set(KeyContext<K> key, N namespace, SV value);

  abstract void clear(KeyContext<K> key, N namespace);

  /** Returns what Flink takes for the number of entries. */
  abstract long entryCount();
}
