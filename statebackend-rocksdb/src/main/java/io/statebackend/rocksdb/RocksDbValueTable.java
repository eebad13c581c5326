// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import org.jspecify.annotations.Nullable;

/** A table of values: each lies under its key and namespace. */
final class RocksDbValueTable<K, N, V> extends RocksDbTable<K, N> implements ValueTable<K, N, V> {
  private final TypeSerializer<V> serializer;

  RocksDbValueTable(StoredEntries entries, EntryKeys<N> format, TypeSerializer<V> serializer) {
    super(entries, format);
    this.serializer = serializer;
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace) {
    if (!entries().get(prefix(key, namespace))) {
      return null;
    }
    BinaryInput stored = foundValue();
    V value = serializer.deserialize(stored);
    checkRead(stored);
    return value;
  }

  @Override
  public void put(KeyContext<K> key, N namespace, V value) {
    BinaryOutput bytes = newValue();
    serializer.serialize(value, bytes);
    entries().put(prefix(key, namespace), bytes);
  }

  @Override
  public <A> void update(KeyContext<K> key, N namespace, Function<V, A> function, A argument) {
    BinaryOutput prefix = prefix(key, namespace);
    V current = null;
    if (entries().get(prefix)) {
      BinaryInput stored = foundValue();
      current = serializer.deserialize(stored);
      checkRead(stored);
    }
    V changed = function.apply(current, argument);
    if (changed != null) {
      BinaryOutput bytes = newValue();
      serializer.serialize(changed, bytes);
      entries().put(prefix, bytes);
    } else if (current != null) {
      entries().remove(prefix);
    }
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    entries().remove(prefix(key, namespace));
  }

  @Override
  void load(BinaryOutput prefix, BinaryInput stored) {
    entries().loadPut(prefix, stored.array(), stored.position(), stored.remaining());
  }
}
