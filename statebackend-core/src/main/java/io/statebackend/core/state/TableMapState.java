// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.MapState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A map state over a table of maps. */
final class TableMapState<K, N, U, V> implements MapState<U, V> {
  private final StateScope<K, N> scope;
  private final MapTable<K, N, U, V> table;
  private final SerializableCheck<U> userKeyCheck;
  private final SerializableCheck<V> valueCheck;

  TableMapState(
      StateScope<K, N> scope,
      MapTable<K, N, U, V> table,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer) {
    this.scope = scope;
    this.table = table;
    this.userKeyCheck = new SerializableCheck<>(userKeySerializer);
    this.valueCheck = new SerializableCheck<>(valueSerializer);
  }

  @Override
  public @Nullable V get(U userKey) {
    return table.get(scope.key(), scope.namespace(), checkedKey(userKey));
  }

  @Override
  public void put(U userKey, V value) {
    userKeyCheck.checkKept(checkedKey(userKey));
    valueCheck.checkKept(scope.requireNonNull(value, "map value"));
    table.put(scope.key(), scope.namespace(), userKey, value);
  }

  @Override
  public void putAll(Map<? extends U, ? extends V> entries) {
    scope
        .requireNonNull(entries, "map of entries")
        .forEach(
            (userKey, value) -> {
              userKeyCheck.check(checkedKey(userKey));
              valueCheck.check(scope.requireNonNull(value, "map value"));
            });
    KeyContext<K> key = scope.key();
    N namespace = scope.namespace();
    entries.forEach((userKey, value) -> table.put(key, namespace, userKey, value));
  }

  @Override
  public void remove(U userKey) {
    table.remove(scope.key(), scope.namespace(), checkedKey(userKey));
  }

  @Override
  public boolean contains(U userKey) {
    return table.contains(scope.key(), scope.namespace(), checkedKey(userKey));
  }

  private U checkedKey(U userKey) {
    return scope.requireNonNull(userKey, "user key");
  }

  @Override
  public boolean isEmpty() {
    return table.isEmpty(scope.key(), scope.namespace());
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator() {
    return table.iterator(scope.key(), scope.namespace());
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }
}
