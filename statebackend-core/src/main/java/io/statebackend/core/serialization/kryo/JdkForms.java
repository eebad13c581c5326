// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The classes of the JDK whose objects come back equal, each with its form, and Kryo's serializers
 * where these are right. What is not here is refused: Kryo would write it, but not all of it.
 */
@SuppressWarnings({"JdkObsolete", "NonApiType"}) // Users have objects of these classes.
final class JdkForms {

  /** Classes for which Kryo's serializers give back what they were given. */
  private static final Set<Class<?>> KRYOS = new HashSet<>(KryoClasses.values());

  private static final Map<Class<?>, Serializer<?>> FORMS = new LinkedHashMap<>();

  static {
    KRYOS.addAll(
        List.of(
            boolean[].class,
            byte[].class,
            short[].class,
            char[].class,
            int[].class,
            long[].class,
            float[].class,
            double[].class,
            java.util.Date.class,
            java.util.BitSet.class,
            java.util.Currency.class,
            StringBuilder.class,
            StringBuffer.class,
            java.util.EnumSet.class,
            java.util.OptionalInt.class,
            java.util.OptionalLong.class,
            java.util.OptionalDouble.class,
            java.util.regex.Pattern.class,
            java.nio.charset.Charset.class,
            java.net.URL.class,
            java.time.ZoneId.class,
            java.time.ZoneOffset.class,
            java.time.MonthDay.class,
            java.util.concurrent.atomic.AtomicBoolean.class,
            java.util.concurrent.atomic.AtomicInteger.class,
            java.util.concurrent.atomic.AtomicLong.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Collections.emptyList().getClass(),
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass()));
    collections();
    maps();
    fixed();
    wrappers();
    values();
  }

  private JdkForms() {}

  private static void collections() {
    FORMS.put(ArrayList.class, CollectionForm.inOrder(c -> new ArrayList<>()));
    FORMS.put(LinkedList.class, CollectionForm.inOrder(c -> new LinkedList<>()));
    FORMS.put(ArrayDeque.class, CollectionForm.inOrder(c -> new ArrayDeque<>()));
    FORMS.put(Vector.class, CollectionForm.inOrder(c -> new Vector<>()));
    FORMS.put(Stack.class, CollectionForm.inOrder(c -> new Stack<>()));
    FORMS.put(
        CopyOnWriteArrayList.class, CollectionForm.inOrder(c -> new CopyOnWriteArrayList<>()));
    FORMS.put(
        ConcurrentLinkedQueue.class, CollectionForm.inOrder(c -> new ConcurrentLinkedQueue<>()));
    FORMS.put(
        ConcurrentLinkedDeque.class, CollectionForm.inOrder(c -> new ConcurrentLinkedDeque<>()));
    FORMS.put(HashSet.class, CollectionForm.hashed(c -> new HashSet<>()));
    FORMS.put(LinkedHashSet.class, CollectionForm.hashed(c -> new LinkedHashSet<>()));
    FORMS.put(CopyOnWriteArraySet.class, CollectionForm.hashed(c -> new CopyOnWriteArraySet<>()));
    FORMS.put(
        TreeSet.class,
        CollectionForm.sorted((Comparator<Object> c) -> new TreeSet<>(c), TreeSet::comparator));
    FORMS.put(
        ConcurrentSkipListSet.class,
        CollectionForm.sorted(
            (Comparator<Object> c) -> new ConcurrentSkipListSet<>(c),
            ConcurrentSkipListSet::comparator));
    FORMS.put(
        PriorityQueue.class,
        CollectionForm.sorted(
            (Comparator<Object> c) -> new PriorityQueue<>(c), PriorityQueue::comparator));
    FORMS.put(
        PriorityBlockingQueue.class,
        CollectionForm.sorted(
            (Comparator<Object> c) -> new PriorityBlockingQueue<>(11, c),
            PriorityBlockingQueue::comparator));
  }

  private static void maps() {
    FORMS.put(HashMap.class, MapForm.hashed(c -> new HashMap<>()));
    FORMS.put(LinkedHashMap.class, MapForm.linked());
    FORMS.put(ConcurrentHashMap.class, MapForm.hashed(c -> new ConcurrentHashMap<>()));
    FORMS.put(Hashtable.class, MapForm.hashed(c -> new Hashtable<>()));
    FORMS.put(
        TreeMap.class,
        MapForm.sorted((Comparator<Object> c) -> new TreeMap<>(c), TreeMap::comparator));
    FORMS.put(
        ConcurrentSkipListMap.class,
        MapForm.sorted(
            (Comparator<Object> c) -> new ConcurrentSkipListMap<>(c),
            ConcurrentSkipListMap::comparator));
  }

  private static void fixed() {
    FixedForm list =
        FixedForm.list(
            parts -> parts.contains(null) ? parts.stream().toList() : List.copyOf(parts));
    FORMS.put(List.of().getClass(), list);
    FORMS.put(List.of(1).getClass(), list);
    FixedForm set = FixedForm.set(parts -> Set.of(parts.toArray()));
    FORMS.put(Set.of().getClass(), set);
    FORMS.put(Set.of(1).getClass(), set);
    FixedForm map = FixedForm.map(parts -> Map.copyOf(hashMap(parts)));
    FORMS.put(Map.of().getClass(), map);
    FORMS.put(Map.of(1, 1).getClass(), map);
    FORMS.put(Arrays.asList().getClass(), FixedForm.list(parts -> Arrays.asList(parts.toArray())));
    FORMS.put(
        Collections.singletonList(1).getClass(),
        FixedForm.list(parts -> Collections.singletonList(parts.get(0))));
    FORMS.put(
        Collections.singleton(1).getClass(),
        FixedForm.set(parts -> Collections.singleton(parts.get(0))));
    FORMS.put(
        Collections.singletonMap(1, 1).getClass(),
        FixedForm.map(parts -> Collections.singletonMap(parts.get(0), parts.get(1))));
    FORMS.put(
        Optional.class,
        FixedForm.of(
            object -> ((Optional<?>) object).stream().toList(),
            parts -> parts.isEmpty() ? Optional.empty() : Optional.of(parts.get(0))));
    FORMS.put(
        java.util.concurrent.atomic.AtomicReference.class,
        FixedForm.of(
            object ->
                Collections.singletonList(
                    ((java.util.concurrent.atomic.AtomicReference<?>) object).get()),
            parts -> new java.util.concurrent.atomic.AtomicReference<>(parts.get(0))));
    FORMS.put(SimpleEntry.class, entry(p -> new SimpleEntry<>(p.get(0), p.get(1))));
    FORMS.put(
        SimpleImmutableEntry.class, entry(p -> new SimpleImmutableEntry<>(p.get(0), p.get(1))));
    FORMS.put(Map.entry(1, 1).getClass(), entry(p -> Map.entry(p.get(0), p.get(1))));
    FORMS.put(Collections.reverseOrder().getClass(), constant(Collections.reverseOrder()));
    FORMS.put(String.CASE_INSENSITIVE_ORDER.getClass(), constant(String.CASE_INSENSITIVE_ORDER));
  }

  private static FixedForm entry(Function<List<@Nullable Object>, Object> maker) {
    return FixedForm.of(
        object -> {
          Map.Entry<?, ?> entry = (Map.Entry<?, ?>) object;
          return Arrays.asList(entry.getKey(), entry.getValue());
        },
        maker);
  }

  private static FixedForm constant(Object value) {
    return FixedForm.of(object -> List.of(), parts -> value);
  }

  private static void wrappers() {
    wrapper(
        Collections.unmodifiableCollection(new ArrayDeque<>()),
        false,
        p -> Collections.unmodifiableCollection(p));
    wrapper(
        Collections.unmodifiableList(new ArrayList<>()),
        false,
        p -> Collections.unmodifiableList(p));
    wrapper(
        Collections.unmodifiableList(new LinkedList<>()),
        false,
        p -> Collections.unmodifiableList(new LinkedList<>(p)));
    wrapper(
        Collections.unmodifiableSet(new HashSet<>()),
        true,
        p -> Collections.unmodifiableSet(new LinkedHashSet<>(p)));
    wrapper(
        Collections.synchronizedCollection(new ArrayDeque<>()),
        false,
        p -> Collections.synchronizedCollection(p));
    wrapper(
        Collections.synchronizedList(new ArrayList<>()),
        false,
        p -> Collections.synchronizedList(p));
    wrapper(
        Collections.synchronizedList(new LinkedList<>()),
        false,
        p -> Collections.synchronizedList(new LinkedList<>(p)));
    wrapper(
        Collections.synchronizedSet(new HashSet<>()),
        true,
        p -> Collections.synchronizedSet(new LinkedHashSet<>(p)));
    FORMS.put(
        Collections.unmodifiableMap(new HashMap<>()).getClass(),
        FixedForm.map(p -> Collections.unmodifiableMap(hashMap(p))));
    FORMS.put(
        Collections.synchronizedMap(new HashMap<>()).getClass(),
        FixedForm.map(p -> Collections.synchronizedMap(hashMap(p))));
    sortedSet(
        Collections.unmodifiableSortedSet(new TreeSet<>()), Collections::unmodifiableSortedSet);
    sortedSet(
        Collections.unmodifiableNavigableSet(new TreeSet<>()),
        Collections::unmodifiableNavigableSet);
    sortedMap(
        Collections.unmodifiableSortedMap(new TreeMap<>()), Collections::unmodifiableSortedMap);
    sortedMap(
        Collections.unmodifiableNavigableMap(new TreeMap<>()),
        Collections::unmodifiableNavigableMap);
  }

  private static void wrapper(
      Collection<Object> sample,
      boolean asksParts,
      Function<List<@Nullable Object>, Object> maker) {
    FORMS.put(sample.getClass(), asksParts ? FixedForm.set(maker) : FixedForm.list(maker));
  }

  /** Puts a form with the comparator as the first part. */
  private static void sortedSet(
      java.util.SortedSet<Object> sample, Function<TreeSet<@Nullable Object>, Object> wrap) {
    FORMS.put(
        sample.getClass(),
        FixedForm.asking(
            object -> {
              List<@Nullable Object> parts = new ArrayList<>();
              parts.add(((java.util.SortedSet<?>) object).comparator());
              parts.addAll((Collection<?>) object);
              return parts;
            },
            parts -> {
              TreeSet<@Nullable Object> set =
                  new TreeSet<>(CollectionForm.asComparator(parts.get(0)));
              set.addAll(parts.subList(1, parts.size()));
              return wrap.apply(set);
            }));
  }

  /** Puts a form with the comparator as the first part. */
  private static void sortedMap(
      java.util.SortedMap<Object, Object> sample,
      Function<TreeMap<@Nullable Object, @Nullable Object>, Object> wrap) {
    FORMS.put(
        sample.getClass(),
        FixedForm.asking(
            object -> {
              List<@Nullable Object> parts = new ArrayList<>();
              parts.add(((java.util.SortedMap<?, ?>) object).comparator());
              parts.addAll(FixedForm.flat((Map<?, ?>) object));
              return parts;
            },
            parts -> {
              TreeMap<@Nullable Object, @Nullable Object> map =
                  new TreeMap<>(CollectionForm.asComparator(parts.get(0)));
              for (int i = 1; i < parts.size(); i += 2) {
                map.put(parts.get(i), parts.get(i + 1));
              }
              return wrap.apply(map);
            }));
  }

  private static Map<@Nullable Object, @Nullable Object> hashMap(List<@Nullable Object> parts) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i += 2) {
      map.put(parts.get(i), parts.get(i + 1));
    }
    return map;
  }

  private static void values() {
    FORMS.put(EnumMap.class, new ValueForms.OfEnumMap());
    FORMS.put(Locale.class, new ValueForms.OfLocale());
    FORMS.put(java.util.TimeZone.class, new ValueForms.OfTimeZone());
    FORMS.put(java.time.ZonedDateTime.class, new ValueForms.OfZonedDateTime());
    FORMS.put(GregorianCalendar.class, new ValueForms.OfCalendar());
    FORMS.put(java.net.Inet4Address.class, new ValueForms.OfAddress());
    FORMS.put(java.net.Inet6Address.class, new ValueForms.OfAddress());
    try {
      ValueForms.OfTimestamp.addTo(FORMS, KRYOS);
    } catch (NoClassDefFoundError e) {
      // The module java.sql is not there, so nobody has its objects.
    }
  }

  /** Tells whether objects of a class come back equal by its form or by Kryo's serializer. */
  static boolean isKnown(Class<?> type) {
    return FORMS.containsKey(type)
        || KRYOS.contains(type)
        || GuavaForms.find(type) != null
        || ThrowableForm.find(type) != null;
  }

  /** Returns the classes that are found by the type of an interface or abstract class. */
  static List<Class<?>> implementing(Class<?> type) {
    return FORMS.keySet().stream()
        .filter(known -> type.isAssignableFrom(known) && isUsual(known))
        .<Class<?>>map(known -> known)
        .toList();
  }

  private static boolean isUsual(Class<?> known) {
    return known.getName().startsWith("java.util.Collections$")
        || known.getName().startsWith("java.util.ImmutableCollections$");
  }

  /** Returns the comparators that can be written wherever there is one. */
  static List<Class<?>> comparators() {
    return List.of(
        Collections.reverseOrder().getClass(),
        ((Object) Comparator.naturalOrder()).getClass(),
        String.CASE_INSENSITIVE_ORDER.getClass());
  }

  /** Returns the serializer of a class, or {@code null} if Kryo is to choose one. */
  static @Nullable Serializer<?> find(Class<?> type) {
    if (type.isArray() && !type.getComponentType().isPrimitive()) {
      return new ArrayForm(type);
    }
    Serializer<?> form = FORMS.get(type);
    if (form == null) {
      form = GuavaForms.find(type);
    }
    return form == null ? ThrowableForm.find(type) : form;
  }

  /**
   * Returns the public class that stands for a class which nobody can name, or {@code null} if
   * there is none.
   */
  static @Nullable Class<?> standIn(Class<?> type) {
    return switch (type.getName()) {
      case "sun.util.calendar.ZoneInfo" -> java.util.TimeZone.class;
      case "java.time.ZoneRegion" -> java.time.ZoneId.class;
      default ->
          KryoNames.isOfJdk(type) && java.nio.charset.Charset.class.isAssignableFrom(type)
              ? java.nio.charset.Charset.class
              : GuavaForms.standIn(type);
    };
  }

  /** Registers a class that has no custom serializer. */
  static void register(Kryo kryo, Class<?> type, int id) {
    Serializer<?> form = find(type);
    if (form == null) {
      kryo.register(type, id);
    } else {
      kryo.register(type, form, id);
    }
  }
}
