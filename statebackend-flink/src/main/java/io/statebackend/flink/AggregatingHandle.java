// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.ValueTable;
import java.util.Collection;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.runtime.state.internal.InternalAggregatingState;
import org.jspecify.annotations.Nullable;

/** Aggregating state, over a table of accumulators. */
final class AggregatingHandle<K, N, I, A, O> extends KeyedState<K, N, A, KeyedValues<K, N, A>>
    implements InternalAggregatingState<K, N, I, A, O> {
  private final AggregateFunction<I, A, O> function;

  /** Both are made once, so that adding makes no object. */
  private final ValueTable.Function<A, I> adding;

  private final ValueTable.Function<A, A> merging;

  AggregatingHandle(
      StateAccess<K> access, KeyedValues<K, N, A> state, AggregateFunction<I, A, O> function) {
    super(access, state);
    this.function = function;
    this.adding =
        (current, value) ->
            function.add(value, current == null ? function.createAccumulator() : current);
    this.merging = (current, merged) -> current == null ? merged : function.merge(current, merged);
  }

  @Override
  public @Nullable O get() {
    A accumulator = getInternal();
    return accumulator == null ? null : function.getResult(accumulator);
  }

  @Override
  public @Nullable A getInternal() {
    return state.values().get(key, namespace());
  }

  @Override
  public void add(@Nullable I value) {
    if (value == null) {
      clear();
    } else {
      state.values().update(key, namespace(), adding, value);
    }
  }

  @Override
  public void updateInternal(@Nullable A accumulator) {
    if (accumulator == null) {
      clear();
    } else {
      state.values().put(key, namespace(), accumulator);
    }
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) {
    ValueTable<K, N, A> table = state.values();
    for (N source : sources) {
      A merged = source == null ? null : table.get(key, source);
      if (merged != null) {
        table.clear(key, source);
        table.update(key, target, merging, merged);
      }
    }
  }
}
