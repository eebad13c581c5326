// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.KryoSerializable;
import java.io.Externalizable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * Refuses classes whose fields are not all of their state, before anything is written. A class that
 * passes is written field by field; see {@link JdkForms} for those that have another form.
 */
final class WrittenClasses {
  private WrittenClasses() {}

  /**
   * Checks that a class exists under its name in the next run too.
   *
   * @param where the field that names it, or nothing
   */
  static void checkNameable(Class<?> type, String where) {
    if (type.isHidden() || (type.isSynthetic() && type.getName().contains("$$Lambda"))) {
      throw refused(
          type,
          where,
          "it is the class of a lambda or another hidden one, which has no name in the next run",
          "write an enum or a class with a name in its place");
    }
  }

  /**
   * Checks that objects of a class come back equal.
   *
   * @param where the field that names it, or nothing
   */
  static void check(Class<?> type, String where) {
    if (KryoSerializable.class.isAssignableFrom(type)) {
      return;
    }
    if (type == Class.class) {
      throw refused(type, where, "it could be any class", "keep the name of the class");
    }
    if (KryoNames.isOfJdk(type)) {
      throw refused(
          type, where, "Kryo does not keep all that this class of the JDK holds", otherWays(where));
    }
    if (Collection.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type)
        || GuavaForms.isCollection(type)) {
      throw refused(
          type,
          where,
          "what this collection holds beside its elements is not known",
          "declare a collection of the JDK, such as ArrayList or HashMap, in a field of a class"
              + " that has what is added, or "
              + register(type));
    }
    if (Externalizable.class.isAssignableFrom(type)) {
      throw refused(type, where, "it is Externalizable: its fields are not all", register(type));
    }
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      if (KryoNames.isOfJdk(c)) {
        checkNoFields(c, type, where);
      } else {
        checkSerializedByFields(c, type, where);
      }
    }
  }

  private static void checkNoFields(Class<?> superclass, Class<?> type, String where) {
    for (Field field : superclass.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        throw refused(
            type,
            where,
            "its superclass "
                + superclass.getName()
                + " has fields that are closed, such as "
                + field.getName(),
            "hold what it needs of that class in fields of its own, or " + register(type));
      }
    }
  }

  private static void checkSerializedByFields(Class<?> c, Class<?> type, String where) {
    boolean hasTransient =
        Arrays.stream(c.getDeclaredFields())
            .anyMatch(
                f ->
                    Modifier.isTransient(f.getModifiers()) && !Modifier.isStatic(f.getModifiers()));
    if (has(c, "writeReplace")
        || has(c, "readResolve")
        || (hasTransient && (hasPrivate(c, "writeObject") || hasPrivate(c, "readObject")))) {
      throw refused(
          type,
          where,
          c.getName()
              + " has a form of its own for Java serialization, so that its fields are not all",
          register(type));
    }
  }

  /** By its name alone: a class that refers to Java serialization does not belong here. */
  private static boolean hasPrivate(Class<?> type, String name) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(
            method ->
                method.getName().equals(name)
                    && method.getParameterCount() == 1
                    && Modifier.isPrivate(method.getModifiers()));
  }

  private static boolean has(Class<?> type, String name, Class<?>... parameters) {
    try {
      Method unused = type.getDeclaredMethod(name, parameters);
      return true;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  private static String otherWays(String where) {
    return where.isEmpty()
        ? "use another class in its place"
        : "make the field transient, or use another class in its place, such as a record of what"
            + " it tells";
  }

  private static String register(Class<?> type) {
    return "register a Kryo serializer for it: Serializers.kryoBuilder(...).register("
        + type.getSimpleName()
        + ".class, ItsSerializer.class)";
  }

  private static IllegalArgumentException refused(
      Class<?> type, String where, String why, String wayOut) {
    return new IllegalArgumentException(
        "class %s%s cannot be written by Kryo so that it comes back equal: %s; %s"
            .formatted(type.getName(), where.isEmpty() ? "" : " at " + where, why, wayOut));
  }
}
