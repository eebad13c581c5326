// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.AggregateFunction;
import java.util.ArrayList;
import java.util.List;

/** The mean of numbers; its accumulator holds their sum and their count. */
final class Mean implements AggregateFunction<Integer, List<Long>, Double> {
  @Override
  public List<Long> createAccumulator() {
    return new ArrayList<>(List.of(0L, 0L));
  }

  @Override
  public List<Long> add(Integer value, List<Long> accumulator) {
    accumulator.set(0, accumulator.get(0) + value);
    accumulator.set(1, accumulator.get(1) + 1);
    return accumulator;
  }

  @Override
  public Double getResult(List<Long> accumulator) {
    return (double) accumulator.get(0) / accumulator.get(1);
  }

  @Override
  public List<Long> merge(List<Long> a, List<Long> b) {
    a.set(0, a.get(0) + b.get(0));
    a.set(1, a.get(1) + b.get(1));
    return a;
  }
}
