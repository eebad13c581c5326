// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.host.EntryRewriting;
import io.statebackend.core.host.HostedStore;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/** A value per key and namespace: value, reducing and aggregating state. */
final class KeyedValues<K, N, V> extends KeyedTable<K, N, V> {
  private Wrapped<V> values;
  private @Nullable ValueTable<K, N, V> table;

  KeyedValues(HostedStore<K> store, RegisteredKeyValueStateBackendMetaInfo<N, V> meta) {
    super(store, meta);
    this.values = Wrapped.of(meta.getStateSerializer().duplicate());
  }

  @Override
  List<String> createdTables() {
    return table == null ? List.of() : List.of(tableName());
  }

  @Override
  List<String> tableNames() {
    return List.of(tableName());
  }

  @Override
  @Nullable ValueTable<K, N, V> table() {
    return table;
  }

  /** Returns the table, which is there: handles are made after it. */
  ValueTable<K, N, V> values() {
    return requireNonNull(table);
  }

  @Override
  void create(Set<String> restored) {
    if (table == null) {
      table = newTable();
    }
  }

  private ValueTable<K, N, V> newTable() {
    return store.valueTable(new TableSpec.OfValues<>(tableName(), namespaces(), values));
  }

  @Override
  boolean isSameForm(RegisteredKeyValueStateBackendMetaInfo<N, V> changed) {
    return values.isSameForm(Wrapped.of(changed.getStateSerializer()));
  }

  @Override
  void setSerializers(RegisteredKeyValueStateBackendMetaInfo<N, V> changed) {
    values = Wrapped.of(changed.getStateSerializer().duplicate());
  }

  @Override
  void replaceSerializers(RegisteredKeyValueStateBackendMetaInfo<N, V> changed) {
    boolean unused = values.replace(Wrapped.of(changed.getStateSerializer().duplicate()));
  }

  @Override
  EntryRewriting rewriting(
      RegisteredKeyValueStateBackendMetaInfo<N, V> changed,
      @Nullable TypeSerializer<V> previous,
      TtlTimeProvider time) {
    return previous == null
        ? (stored, out) -> out.write(stored.array(), stored.position(), stored.remaining())
        : new Migration<>(previous, changed.getStateSerializer(), time)::migrate;
  }

  @Override
  void rewrite(EntryRewriting rewriting, Set<String> restored) {
    table = store.rewrite(tableName(), this::newTable, rewriting);
  }

  @Override
  void load(int keyGroup, CanonicalEntries entries) {
    values()
        .load(
            keyGroup,
            new LoadedEntries.OfValues(entries, keyLayout(), wrappedKeys(), namespaces()));
  }

  @Override
  CanonicalForm canonicalForm(FlinkImage image) {
    return CanonicalForm.ofValues(image, tableName(), keyLayout(), filter());
  }

  @Override
  @Nullable V get(KeyContext<K> key, N namespace) {
    return values().get(key, namespace);
  }

  @Override
  void set(KeyContext<K> key, N namespace, V value) {
    values().put(key, namespace, value);
  }

  @Override
  void clear(KeyContext<K> key, N namespace) {
    values().clear(key, namespace);
  }

  @Override
  long entryCount() {
    return table == null ? 0 : store.entryCount(tableName(), values());
  }
}
