// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the stored value of a field can become when the field has another type now. */
public final class KryoConversion {
  /** By the boxed stored type, the boxed types that hold all its values. */
  private static final Map<Class<?>, Set<Class<?>>> WIDER =
      Map.of(
          Byte.class, Set.of(Short.class, Integer.class, Long.class, Float.class, Double.class),
          Short.class, Set.of(Integer.class, Long.class, Float.class, Double.class),
          Character.class, Set.of(Integer.class, Long.class),
          Integer.class, Set.of(Long.class, Double.class),
          Float.class, Set.of(Double.class));

  private KryoConversion() {}

  /**
   * Returns what makes a value of one type of a value of another.
   *
   * @return the conversion, or {@code null} if there is none that loses nothing
   */
  static @Nullable UnaryOperator<Object> find(Class<?> stored, Class<?> declared) {
    Class<?> before = boxed(stored);
    Class<?> after = boxed(declared);
    if (!stored.isPrimitive() && declared.isPrimitive()) {
      return null; // There is no null any more.
    }
    if (after.isAssignableFrom(before)) {
      return UnaryOperator.identity();
    }
    return WIDER.getOrDefault(before, Set.of()).contains(after)
        ? value -> widen(value, after)
        : null;
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  private static Object widen(Object value, Class<?> type) {
    Number number = value instanceof Character c ? (int) c : (Number) value;
    return switch (type.getSimpleName()) {
      case "Short" -> number.shortValue();
      case "Integer" -> number.intValue();
      case "Long" -> number.longValue();
      case "Float" -> number.floatValue();
      default -> number.doubleValue();
    };
  }
}
