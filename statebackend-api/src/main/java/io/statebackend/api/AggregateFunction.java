// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Aggregates values into an accumulator. It must be a pure function: it keeps nothing between calls
 * except in the accumulator, and it does not use state.
 *
 * @param <I> the type of the values added
 * @param <A> the type of the accumulator, which is what is stored
 * @param <O> the type of the result
 */
public interface AggregateFunction<I, A, O> {

  /**
   * Creates an accumulator of no values.
   *
   * @return a new accumulator
   */
  A createAccumulator();

  /**
   * Adds a value.
   *
   * @param value the value; what the accumulator keeps of it belongs to the state, so the caller
   *     must not change it afterwards
   * @param accumulator the accumulator, which may be the stored object itself: it may be changed
   *     and returned, but not kept
   * @return the accumulator to store
   */
  A add(I value, A accumulator);

  /**
   * Computes the result.
   *
   * @param accumulator the accumulator; it must not be changed
   * @return the result
   */
  @Nullable O getResult(A accumulator);

  /**
   * Merges two accumulators.
   *
   * @param a an accumulator, which may be changed and returned
   * @param b another accumulator
   * @return the accumulator of all values of both
   */
  A merge(A a, A b);
}
