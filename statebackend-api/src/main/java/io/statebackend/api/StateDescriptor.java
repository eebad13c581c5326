// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Describes a state independently of any backend: its name, kind and serializers.
 *
 * <p>Descriptors are immutable and may be shared by threads, subtasks and jobs. The name identifies
 * the state in snapshots; it is 1 to 255 characters long and has no control characters. Within one
 * operator a name identifies one state, either keyed state or operator state.
 */
public sealed interface StateDescriptor
    permits ValueStateDescriptor,
        ListStateDescriptor,
        MapStateDescriptor,
        ReducingStateDescriptor,
        AggregatingStateDescriptor {

  /** The longest legal name of a state, in characters. */
  int NAME_LENGTH_MAX = 255;

  /**
   * Returns the name that identifies the state in snapshots.
   *
   * @return the name, unique within an operator
   */
  String name();

  /**
   * Returns the kind of keyed state that the descriptor describes. Operator state made from it has
   * another kind, chosen by the method of {@link OperatorStateBackend}.
   *
   * @return the kind
   */
  StateKind kind();

  /**
   * Returns the serializer of what is stored: the value, the list's element, the map's value, or
   * the accumulator.
   *
   * @return the serializer
   */
  TypeSerializer<?> valueSerializer();

  /**
   * Returns the time to live of what is stored.
   *
   * @return the time to live, or {@code null} if it lives until it is removed
   */
  @Nullable StateTtl ttl();

  /**
   * Checks the name of a state.
   *
   * @param name the name to check
   * @return the same name
   * @throws NullPointerException if the name is {@code null}
   * @throws IllegalArgumentException if the name is empty, longer than {@value #NAME_LENGTH_MAX}
   *     characters, or has control characters
   */
  static String checkName(String name) {
    java.util.Objects.requireNonNull(name, "the name of a state must not be null");
    if (name.isEmpty()
        || name.length() > NAME_LENGTH_MAX
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the name of a state is 1 to "
              + NAME_LENGTH_MAX
              + " characters without control characters: name='"
              + name
              + "'");
    }
    return name;
  }
}
