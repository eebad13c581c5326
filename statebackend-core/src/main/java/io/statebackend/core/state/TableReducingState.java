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

  /**
   * Reduces a value of the caller's into the stored one, which takes nothing of it that changes.
   */
  private final ValueTable.Function<V, V> adding;

  /** Reduces a value that is the table's own. */
  private final ValueTable.Function<V, V> merging;

  TableReducingState(
      StateScope<K, N> scope,
      ValueTable<K, N, V> table,
      TypeSerializer<V> serializer,
      BinaryOperator<V> reducer) {
    this.scope = scope;
    this.table = table;
    SerializableCheck<V> check = new SerializableCheck<>(serializer);
    this.merging =
        (current, value) -> {
          V reduced =
              current == null
                  ? value
                  : scope.requireNonNull(reducer.apply(current, value), "result of the reducer");
          check.checkKept(reduced);
          return reduced;
        };
    this.adding =
        serializer.isImmutable()
            ? merging
            : (current, value) ->
                merging.apply(current, current == null ? value : serializer.copy(value));
  }

  @Override
  public @Nullable V get() {
    return table.get(scope.key(), scope.namespace());
  }

  @Override
  public void add(V value) {
    table.update(scope.key(), scope.namespace(), adding, scope.requireNonNull(value, "value"));
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }

  @Override
  public void merge(KeyContext<K> key, N target, N source) {
    V value = table.get(key, source);
    if (value != null) {
      table.update(key, target, merging, value);
      table.clear(key, source);
    }
  }
}
