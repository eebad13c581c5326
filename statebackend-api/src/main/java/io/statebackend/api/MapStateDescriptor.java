// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link MapState}.
 *
 * @param <U> the type of the user keys, the keys within the map
 * @param <V> the type of the values
 */
public final class MapStateDescriptor<U, V> implements StateDescriptor {
  private final String name;
  private final TypeSerializer<U> userKeySerializer;
  private final TypeSerializer<V> valueSerializer;
  private final @Nullable StateTtl ttl;

  private MapStateDescriptor(
      String name,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer,
      @Nullable StateTtl ttl) {
    this.name = StateDescriptor.checkName(name);
    this.userKeySerializer = requireNonNull(userKeySerializer, "userKeySerializer");
    this.valueSerializer = requireNonNull(valueSerializer, "valueSerializer");
    this.ttl = ttl;
  }

  /**
   * Describes a map.
   *
   * @param name the name, see {@link StateDescriptor}
   * @param userKeySerializer the serializer of the user keys
   * @param valueSerializer the serializer of the values
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the descriptor
   * @throws IllegalArgumentException if the name is not legal
   */
  public static <U, V> MapStateDescriptor<U, V> of(
      String name, TypeSerializer<U> userKeySerializer, TypeSerializer<V> valueSerializer) {
    return new MapStateDescriptor<>(name, userKeySerializer, valueSerializer, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public StateKind kind() {
    return StateKind.MAP;
  }

  /**
   * Returns the serializer of the user keys.
   *
   * @return the serializer
   */
  public TypeSerializer<U> userKeySerializer() {
    return userKeySerializer;
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
  public MapStateDescriptor<U, V> ttl(Duration duration) {
    return ttl(StateTtl.of(duration));
  }

  /**
   * Returns this descriptor with a time to live.
   *
   * @param newTtl the time to live
   * @return a new descriptor
   */
  public MapStateDescriptor<U, V> ttl(StateTtl newTtl) {
    return new MapStateDescriptor<>(
        name, userKeySerializer, valueSerializer, requireNonNull(newTtl, "ttl"));
  }

  @Override
  public @Nullable StateTtl ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "map state '"
        + name
        + "' of "
        + userKeySerializer.schema()
        + " to "
        + valueSerializer.schema();
  }
}
