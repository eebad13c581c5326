// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * An accumulator into which added values are aggregated.
 *
 * @param <I> the type of the values added
 * @param <O> the type of the result
 */
public non-sealed interface AggregatingState<I, O> extends MergingState {

  /**
   * Returns the result over all values added.
   *
   * @return the result, or {@code null} if nothing was added or the function's result is {@code
   *     null}
   */
  @Nullable O get();

  /**
   * Aggregates a value.
   *
   * @param value the value to add, not {@code null}
   * @throws NullPointerException if the value is {@code null}, or the function returned a {@code
   *     null} accumulator; the stored accumulator is unchanged then
   */
  void add(I value);
}
