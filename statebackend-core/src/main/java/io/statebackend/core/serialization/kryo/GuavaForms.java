// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Serializer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Guava's immutable lists, sets and maps, by their public names; the library does not need Guava.
 * They are made by {@code copyOf} of the very class that the program has.
 */
final class GuavaForms {
  private static final String PACKAGE = "com.google.common.collect.";
  private static final String LIST = PACKAGE + "ImmutableList";
  private static final String SET = PACKAGE + "ImmutableSet";
  private static final String MAP = PACKAGE + "ImmutableMap";

  private GuavaForms() {}

  /** Tells whether a class is one of Guava's collections, tables and the like. */
  static boolean isCollection(Class<?> type) {
    return type.getName().startsWith(PACKAGE);
  }

  /** Returns the form of one of the public classes, or {@code null} for any other class. */
  static @Nullable Serializer<?> find(Class<?> type) {
    return switch (type.getName()) {
      case LIST -> FixedForm.list(parts -> copyOf(type, Collection.class, parts));
      case SET -> FixedForm.set(parts -> copyOf(type, Collection.class, parts));
      case MAP -> FixedForm.map(parts -> copyOf(type, Map.class, map(parts)));
      default -> null;
    };
  }

  private static Map<@Nullable Object, @Nullable Object> map(List<@Nullable Object> parts) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i += 2) {
      map.put(parts.get(i), parts.get(i + 1));
    }
    return map;
  }

  private static Object copyOf(Class<?> type, Class<?> parameter, Object content) {
    try {
      Method copyOf = type.getMethod("copyOf", parameter);
      return copyOf.invoke(null, content instanceof List<?> list ? new ArrayList<>(list) : content);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "not a " + type.getName() + ": " + e.getTargetException(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " has no copyOf: " + e, e);
    }
  }

  /** Returns the public class that stands for one of its hidden subclasses, or {@code null}. */
  static @Nullable Class<?> standIn(Class<?> type) {
    if (!type.getName().startsWith(PACKAGE)) {
      return null;
    }
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      String name = c.getName();
      if (name.equals(LIST) || name.equals(SET) || name.equals(MAP)) {
        return c;
      }
      // A sorted set or a map of both directions is more than its superclass tells.
      if (name.startsWith(PACKAGE + "Immutable")
          && java.lang.reflect.Modifier.isPublic(c.getModifiers())) {
        return null;
      }
    }
    return null;
  }
}
