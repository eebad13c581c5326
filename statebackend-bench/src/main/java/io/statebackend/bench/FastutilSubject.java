// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2ObjectOpenHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Fastutil's maps, specialised for longs where there are any: how fast a table can be. */
final class FastutilSubject implements Subject {

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    return new Values<>(mapFor(entries));
  }

  @SuppressWarnings("unchecked") // Where keys or values are Long, K or V is.
  private static <K, V> Map<K, V> mapFor(Entries<K, V> entries) {
    if (entries.keyClass() != Long.class) {
      return new Object2ObjectOpenHashMap<>();
    }
    return (Map<K, V>)
        (entries.valueClass() == Long.class
            ? new Long2LongOpenHashMap()
            : new Long2ObjectOpenHashMap<V>());
  }

  @Override
  public void close() {
    // Nothing to give back but memory.
  }

  private record Values<K, V>(Map<K, V> map) implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      return map.get(key);
    }

    @Override
    public void update(K key, V value) {
      map.put(key, value);
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      map.put(key, combine.apply(map.get(key), added));
    }
  }
}
