// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link ValueState}.
 *
 * @param <V> the type of the value
 */
public final class ValueStateDescriptor<V> implements StateDescriptor {
  private final String name;
  private final TypeSerializer<V> valueSerializer;
  private final @Nullable V defaultValue;
  private final @Nullable StateTtl ttl;

  private ValueStateDescriptor(
      String name,
      TypeSerializer<V> valueSerializer,
      @Nullable V defaultValue,
      @Nullable StateTtl ttl) {
    this.name = StateDescriptor.checkName(name);
    this.valueSerializer = requireNonNull(valueSerializer, "valueSerializer");
    this.defaultValue = defaultValue;
    this.ttl = ttl;
  }

  /**
   * Describes a state without a default value.
   *
   * @param name the name, see {@link StateDescriptor}
   * @param valueSerializer the serializer of the value
   * @param <V> the type of the value
   * @return the descriptor
   * @throws IllegalArgumentException if the name is not legal
   */
  public static <V> ValueStateDescriptor<V> of(String name, TypeSerializer<V> valueSerializer) {
    return new ValueStateDescriptor<>(name, valueSerializer, null, null);
  }

  /**
   * Returns this descriptor with a default value.
   *
   * @param value the result of {@link ValueState#value()} when nothing is stored; the caller must
   *     not change it afterwards, and the state returns copies of it
   * @return a new descriptor
   */
  public ValueStateDescriptor<V> withDefault(V value) {
    return new ValueStateDescriptor<>(
        name, valueSerializer, requireNonNull(value, "the default value must not be null"), ttl);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StateKind kind() {
    return StateKind.VALUE;
  }

  @Override
  public TypeSerializer<V> valueSerializer() {
    return valueSerializer;
  }

  /**
   * Returns the default value.
   *
   * @return the value, or {@code null} if there is none
   */
  public @Nullable V defaultValue() {
    return defaultValue;
  }

  /**
   * Returns this descriptor with a time to live in processing time, refreshed by writing.
   *
   * @param duration how long an entry exists without being written, 1 ms or more
   * @return a new descriptor
   * @throws IllegalArgumentException if the duration is shorter than a millisecond
   */
  public ValueStateDescriptor<V> ttl(Duration duration) {
    return ttl(StateTtl.of(duration));
  }

  /**
   * Returns this descriptor with a time to live.
   *
   * @param newTtl the time to live
   * @return a new descriptor
   */
  public ValueStateDescriptor<V> ttl(StateTtl newTtl) {
    return new ValueStateDescriptor<>(
        name, valueSerializer, defaultValue, requireNonNull(newTtl, "ttl"));
  }

  @Override
  public @Nullable StateTtl ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "value state '" + name + "' of " + valueSerializer.schema();
  }
}
