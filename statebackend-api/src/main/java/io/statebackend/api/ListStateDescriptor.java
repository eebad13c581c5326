// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link ListState}.
 *
 * @param <E> the type of the elements
 */
public final class ListStateDescriptor<E> implements StateDescriptor {
  private final String name;
  private final TypeSerializer<E> elementSerializer;
  private final @Nullable StateTtl ttl;

  private ListStateDescriptor(
      String name, TypeSerializer<E> elementSerializer, @Nullable StateTtl ttl) {
    this.name = StateDescriptor.checkName(name);
    this.elementSerializer = requireNonNull(elementSerializer, "elementSerializer");
    this.ttl = ttl;
  }

  /**
   * Describes a list.
   *
   * @param name the name, see {@link StateDescriptor}
   * @param elementSerializer the serializer of the elements
   * @param <E> the type of the elements
   * @return the descriptor
   * @throws IllegalArgumentException if the name is not legal
   */
  public static <E> ListStateDescriptor<E> of(String name, TypeSerializer<E> elementSerializer) {
    return new ListStateDescriptor<>(name, elementSerializer, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StateKind kind() {
    return StateKind.LIST;
  }

  @Override
  public TypeSerializer<E> valueSerializer() {
    return elementSerializer;
  }

  /**
   * Returns this descriptor with a time to live in processing time, refreshed by writing.
   *
   * @param duration how long an entry exists without being written, 1 ms or more
   * @return a new descriptor
   * @throws IllegalArgumentException if the duration is shorter than a millisecond
   */
  public ListStateDescriptor<E> ttl(Duration duration) {
    return ttl(StateTtl.of(duration));
  }

  /**
   * Returns this descriptor with a time to live.
   *
   * @param newTtl the time to live
   * @return a new descriptor
   */
  public ListStateDescriptor<E> ttl(StateTtl newTtl) {
    return new ListStateDescriptor<>(name, elementSerializer, requireNonNull(newTtl, "ttl"));
  }

  @Override
  public @Nullable StateTtl ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "list state '" + name + "' of " + elementSerializer.schema();
  }
}
