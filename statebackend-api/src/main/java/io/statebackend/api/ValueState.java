// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.function.UnaryOperator;
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

  /**
   * Replaces the value by what a function makes of it. Costs one lookup where the engine can, and
   * no copy: the function may be lent the stored object itself. It may change that and return it,
   * or return another one, but not keep it; an object that it puts into the value becomes the
   * state's, and is not to be changed afterwards. It must not use this state.
   *
   * <p>An engine that keeps objects does not write one that was changed in place before the next
   * snapshot. If it cannot be written, because something in it is of a class that its serializer
   * does not know, that checkpoint fails with an error that names the state, and so do all until
   * the value is replaced. {@link #update(Object)} refuses such a value at once.
   *
   * <pre>{@code
   * totals.update(total -> total == null ? new Total(order) : total.add(order));
   * }</pre>
   *
   * @param function is given the value, or the descriptor's default, or {@code null} without one;
   *     returns the new value, or {@code null} to remove it. What it throws is thrown on: the value
   *     stays as it is then, but for what was changed within the object
   */
  void update(UnaryOperator<@Nullable V> function);
}
