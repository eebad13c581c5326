// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * One value into which added values are reduced.
 *
 * @param <V> the type of the values
 */
public non-sealed interface ReducingState<V> extends MergingState {

  /**
   * Returns the reduced value.
   *
   * @return the value, or {@code null} if nothing was added
   */
  @Nullable V get();

  /**
   * Reduces a value into the stored one. The first value added is stored as it is.
   *
   * @param value the value to add, not {@code null}
   * @throws NullPointerException if the value is {@code null}, or the reducer returned {@code
   *     null}; the stored value is unchanged then
   */
  void add(V value);
}
