// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.ReducingState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** A reducing state over a table of values. */
final class TableReducingState<K, N, V> implements ReducingState<V>, MergeableTableState<K, N> {
  private final StateScope<K, N> scope;
  private final ValueTable<K, N, V> table;
  private final SerializableCheck<V> check;
  private final BinaryOperator<V> reducer;

  TableReducingState(
      StateScope<K, N> scope,
      ValueTable<K, N, V> table,
      TypeSerializer<V> serializer,
      BinaryOperator<V> reducer) {
    this.scope = scope;
    this.table = table;
    this.check = new SerializableCheck<>(serializer);
    this.reducer = reducer;
  }

  @Override
  public @Nullable V get() {
    return table.get(scope.key(), scope.namespace());
  }

  @Override
  public void add(V value) {
    addTo(scope.key(), scope.namespace(), scope.requireNonNull(value, "value"));
  }

  private void addTo(KeyContext<K> key, N namespace, V value) {
    V current = table.get(key, namespace);
    V reduced = current == null ? value : reducer.apply(current, value);
    check.checkKept(scope.requireNonNull(reduced, "result of the reducer"));
    table.put(key, namespace, reduced);
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }

  @Override
  public void merge(KeyContext<K> key, N target, N source) {
    V value = table.get(key, source);
    if (value != null) {
      addTo(key, target, value);
      table.clear(key, source);
    }
  }
}
