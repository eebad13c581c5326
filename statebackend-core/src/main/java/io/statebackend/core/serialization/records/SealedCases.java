// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The records and enums that a sealed interface permits, itself or through other interfaces. */
public final class SealedCases {
  private SealedCases() {}

  /** Tells whether a type is a sealed interface of nothing but records and enums. */
  public static boolean areValues(Class<?> type) {
    return type.isInterface() && type.isSealed() && of(type).stream().allMatch(SealedCases::isCase);
  }

  private static boolean isCase(Class<?> type) {
    return type.isRecord() || type.isEnum();
  }

  /** Returns the classes that are permitted, in the order of the declarations. */
  public static List<Class<?>> of(Class<?> type) {
    List<Class<?>> cases = new ArrayList<>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      List<Class<?>> more =
          permitted.isInterface() && permitted.isSealed() ? of(permitted) : List.of(permitted);
      more.stream().filter(c -> !cases.contains(c)).forEach(cases::add);
    }
    return cases;
  }

  /** Returns what the type variables of a case stand for, given those of the interface. */
  public static Map<TypeVariable<?>, ClosedType> bind(
      Class<?> subtype, Class<?> type, Map<TypeVariable<?>, ClosedType> bound) {
    Map<TypeVariable<?>, ClosedType> found = new HashMap<>();
    for (Type implemented : subtype.getGenericInterfaces()) {
      if (!(implemented instanceof ParameterizedType generic)
          || !(generic.getRawType() instanceof Class<?> raw)
          || !type.isAssignableFrom(raw)) {
        continue;
      }
      Map<TypeVariable<?>, ClosedType> boundThere = raw == type ? bound : bind(raw, type, bound);
      for (int i = 0; i < raw.getTypeParameters().length; i++) {
        ClosedType argument = boundThere.get(raw.getTypeParameters()[i]);
        if (argument != null
            && generic.getActualTypeArguments()[i] instanceof TypeVariable<?> variable) {
          found.put(variable, argument);
        }
      }
    }
    return found;
  }
}
