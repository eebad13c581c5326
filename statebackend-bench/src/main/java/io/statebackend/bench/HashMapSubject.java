// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Maps and lists of the JDK: what state costs that has no snapshots. */
final class HashMapSubject implements StatesSubject {

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    return new Values<>(new HashMap<>());
  }

  @Override
  public <K, V> MapSubject<K, V> map(Entries<K, V> entries) {
    return new Maps<>(new HashMap<>());
  }

  @Override
  public <K, V> ListSubject<K, V> list(Entries<K, V> entries) {
    return new Lists<>(new HashMap<>());
  }

  @Override
  public <K, V> ReducingSubject<K, V> reducing(Entries<K, V> entries) {
    return new Reducing<>(new HashMap<>(), entries::combine);
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

  private record Maps<K, V>(Map<K, Map<Long, V>> maps) implements MapSubject<K, V> {

    @Override
    public @Nullable V get(K key, Long userKey) {
      Map<Long, V> map = maps.get(key);
      return map == null ? null : map.get(userKey);
    }

    @Override
    public void put(K key, Long userKey, V value) {
      maps.computeIfAbsent(key, absent -> new HashMap<>()).put(userKey, value);
    }

    @Override
    public boolean contains(K key, Long userKey) {
      Map<Long, V> map = maps.get(key);
      return map != null && map.containsKey(userKey);
    }

    @Override
    public void remove(K key, Long userKey) {
      Map<Long, V> map = maps.get(key);
      if (map != null && map.remove(userKey) != null && map.isEmpty()) {
        maps.remove(key);
      }
    }

    @Override
    public void forEach(K key, BiConsumer<Long, V> action) {
      for (Map.Entry<Long, V> entry : maps.getOrDefault(key, Map.of()).entrySet()) {
        action.accept(entry.getKey(), entry.getValue());
      }
    }
  }

  private record Lists<K, V>(Map<K, List<V>> lists) implements ListSubject<K, V> {

    @Override
    public void add(K key, V element) {
      lists.computeIfAbsent(key, absent -> new ArrayList<>()).add(element);
    }

    @Override
    public void addAll(K key, List<V> elements) {
      lists.computeIfAbsent(key, absent -> new ArrayList<>()).addAll(elements);
    }

    @Override
    public void forEach(K key, Consumer<V> action) {
      for (V element : lists.getOrDefault(key, List.of())) {
        action.accept(element);
      }
    }
  }

  private record Reducing<K, V>(Map<K, V> map, BinaryOperator<V> combine)
      implements ReducingSubject<K, V> {

    @Override
    public void add(K key, V value) {
      map.merge(key, value, combine);
    }

    @Override
    public @Nullable V get(K key) {
      return map.get(key);
    }
  }
}
