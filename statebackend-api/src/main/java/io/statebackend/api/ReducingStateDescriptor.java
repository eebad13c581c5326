// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link ReducingState}.
 *
 * @param <V> the type of the values
 */
public final class ReducingStateDescriptor<V> implements StateDescriptor {
  private final String name;
  private final BinaryOperator<V> reducer;
  private final TypeSerializer<V> valueSerializer;
  private final @Nullable StateTtl ttl;

  private ReducingStateDescriptor(
      String name,
      BinaryOperator<V> reducer,
      TypeSerializer<V> valueSerializer,
      @Nullable StateTtl ttl) {
    this.name = StateDescriptor.checkName(name);
    this.reducer = requireNonNull(reducer, "reducer");
    this.valueSerializer = requireNonNull(valueSerializer, "valueSerializer");
    this.ttl = ttl;
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
    return new ReducingStateDescriptor<>(name, reducer, valueSerializer, null);
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

  /**
   * Returns this descriptor with a time to live in processing time, refreshed by writing.
   *
   * @param duration how long an entry exists without being written, 1 ms or more
   * @return a new descriptor
   * @throws IllegalArgumentException if the duration is shorter than a millisecond
   */
  public ReducingStateDescriptor<V> ttl(Duration duration) {
    return ttl(StateTtl.of(duration));
  }

  /**
   * Returns this descriptor with a time to live.
   *
   * @param newTtl the time to live
   * @return a new descriptor
   */
  public ReducingStateDescriptor<V> ttl(StateTtl newTtl) {
    return new ReducingStateDescriptor<>(
        name, reducer, valueSerializer, requireNonNull(newTtl, "ttl"));
  }

  @Override
  public @Nullable StateTtl ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "reducing state '" + name + "' of " + valueSerializer.schema();
  }
}
