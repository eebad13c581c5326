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
   * @param value the new value, which stays the caller's
   * @throws NullPointerException if the value is {@code null}; use {@link #clear()} to remove it
   */
  void update(V value);

  /**
   * Replaces the value by the result of a function. If the engine supports it, this costs one
   * lookup and no copy: the function may get the stored object itself. It may change this object
   * and return it, or return another one, but it must not keep it. An object that the function puts
   * into the value belongs to the state and must not be changed afterwards. The function must not
   * use this state.
   *
   * <p>An engine that keeps objects writes an object that was changed in place only with the next
   * snapshot. If it cannot be written, because it contains an object of a class that its serializer
   * does not know, that checkpoint fails with an error that names the state. All checkpoints fail
   * until the value is replaced. {@link #update(Object)} refuses such a value at once.
   *
   * <pre>{@code
   * totals.update(total -> total == null ? new Total(order) : total.add(order));
   * }</pre>
   *
   * @param function gets the value, or the descriptor's default, or {@code null} without a default;
   *     returns the new value, or {@code null} to remove it. What it throws is passed on. The value
   *     stays as it is then, except for changes that the function made within the object
   */
  void update(UnaryOperator<@Nullable V> function);
}
