// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import io.statebackend.api.FormerNames;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a name in a stored schema of Kryo can mean: those that the program has given,
 * those that their fields are declared as, and some of the JDK. No class is loaded.
 */
public final class KryoNames {
  private static final Map<String, Class<?>> PRIMITIVES =
      Map.of(
          "boolean", boolean.class,
          "byte", byte.class,
          "short", short.class,
          "char", char.class,
          "int", int.class,
          "long", long.class,
          "float", float.class,
          "double", double.class);

  private final Map<String, Class<?>> classes = new HashMap<>(PRIMITIVES);

  KryoNames(KryoClasses declared) {
    ReachableClasses.ofJdk().forEach(this::add);
    KryoClasses.values().forEach(this::add);
    add(declared.settings().root());
    Kryo kryo = declared.newKryo();
    for (Class<?> type : declared.registered()) {
      for (Class<?> c = type; c != null; c = c.getSuperclass()) {
        add(c);
        for (Class<?> implemented : c.getInterfaces()) {
          add(implemented);
        }
      }
      KryoClasses.fieldsOf(type, kryo).forEach(field -> add(field.type()));
    }
    classes.putAll(declared.settings().formerNames());
  }

  /** Tells whether a class comes with the JDK. */
  static boolean isOfJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  private void add(Class<?> type) {
    classes.put(type.getName(), type);
    FormerNames former = type.getAnnotation(FormerNames.class);
    if (former != null) {
      for (String name : former.value()) {
        classes.putIfAbsent(name, type);
      }
    }
  }

  /** Returns the class that a binary name means, or {@code null} if none is known. */
  @Nullable Class<?> find(String name) {
    Class<?> found = classes.get(name);
    if (found != null || !name.startsWith("[")) {
      return found;
    }
    boolean ofObjects = name.startsWith("[L") && name.endsWith(";");
    Class<?> element = find(ofObjects ? name.substring(2, name.length() - 1) : name.substring(1));
    return element == null ? null : element.arrayType();
  }
}
