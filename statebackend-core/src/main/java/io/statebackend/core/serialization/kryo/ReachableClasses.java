// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.stream.Stream;

/**
 * The classes that objects of some classes are made of, as far as the declared types of their
 * fields tell: classes, element types of arrays and collections, permitted subclasses of sealed
 * types, and for the interfaces of the collections those classes of the JDK that usually implement
 * them. What else an interface, an abstract class or {@code Object} stands for is not known.
 */
public final class ReachableClasses {
  private static final List<Class<?>> LISTS =
      withWrappers(
          List.class,
          ArrayList.class,
          LinkedList.class,
          List.of().getClass(),
          List.of(1).getClass(),
          Arrays.asList().getClass(),
          Collections.emptyList().getClass(),
          Collections.singletonList(1).getClass());
  private static final List<Class<?>> SETS =
      withWrappers(
          Set.class,
          HashSet.class,
          LinkedHashSet.class,
          Set.of().getClass(),
          Set.of(1).getClass(),
          Collections.emptySet().getClass(),
          Collections.singleton(1).getClass());
  private static final List<Class<?>> MAPS =
      withWrappers(
          Map.class,
          HashMap.class,
          LinkedHashMap.class,
          Map.of().getClass(),
          Map.of(1, 1).getClass(),
          Collections.emptyMap().getClass(),
          Collections.singletonMap(1, 1).getClass());
  private static final Map<Class<?>, List<Class<?>>> IMPLEMENTATIONS =
      Map.ofEntries(
          Map.entry(List.class, LISTS),
          Map.entry(Set.class, SETS),
          Map.entry(Map.class, MAPS),
          Map.entry(
              Collection.class,
              Stream.of(LISTS, SETS, JdkForms.implementing(Collection.class))
                  .flatMap(List::stream)
                  .distinct()
                  .toList()),
          Map.entry(Queue.class, List.of(ArrayDeque.class, LinkedList.class)),
          Map.entry(Deque.class, List.of(ArrayDeque.class, LinkedList.class)),
          Map.entry(SortedSet.class, withWrappers(SortedSet.class, TreeSet.class)),
          Map.entry(NavigableSet.class, withWrappers(NavigableSet.class, TreeSet.class)),
          Map.entry(SortedMap.class, withWrappers(SortedMap.class, TreeMap.class)),
          Map.entry(NavigableMap.class, withWrappers(NavigableMap.class, TreeMap.class)),
          Map.entry(TreeSet.class, JdkForms.comparators()),
          Map.entry(TreeMap.class, JdkForms.comparators()),
          Map.entry(PriorityQueue.class, JdkForms.comparators()),
          Map.entry(ConcurrentSkipListMap.class, JdkForms.comparators()),
          Map.entry(ConcurrentSkipListSet.class, JdkForms.comparators()),
          Map.entry(PriorityBlockingQueue.class, JdkForms.comparators()),
          Map.entry(Comparator.class, JdkForms.comparators()),
          Map.entry(
              Map.Entry.class,
              List.of(
                  AbstractMap.SimpleEntry.class,
                  AbstractMap.SimpleImmutableEntry.class,
                  Map.entry(1, 1).getClass())),
          Map.entry(ZoneId.class, List.of(ZoneOffset.class)),
          Map.entry(InetAddress.class, List.of(Inet4Address.class, Inet6Address.class)),
          Map.entry(Calendar.class, List.of(GregorianCalendar.class)),
          Map.entry(ConcurrentMap.class, List.of(ConcurrentHashMap.class)));

  /** Classes that Kryo knows by itself. */
  private static final Set<Class<?>> KNOWN_TO_KRYO =
      Set.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class);

  private static List<Class<?>> withWrappers(Class<?> type, Class<?>... usual) {
    return Stream.concat(Arrays.stream(usual), JdkForms.implementing(type).stream())
        .distinct()
        .toList();
  }

  private final Set<Class<?>> found = new LinkedHashSet<>();
  private final Set<Type> seen = new HashSet<>();

  /** The field that names what is reached, or nothing. */
  private String where = "";

  /** Classes that have custom serializers: what they hold is the affair of these. */
  private final Set<Class<?>> custom;

  private ReachableClasses(Set<Class<?>> custom) {
    this.custom = custom;
  }

  /** Tells whether a class needs no registration. */
  static boolean isKnownToKryo(Class<?> type) {
    return KNOWN_TO_KRYO.contains(type);
  }

  /** Returns the classes of the JDK that are found without being named. */
  static Set<Class<?>> ofJdk() {
    Set<Class<?>> known = new LinkedHashSet<>(KNOWN_TO_KRYO);
    IMPLEMENTATIONS.forEach(
        (type, classes) -> {
          known.add(type);
          known.addAll(classes);
        });
    return known;
  }

  /**
   * Returns the classes given, in their order and but for interfaces and the like, and after them
   * those that they reach, in the order of their names.
   *
   * @throws IllegalArgumentException if one of them is known to be unreadable
   */
  static List<Class<?>> from(List<Class<?>> given, Set<Class<?>> custom) {
    ReachableClasses reachable = new ReachableClasses(custom);
    given.forEach(reachable::reach);
    List<Class<?>> classes = new ArrayList<>(given);
    classes.retainAll(reachable.found);
    reachable.found.stream()
        .filter(type -> !given.contains(type))
        .sorted(Comparator.comparing(Class::getName))
        .forEach(classes::add);
    return List.copyOf(new LinkedHashSet<>(classes));
  }

  private void reach(Type type) {
    if (!seen.add(type)) {
      return;
    }
    if (type instanceof Class<?> plain) {
      reachClass(plain);
    } else if (type instanceof ParameterizedType generic) {
      reach(generic.getRawType());
      reachAll(generic.getActualTypeArguments());
    } else if (type instanceof GenericArrayType array) {
      reach(array.getGenericComponentType());
    } else if (type instanceof WildcardType wildcard) {
      reachAll(wildcard.getUpperBounds());
    }
  }

  private void reachAll(Type[] types) {
    for (Type type : types) {
      reach(type);
    }
  }

  private void reachClass(Class<?> type) {
    if (type.isPrimitive() || type == Object.class || KNOWN_TO_KRYO.contains(type)) {
      return;
    }
    if (custom.contains(type)) {
      found.add(type);
      return;
    }
    WrittenClasses.checkNameable(type, where);
    IMPLEMENTATIONS.getOrDefault(type, List.of()).forEach(this::reach);
    if (type == InetAddress.class) {
      return; // Not abstract, but there are objects of its subclasses only.
    }
    // An enum with bodies is sealed too, but Kryo knows constants by the enum itself.
    // What the JDK permits differs from one JDK to the next, and so would the schema.
    if (type.isSealed() && !type.isEnum() && !KryoNames.isOfJdk(type)) {
      reachAll(type.getPermittedSubclasses());
    }
    if (type.isArray()) {
      found.add(type);
      reach(type.getComponentType());
    } else if (type.isEnum() || JdkForms.isKnown(type)) {
      found.add(type);
    } else if (!type.isInterface() && !Modifier.isAbstract(type.getModifiers())) {
      WrittenClasses.check(type, where);
      found.add(type);
      reachParts(type);
    }
  }

  private void reachParts(Class<?> type) {
    // What a class of the JDK holds is the business of Kryo's serializer for it.
    for (Class<?> c = type; !KryoNames.isOfJdk(c); c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (KryoField.isWritten(field)) {
          String outer = where;
          where = c.getName() + "." + field.getName();
          reach(field.getGenericType());
          // A generic array or a type variable tells less than its erasure.
          reach(field.getType());
          where = outer;
        }
      }
      reach(c.getGenericSuperclass());
    }
  }
}
