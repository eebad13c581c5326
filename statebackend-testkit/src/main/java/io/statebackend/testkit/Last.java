// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.AggregateFunction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last value; its accumulator holds all of them. */
final class Last<V> implements AggregateFunction<V, List<V>, V> {
  @Override
  public List<V> createAccumulator() {
    return new ArrayList<>();
  }

  @Override
  public List<V> add(V value, List<V> accumulator) {
    accumulator.add(value);
    return accumulator;
  }

  @Override
  public @Nullable V getResult(List<V> accumulator) {
    return accumulator.isEmpty() ? null : accumulator.get(accumulator.size() - 1);
  }

  @Override
  public List<V> merge(List<V> a, List<V> b) {
    a.addAll(b);
    return a;
  }
}
