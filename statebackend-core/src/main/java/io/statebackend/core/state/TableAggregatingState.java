// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.AggregateFunction;
import io.statebackend.api.AggregatingState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import org.jspecify.annotations.Nullable;

/** An aggregating state over a table of accumulators. */
final class TableAggregatingState<K, N, I, A, O>
    implements AggregatingState<I, O>, MergeableTableState<K, N> {
  private final StateScope<K, N> scope;
  private final ValueTable<K, N, A> table;
  private final SerializableCheck<A> check;
  private final AggregateFunction<I, A, O> function;
  private final ValueTable.Function<A, I> adding;
  private final ValueTable.Function<A, A> merging;

  TableAggregatingState(
      StateScope<K, N> scope,
      ValueTable<K, N, A> table,
      TypeSerializer<A> serializer,
      AggregateFunction<I, A, O> function) {
    this.scope = scope;
    this.table = table;
    this.check = new SerializableCheck<>(serializer);
    this.function = function;
    this.adding =
        (current, value) ->
            accumulator(
                function.add(value, current == null ? function.createAccumulator() : current));
    this.merging =
        (current, merged) ->
            accumulator(current == null ? merged : function.merge(current, merged));
  }

  @Override
  public @Nullable O get() {
    A accumulator = table.get(scope.key(), scope.namespace());
    return accumulator == null ? null : function.getResult(accumulator);
  }

  @Override
  public void add(I value) {
    table.update(scope.key(), scope.namespace(), adding, scope.requireNonNull(value, "value"));
  }

  private A accumulator(@Nullable A made) {
    A checked = scope.requireNonNull(made, "accumulator");
    check.checkKept(checked);
    return checked;
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }

  @Override
  public void merge(KeyContext<K> key, N target, N source) {
    A merged = table.get(key, source);
    if (merged != null) {
      table.update(key, target, merging, merged);
      table.clear(key, source);
    }
  }
}
