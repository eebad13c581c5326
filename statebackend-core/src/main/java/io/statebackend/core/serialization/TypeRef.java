// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * Captures a generic type, which a {@code Class} cannot express. Used as an anonymous subclass:
 *
 * <pre>{@code
 * TypeSerializer<Map<String, List<Long>>> serializer = Serializers.of(new TypeRef<>() {});
 * }</pre>
 *
 * @param <T> the type
 */
@SuppressWarnings("unused") // The parameter is read by reflection.
public abstract class TypeRef<T> {
  private final Type type;

  /**
   * Captures the type argument of the subclass.
   *
   * @throws IllegalStateException if the subclass does not say one
   */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType captured)
        || captured.getRawType() != TypeRef.class) {
      throw new IllegalStateException(
          "a TypeRef is made as an anonymous class with its type, as in new TypeRef<List<Long>>()"
              + " {}");
    }
    this.type = captured.getActualTypeArguments()[0];
  }

  /** Returns the captured type. */
  final Type type() {
    return type;
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
