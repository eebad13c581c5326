// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.lang.reflect.Method;
import java.util.*;
import org.jspecify.annotations.Nullable;

/** Objects of classes of Guava, if it is on the class path; by reflection, as it need not be. */
final class GuavaCases {
  private static final String COLLECT = "com.google.common.collect.";

  private GuavaCases() {}

  static List<Object> all() {
    try {
      Class.forName(COLLECT + "ImmutableList");
    } catch (ClassNotFoundException e) {
      return List.of();
    }
    List<String> texts = new ArrayList<>(List.of("b", "a"));
    Map<String, Integer> map = new LinkedHashMap<>(Map.of("a", 1));
    Object multimap = make(COLLECT + "HashMultimap", "create");
    call(multimap, "put", "a", 1);
    Object biMap = make(COLLECT + "HashBiMap", "create");
    call(biMap, "put", "a", 1);
    Object table = make(COLLECT + "HashBasedTable", "create");
    call(table, "put", "a", "b", 1);
    Object multiset = make(COLLECT + "HashMultiset", "create");
    call(multiset, "add", "a");
    return List.of(
        make(COLLECT + "ImmutableList", "of"),
        make(COLLECT + "ImmutableList", "copyOf", texts),
        make(COLLECT + "ImmutableSet", "of"),
        make(COLLECT + "ImmutableSet", "copyOf", texts),
        make(COLLECT + "ImmutableMap", "of"),
        make(COLLECT + "ImmutableMap", "copyOf", map),
        make(COLLECT + "ImmutableSortedSet", "copyOf", texts),
        make(COLLECT + "ImmutableSortedMap", "copyOf", map),
        make(COLLECT + "ImmutableBiMap", "copyOf", map),
        make(COLLECT + "ImmutableMultiset", "copyOf", texts),
        multimap,
        biMap,
        table,
        multiset,
        make(COLLECT + "Range", "closed", 1, 2),
        make("com.google.common.base.Optional", "of", "x"),
        make("com.google.common.primitives.UnsignedLong", "valueOf", 5L),
        make("com.google.common.net.HostAndPort", "fromString", "a:1"),
        make(COLLECT + "Lists", "reverse", texts));
  }

  private static Object make(String type, String method, Object... arguments) {
    try {
      return invoke(Class.forName(type), null, method, arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + "." + method, e);
    }
  }

  private static void call(Object target, String method, Object... arguments) {
    try {
      invoke(target.getClass(), target, method, arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(target.getClass() + "." + method, e);
    }
  }

  private static Object invoke(
      Class<?> type, @Nullable Object target, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && takes(method, arguments)) {
        method.setAccessible(true);
        return method.invoke(target, arguments);
      }
    }
    throw new NoSuchMethodException(type + "." + name);
  }

  private static boolean takes(Method method, Object... arguments) {
    Class<?>[] types = method.getParameterTypes();
    if (types.length != arguments.length || method.isBridge()) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      boolean fits =
          types[i].isInstance(arguments[i])
              || (types[i] == long.class && arguments[i] instanceof Long);
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}
