// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.KryoSerializerBuilder;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.ValueClasses.*;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Objects of the classes that users have: of the JDK, of Guava if it is there, and of their own.
 * Each comes back equal from a serializer that takes its class, or its class is refused when the
 * serializer is created. There is no third outcome.
 */
@SuppressWarnings({
  "AddressSelection",
  "IdentityHashMapUsage",
  "JavaUtilDate",
  "JdkObsolete",
  "UnnecessaryStringBuilder"
}) // The list is of what users have.
@NullUnmarked
final class ValueCases {
  private ValueCases() {}

  /** Before a field is added. */
  static class Holder {
    static final int NUMBER = 7;

    int number;
    @Nullable Object value;
    String text = "dropped";

    Holder(Object value) {
      this.number = NUMBER;
      this.value = value;
    }
  }

  /** After one was added, one removed, and the order of the names changed. */
  static class Changed {
    @Nullable Object value;
    String also = "new";
    int number;
  }

  /**
   * A value, and what is said of its class.
   *
   * @param name what it is called
   * @param type the class or interface that it is declared as
   * @param value the value under test
   * @param named classes that the declared type does not tell
   */
  record Case(String name, Class<?> type, Object value, List<Class<?>> named) {

    /** Tells whether serializers take it; the way out is checked where they are created. */
    boolean isTaken() {
      try {
        own();
        holders();
        changed();
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    /** Returns the serializer of the value alone. */
    @SuppressWarnings("unchecked") // Given values of the type only.
    TypeSerializer<Object> own() {
      return (TypeSerializer<Object>) Serializers.kryo(type, named.toArray(Class<?>[]::new));
    }

    private List<Class<?>> all() {
      List<Class<?>> all = new ArrayList<>(named);
      all.add(type);
      return all;
    }

    /** Returns the serializer of what holds the value. */
    TypeSerializer<Holder> holders() {
      return Serializers.kryo(Holder.class, all().toArray(Class<?>[]::new));
    }

    /** Returns the serializer of the later version of what holds the value. */
    TypeSerializer<Changed> changed() {
      List<Class<?>> reversed = all();
      Collections.reverse(reversed);
      KryoSerializerBuilder<Changed> builder =
          Serializers.kryoBuilder(Changed.class).formerName(Changed.class, Holder.class.getName());
      reversed.forEach(builder::register);
      return builder.build();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case of(Object value, Class<?>... named) {
    return new Case(value.getClass().getTypeName(), value.getClass(), value, List.of(named));
  }

  private static Case as(Class<?> type, Object value, Class<?>... named) {
    return new Case(
        type.getTypeName() + ": " + value.getClass().getTypeName(), type, value, List.of(named));
  }

  /** Returns the cases, in an order that is always the same. */
  @SuppressWarnings("deprecation")
  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    List<Object> plain =
        new ArrayList<>(
            List.of(
                "text",
                1,
                2L,
                (short) 3,
                (byte) 4,
                'c',
                1.5f,
                2.5d,
                true,
                new java.math.BigInteger("-123456789012345678901234567890"),
                new java.math.BigDecimal("1.00"),
                new UUID(1, 2),
                URI.create("a:b"),
                Instant.ofEpochSecond(1, 2),
                Duration.ofNanos(3),
                Period.of(1, 2, 3),
                LocalDate.EPOCH,
                LocalTime.MIDNIGHT,
                LocalDateTime.MAX,
                OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(2)),
                OffsetDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC),
                ZonedDateTime.of(LocalDateTime.of(2024, 1, 2, 3, 4), ZoneId.of("Asia/Tokyo")),
                Year.of(5),
                YearMonth.of(2024, 2),
                MonthDay.of(2, 29),
                ZoneOffset.ofHours(3),
                new Date(5),
                new java.sql.Date(6),
                new java.sql.Time(7),
                Timestamp.valueOf("2024-02-29 12:00:00.123456789")));
    plain.addAll(
        List.of(
            Locale.forLanguageTag("zh-Hant-TW-x-java"),
            new Locale("no", "NO", "NY"),
            Locale.ROOT,
            new Locale("xx", "", "a"),
            Locale.forLanguageTag("th-TH-u-nu-thai"),
            Currency.getInstance("EUR"),
            new StringBuilder("sb"),
            new StringBuffer("sf"),
            BitSet.valueOf(new long[] {5}),
            Pattern.compile("x", Pattern.CASE_INSENSITIVE),
            OptionalInt.of(3),
            OptionalLong.empty(),
            OptionalDouble.of(2),
            Optional.of("x"),
            Optional.empty(),
            new AtomicInteger(3),
            new AtomicLong(4),
            new AtomicBoolean(true),
            new AtomicReference<>("r"),
            new GregorianCalendar(2024, 1, 2),
            address("host", 1, 2, 3, 4),
            address(null, 1, 2, 3, 4),
            address(null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)));
    plain.addAll(
        List.of(
            new int[] {1},
            new String[] {"a"},
            new long[0],
            new byte[] {1},
            new char[] {'a'},
            new boolean[] {true},
            new double[] {1},
            new float[] {1},
            new short[] {1},
            new Sub[][] {{new Sub()}},
            new Plain[] {Plain.A},
            new Mood[] {Mood.BAD, Mood.GOOD}));
    plain.addAll(
        List.of(
            new ArrayList<>(List.of("a")),
            new LinkedList<>(List.of("a")),
            new ArrayDeque<>(List.of("a", "b")),
            new Vector<>(List.of("a")),
            new CopyOnWriteArrayList<>(List.of("a")),
            new ConcurrentLinkedQueue<>(List.of("a")),
            new ConcurrentLinkedDeque<>(List.of("a")),
            new HashSet<>(List.of("a")),
            new LinkedHashSet<>(List.of("b", "a")),
            new CopyOnWriteArraySet<>(List.of("a")),
            new TreeSet<>(List.of("a")),
            new ConcurrentSkipListSet<>(List.of("a")),
            new PriorityQueue<>(List.of(3, 1, 2)),
            new PriorityBlockingQueue<>(List.of(3, 1, 2)),
            new HashMap<>(Map.of("a", 1)),
            new LinkedHashMap<>(Map.of("a", 1)),
            byAccess(),
            new ConcurrentHashMap<>(Map.of("a", 1)),
            new Hashtable<>(Map.of("a", 1)),
            new TreeMap<>(Map.of("a", 1)),
            new ConcurrentSkipListMap<>(Map.of("a", 1)),
            new IdentityHashMap<>(Map.of("a", 1)),
            new WeakHashMap<>(Map.of("a", 1)),
            new Properties(),
            new ArrayBlockingQueue<>(3),
            new LinkedBlockingQueue<>(3),
            new LinkedBlockingDeque<>(3),
            new DelayQueue<>(),
            new LinkedTransferQueue<>()));
    plain.addAll(
        List.of(
            List.of(),
            List.of(1),
            List.of(1, 2, 3),
            Stream.of("a", null).toList(),
            new ArrayList<>(List.of(1, 2, 3)).subList(0, 2),
            List.of(1, 2, 3).subList(0, 2),
            Set.of(),
            Set.of(1),
            Set.of(1, 2, 3),
            Map.of(),
            Map.of(1, 2),
            Map.of(1, 2, 3, 4),
            Arrays.asList("a", null),
            Collections.emptyList(),
            Collections.emptySet(),
            Collections.emptyMap(),
            Collections.singletonList("a"),
            Collections.singleton("a"),
            Collections.singletonMap("a", 1),
            Collections.nCopies(3, "a"),
            Collections.unmodifiableCollection(new ArrayList<>(List.of("a"))),
            Collections.unmodifiableList(new ArrayList<>(List.of("a"))),
            Collections.unmodifiableList(new LinkedList<>(List.of("a"))),
            Collections.unmodifiableSet(new LinkedHashSet<>(List.of("b", "a"))),
            Collections.unmodifiableMap(new LinkedHashMap<>(Map.of("b", 1))),
            Collections.unmodifiableSortedSet(new TreeSet<>(Set.of("a"))),
            Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of("a", 1))),
            Collections.synchronizedList(new ArrayList<>(List.of("a"))),
            Collections.synchronizedMap(new HashMap<>(Map.of("a", 1))),
            Collections.checkedList(new ArrayList<>(List.of("a")), String.class)));
    plain.addAll(
        List.of(
            new AbstractMap.SimpleEntry<>("a", 1),
            new AbstractMap.SimpleImmutableEntry<>("a", 1),
            Map.entry("a", 1),
            new Grids(),
            new TaggedList(),
            new LastRead(),
            new FixedList(),
            new OwnTree(),
            new ZonedTime(),
            new OwnException(),
            new OwnForm(),
            new Replaced(),
            new HoldsLock(),
            new HoldsClass(),
            new HoldsMood(),
            new HoldsGeneric(),
            new Hidden(),
            new Fields(5, "q"),
            new Declared(),
            new Point(1, List.of("a")),
            new Cart(),
            Node.tree(),
            new TextEvent(),
            new Drawing(),
            new Cached(),
            new Numbers(),
            Nested.some(),
            new Circle(3),
            new Exception("x"),
            new InetSocketAddress("localhost", 80),
            new Thread(() -> {}),
            new Object[] {1, "a"},
            new LongAdder(),
            new SimpleTimeZone(5, "x"),
            (Supplier<String>) () -> "lambda"));
    List<Class<?>> named =
        List.of(
            String.class,
            Integer.class,
            Plain.class,
            SubSub.class,
            String[].class,
            Circle.class,
            Square.class,
            LinkedList.class,
            ArrayDeque.class,
            TreeMap.class,
            TreeSet.class,
            EnumMap.class);
    for (Object value : plain) {
      all.add(of(value, named.toArray(Class<?>[]::new)));
    }
    all.add(as(ZoneId.class, ZoneId.of("Europe/Berlin")));
    all.add(as(TimeZone.class, TimeZone.getTimeZone("Asia/Tokyo")));
    all.add(as(java.nio.charset.Charset.class, StandardCharsets.UTF_16LE));
    all.add(as(EnumSet.class, EnumSet.of(Plain.A), Plain.class));
    all.add(as(EnumMap.class, new EnumMap<>(Map.of(Plain.A, 1)), Plain.class));
    all.add(as(Comparator.class, Comparator.reverseOrder()));
    all.add(as(Throwable.class, new Exception("x"), Exception.class));
    GuavaCases.all().forEach(value -> all.add(of(value, named.toArray(Class<?>[]::new))));
    return withNamesOfTheirOwn(all);
  }

  private static Map<String, Integer> byAccess() {
    Map<String, Integer> map = new LinkedHashMap<>(16, 0.75f, true);
    map.put("a", 1);
    map.put("b", 2);
    return map;
  }

  private static List<Case> withNamesOfTheirOwn(List<Case> all) {
    Map<String, Integer> counts = new HashMap<>();
    return all.stream()
        .map(
            c -> {
              int count = counts.merge(c.name, 1, Integer::sum);
              return count == 1 ? c : new Case(c.name + " " + count, c.type, c.value, c.named);
            })
        .toList();
  }

  private static InetAddress address(@Nullable String name, int... parts) {
    byte[] bytes = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = (byte) parts[i];
    }
    try {
      return InetAddress.getByAddress(name, bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
