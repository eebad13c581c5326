// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * One value.
 *
 * @param <V> the type of the value
 */
public non-sealed interface ValueState<V> extends State {

  /**
   * Returns the value. Costs one point lookup.
   *
   * @return the value; if there is none, the descriptor's default, or {@code null} without a
   *     default
   */
  @Nullable V value();

  /**
   * Replaces the value. Costs one point update.
   *
   * @param value the new value
   * @throws NullPointerException if the value is {@code null}; use {@link #clear()} to remove it
   */
  void update(V value);
}
