// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.util.function.BinaryOperator;

/**
 * Describes a {@link ReducingState}.
 *
 * @param <V> the type of the values
 */
public final class ReducingStateDescriptor<V> implements StateDescriptor {
  private final String name;
  private final BinaryOperator<V> reducer;
  private final TypeSerializer<V> valueSerializer;

  private ReducingStateDescriptor(
      String name, BinaryOperator<V> reducer, TypeSerializer<V> valueSerializer) {
    this.name = StateDescriptor.checkName(name);
    this.reducer = requireNonNull(reducer, "reducer");
    this.valueSerializer = requireNonNull(valueSerializer, "valueSerializer");
  }

  /**
   * Describes a state that reduces.
   *
   * @param name the name, see {@link StateDescriptor}
   * @param reducer combines the stored value (first) with an added one (second); associative, never
   *     {@code null}; may change and return its first argument
   * @param valueSerializer the serializer of the value
   * @param <V> the type of the values
   * @return the descriptor
   * @throws IllegalArgumentException if the name is not legal
   */
  public static <V> ReducingStateDescriptor<V> of(
      String name, BinaryOperator<V> reducer, TypeSerializer<V> valueSerializer) {
    return new ReducingStateDescriptor<>(name, reducer, valueSerializer);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StateKind kind() {
    return StateKind.REDUCING;
  }

  /**
   * Returns the function that combines two values.
   *
   * @return the function
   */
  public BinaryOperator<V> reducer() {
    return reducer;
  }

  @Override
  public TypeSerializer<V> valueSerializer() {
    return valueSerializer;
  }

  @Override
  public String toString() {
    return "reducing state '" + name + "' of " + valueSerializer.schema();
  }
}
