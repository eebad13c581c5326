// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

/**
 * Describes a {@link ListState}.
 *
 * @param <E> the type of the elements
 */
public final class ListStateDescriptor<E> implements StateDescriptor {
  private final String name;
  private final TypeSerializer<E> elementSerializer;

  private ListStateDescriptor(String name, TypeSerializer<E> elementSerializer) {
    this.name = StateDescriptor.checkName(name);
    this.elementSerializer = requireNonNull(elementSerializer, "elementSerializer");
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
    return new ListStateDescriptor<>(name, elementSerializer);
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

  @Override
  public String toString() {
    return "list state '" + name + "' of " + elementSerializer.schema();
  }
}
