// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.util.*;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Describes objects by their classes and, as far as they can be seen, their parts, so that two that
 * behave alike have one text, and others have not.
 */
@NullUnmarked
final class ValueText {
  private ValueText() {}

  /** Describes an object by its class and, as far as they can be seen, its parts. */
  static String of(@Nullable Object value) {
    return describe(value, 0);
  }

  private static String describe(@Nullable Object value, int depth) {
    if (value == null || depth > 8) {
      return "null";
    }
    String name = value.getClass().getName();
    if (name.startsWith("com.google.common")) {
      name = "guava";
    }
    if (name.equals("java.util.ImmutableCollections$List12")) {
      name = "java.util.ImmutableCollections$ListN";
    }
    if (value instanceof Map<?, ?> map) {
      List<String> entries = new ArrayList<>();
      map.forEach((k, v) -> entries.add(describe(k, depth + 1) + "=" + describe(v, depth + 1)));
      if (!(value instanceof SortedMap) && !(value instanceof LinkedHashMap)) {
        Collections.sort(entries);
      }
      if (value instanceof LinkedHashMap<?, ?> linked) {
        entries.add(isAccessOrdered(linked) ? "by access" : "by insertion");
      }
      return name + entries + (map instanceof SortedMap<?, ?> s ? s.comparator() : "");
    }
    if (value instanceof Collection<?> collection) {
      List<String> elements = new ArrayList<>();
      collection.forEach(e -> elements.add(describe(e, depth + 1)));
      if (value instanceof Set
          && !(value instanceof SortedSet)
          && !(value instanceof LinkedHashSet)) {
        Collections.sort(elements);
      }
      return name + elements + (collection instanceof SortedSet<?> s ? s.comparator() : "");
    }
    if (value.getClass().isArray()) {
      List<String> elements = new ArrayList<>();
      for (int i = 0; i < java.lang.reflect.Array.getLength(value); i++) {
        elements.add(describe(java.lang.reflect.Array.get(value, i), depth + 1));
      }
      return name + elements;
    }
    if (value.getClass().getName().startsWith("io.statebackend.") && !(value instanceof Enum)) {
      StringBuilder text = new StringBuilder(name);
      for (Class<?> c = value.getClass();
          c != Object.class && c != Record.class;
          c = c.getSuperclass()) {
        for (java.lang.reflect.Field field : c.getDeclaredFields()) {
          if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
            try {
              field.setAccessible(true);
              text.append(' ').append(field.getName()).append('=');
              text.append(describe(field.get(value), depth + 1));
            } catch (ReflectiveOperationException e) {
              throw new LinkageError(e.getMessage(), e);
            }
          }
        }
      }
      return text.toString();
    }
    if (value instanceof Calendar calendar) {
      return name + calendar.getTimeInMillis() + calendar.getTimeZone();
    }
    if (value instanceof AtomicReference<?> r) {
      return name + describe(r.get(), depth + 1);
    }
    if (value instanceof Optional<?> o) {
      return name + describe(o.orElse(null), depth + 1);
    }
    return name + " " + value;
  }

  /** Looks whether the eldest entry of a copy becomes the newest one when it is read. */
  @SuppressWarnings("NonApiType") // Only this class has a clone in the order of its original.
  private static boolean isAccessOrdered(LinkedHashMap<?, ?> map) {
    Map<?, ?> copy = (Map<?, ?>) map.clone();
    if (copy.size() < 2) {
      return false;
    }
    Object eldest = copy.keySet().iterator().next();
    Object unused = copy.get(eldest);
    return copy.keySet().iterator().next() != eldest;
  }
}
