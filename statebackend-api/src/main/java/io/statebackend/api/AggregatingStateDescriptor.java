// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Describes an {@link AggregatingState}.
 *
 * @param <I> the type of the values added
 * @param <A> the type of the accumulator, which is what is stored
 * @param <O> the type of the result
 */
public final class AggregatingStateDescriptor<I, A, O> implements StateDescriptor {
  private final String name;
  private final AggregateFunction<I, A, O> function;
  private final TypeSerializer<A> accumulatorSerializer;
  private final @Nullable StateTtl ttl;

  private AggregatingStateDescriptor(
      String name,
      AggregateFunction<I, A, O> function,
      TypeSerializer<A> accumulatorSerializer,
      @Nullable StateTtl ttl) {
    this.name = StateDescriptor.checkName(name);
    this.function = requireNonNull(function, "function");
    this.accumulatorSerializer = requireNonNull(accumulatorSerializer, "accumulatorSerializer");
    this.ttl = ttl;
  }

  /**
   * Describes a state that aggregates.
   *
   * @param name the name, see {@link StateDescriptor}
   * @param function adds, merges and computes the result
   * @param accumulatorSerializer the serializer of the accumulator
   * @param <I> the type of the values added
   * @param <A> the type of the accumulator
   * @param <O> the type of the result
   * @return the descriptor
   * @throws IllegalArgumentException if the name is not legal
   */
  public static <I, A, O> AggregatingStateDescriptor<I, A, O> of(
      String name, AggregateFunction<I, A, O> function, TypeSerializer<A> accumulatorSerializer) {
    return new AggregatingStateDescriptor<>(name, function, accumulatorSerializer, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StateKind kind() {
    return StateKind.AGGREGATING;
  }

  /**
   * Returns the function that adds, merges and computes the result.
   *
   * @return the function
   */
  public AggregateFunction<I, A, O> function() {
    return function;
  }

  @Override
  public TypeSerializer<A> valueSerializer() {
    return accumulatorSerializer;
  }

  /**
   * Returns this descriptor with a time to live in processing time, refreshed by writing.
   *
   * @param duration how long an entry exists without being written, 1 ms or more
   * @return a new descriptor
   * @throws IllegalArgumentException if the duration is shorter than a millisecond
   */
  public AggregatingStateDescriptor<I, A, O> ttl(Duration duration) {
    return ttl(StateTtl.of(duration));
  }

  /**
   * Returns this descriptor with a time to live.
   *
   * @param newTtl the time to live
   * @return a new descriptor
   */
  public AggregatingStateDescriptor<I, A, O> ttl(StateTtl newTtl) {
    return new AggregatingStateDescriptor<>(
        name, function, accumulatorSerializer, requireNonNull(newTtl, "ttl"));
  }

  @Override
  public @Nullable StateTtl ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "aggregating state '" + name + "' of " + accumulatorSerializer.schema();
  }
}
