// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values in chunks: numbers in place, others as objects. */
final class MemoryValueTable<K, N, V> implements ValueTable<K, N, V>, MemoryTable {
  private final TypeSerializer<K> keys;
  private final TableSpec.OfValues<N, V> spec;
  private final TypeSerializer<V> values;

  /** Values that can change are copied on their way in and out. */
  private final boolean copying;

  private final KeyGroups<K, N, V> groups;

  MemoryValueTable(
      TypeSerializer<K> keys, TableSpec.OfValues<N, V> spec, KeyGroupRange range, Images images) {
    this.keys = keys;
    this.spec = spec;
    this.values = spec.valueSerializer();
    this.copying = !values.isImmutable();
    this.groups =
        new KeyGroups<>(
            spec.name(),
            range,
            new ValuePages.Factory<>(values),
            new EntryLayout<>(
                keys, spec.namespaceSerializer(), EntryLayout.longEncoded(values), images));
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace) {
    V value = groups.get(key, namespace);
    return copying && value != null ? values.copy(value) : value;
  }

  @Override
  public void put(KeyContext<K> key, N namespace, V value) {
    groups.put(key, namespace, copying ? values.copy(value) : value);
  }

  @Override
  public <A> void update(KeyContext<K> key, N namespace, Function<V, A> function, A argument) {
    groups.update(key, namespace, values, function, argument);
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    groups.remove(key, namespace);
  }

  @Override
  public EntryCursor walk(int keyGroup) {
    return groups.walk(keyGroup, new ValuePages<>(values));
  }

  @Override
  public List<N> namespaces(KeyContext<K> key) {
    return groups.namespaces(key);
  }

  @Override
  public long entryCount() {
    return groups.entryCount();
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    groups.prepare(keyGroup, entries);
    while (entries.next()) {
      K key = keys.deserialize(entries.key());
      N namespace = spec.namespaceSerializer().deserialize(entries.namespace());
      groups.put(keyGroup, key, namespace, values.deserialize(entries.value()));
    }
  }

  @Override
  public FrozenTable<K, N, V> freeze() {
    return groups.freeze();
  }

  @Override
  public long indexBytes() {
    return groups.indexBytes();
  }

  @Override
  public long entryBytes() {
    return groups.entryBytes();
  }

  @Override
  public void close() {
    groups.close();
  }
}
