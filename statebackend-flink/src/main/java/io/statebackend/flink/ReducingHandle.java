// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.ValueTable;
import java.util.Collection;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.runtime.state.internal.InternalReducingState;
import org.jspecify.annotations.Nullable;

/** Reducing state, over a table of values. */
final class ReducingHandle<K, N, V> extends KeyedState<K, N, V, KeyedValues<K, N, V>>
    implements InternalReducingState<K, N, V> {

  /** Made once, so that adding makes no object. */
  private final ValueTable.Function<V, V> adding;

  ReducingHandle(StateAccess<K> access, KeyedValues<K, N, V> state, ReduceFunction<V> function) {
    super(access, state);
    this.adding =
        (current, value) -> {
          try {
            return current == null ? value : function.reduce(current, value);
          } catch (Exception e) {
            throw Rethrow.asIs(e);
          }
        };
  }

  @Override
  public @Nullable V get() {
    return getInternal();
  }

  @Override
  public @Nullable V getInternal() {
    return state.values().get(key, namespace());
  }

  @Override
  public void add(@Nullable V value) {
    if (value == null) {
      clear();
    } else {
      state.values().update(key, namespace(), adding, value);
    }
  }

  @Override
  public void updateInternal(@Nullable V value) {
    if (value == null) {
      clear();
    } else {
      state.values().put(key, namespace(), value);
    }
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) {
    ValueTable<K, N, V> table = state.values();
    for (N source : sources) {
      V merged = source == null ? null : table.get(key, source);
      if (merged != null) {
        table.clear(key, source);
        table.update(key, target, adding, merged);
      }
    }
  }
}
