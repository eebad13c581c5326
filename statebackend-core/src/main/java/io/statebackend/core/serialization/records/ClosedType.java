// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.TypeVariable;
import java.util.Map;

/**
 * A Java type in which no type variable is left open, such as {@code List<Long>}.
 *
 * @param raw its class
 * @param arguments what the type variables of the class stand for; those of its elements if it is
 *     an array
 */
public record ClosedType(Class<?> raw, Map<TypeVariable<?>, ClosedType> arguments) {

  public ClosedType {
    arguments = Map.copyOf(arguments);
  }

  /** Returns what a type variable of the class stands for. */
  public ClosedType argument(int index) {
    return requireNonNull(arguments.get(raw.getTypeParameters()[index]), raw.getName());
  }

  /** Returns the type of arrays of this one. */
  public ClosedType arrayType() {
    return new ClosedType(raw.arrayType(), arguments);
  }

  /** Returns the type of the elements of an array. */
  public ClosedType componentType() {
    return new ClosedType(raw.getComponentType(), arguments);
  }
}
