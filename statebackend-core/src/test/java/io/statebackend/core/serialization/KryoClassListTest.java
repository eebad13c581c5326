// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSerializer;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Objects of many classes through Kryo: each comes back equal, by reading, by copying, and after a
 * migration, or its class is refused when the serializer is created. There is no third outcome.
 */
@SuppressWarnings({
  "AddressSelection",
  "HidingField",
  "IdentityHashMapUsage",
  "JavaUtilDate",
  "JdkObsolete",
  "UnnecessaryStringBuilder"
}) // The list is of what users have.
final class KryoClassListTest {

  enum Mood {
    GOOD,
    BAD {
      @Override
      public String toString() {
        return "bad";
      }
    }
  }

  enum Plain {
    A,
    B
  }

  record Point(int x, List<String> names) {}

  static class Sub {
    int x = 5;
  }

  static class SubSub extends Sub {
    int y = 6;
  }

  static class Grids {
    String[] names = {"a", null};
    Sub[] subs = {new Sub(), new SubSub(), null};
    Sub[][] grid = {{new Sub(), new SubSub()}, null, {}};
    Object[][] objects = {{1, "a"}, null};
    Mood[][] moods = {{Mood.BAD, null}, {}};
    Plain[][] plain = {{Plain.B, null}, {}};
    int[][] ints = {{1, 2}, null};
    Object any = new String[] {"q"};
  }

  static class TaggedList extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1;
    String tag = "t";
  }

  static class LastRead extends LinkedHashMap<String, String> {
    @Serial private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > 2;
    }
  }

  static class FixedList extends AbstractList<String> {
    private final String[] items = {"x"};

    @Override
    public String get(int index) {
      return items[index];
    }

    @Override
    public int size() {
      return items.length;
    }
  }

  static class OwnTree extends TreeMap<String, String> {
    @Serial private static final long serialVersionUID = 1;
  }

  static class ZonedTime extends Date {
    @Serial private static final long serialVersionUID = 1;
    String zone = "z";
  }

  static class OwnException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
    int code;
  }

  static class OwnForm implements Serializable {
    @Serial private static final long serialVersionUID = 1;
    transient int kept = 4;

    @Serial
    private void writeObject(ObjectOutputStream out) throws java.io.IOException {
      out.writeInt(kept);
    }
  }

  static class Replaced implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    @Serial
    Object writeReplace() {
      return this;
    }
  }

  static class HoldsLock {
    ReentrantLock lock = new ReentrantLock();
  }

  static class HoldsClass {
    Class<?> type = String.class;
  }

  static class HoldsMood {
    EnumMap<Plain, String> empty = new EnumMap<>(Plain.class);
    EnumMap<Plain, String> map = new EnumMap<>(Map.of(Plain.A, "a"));
    EnumSet<Plain> none = EnumSet.noneOf(Plain.class);
    EnumSet<Plain> set = EnumSet.of(Plain.B);
  }

  static class Generic<T> {
    T value;
    List<T> list = new ArrayList<>();

    Generic() {}

    Generic(T value) {
      this.value = value;
    }
  }

  static class HoldsGeneric {
    Generic<String> strings = new Generic<>("a");
    Generic<Long> longs = new Generic<>(1L);
  }

  static class Hidden extends Sub {
    String x = "hides";
  }

  static class Fields {
    final int number;
    final String text;

    Fields(int number, String text) {
      this.number = number;
      this.text = text;
    }
  }

  static class Declared {
    List<String> list = Collections.unmodifiableList(new ArrayList<>(List.of("a")));
    Set<String> set = Collections.synchronizedSet(new HashSet<>(Set.of("a")));
    Map<String, Integer> map = Collections.unmodifiableMap(new TreeMap<>(Map.of("a", 1)));
    SortedSet<String> sorted = new TreeSet<>(Comparator.reverseOrder());
    SortedMap<String, Integer> tree =
        Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("b", 2)));
    Map.Entry<String, Integer> entry = Map.entry("k", 1);
    ZoneId zone = ZoneId.of("Europe/Berlin");
    Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"));
    TimeZone timeZone = TimeZone.getTimeZone("Asia/Tokyo");
    Locale locale = Locale.forLanguageTag("sr-Latn-RS");
    Queue<String> queue = new ArrayDeque<>(List.of("a"));

    Declared() {
      sorted.addAll(List.of("a", "b"));
    }
  }

  /** Before a field is added. */
  static class Holder {
    int number = 7;
    Object value;
    String text = "kept";
  }

  /** After one was added, one removed, and the order of the names changed. */
  static class Changed {
    Object value;
    String also = "new";
    int number;
  }

  record Case(String name, Class<?> type, Object value, List<Class<?>> named) {
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

  @SuppressWarnings("deprecation")
  static Stream<Case> cases() throws Exception {
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
            InetAddress.getByAddress("host", new byte[] {1, 2, 3, 4}),
            InetAddress.getByAddress(new byte[] {1, 2, 3, 4}),
            InetAddress.getByName("::1")));
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
            new Exception("x"),
            new InetSocketAddress("localhost", 80),
            new Thread(() -> {}),
            new Object[] {1, "a"},
            new LongAdder(),
            new SimpleTimeZone(5, "x"),
            (Supplier<String>) () -> "lambda"));
    List<Class<?>> named =
        List.of(String.class, Integer.class, Plain.class, SubSub.class, String[].class);
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
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalOrRefused(Case c) {
    TypeSerializer<?> serializer;
    TypeSerializer<Holder> holders;
    TypeSerializer<Changed> changed;
    List<Class<?>> named = new ArrayList<>(c.named);
    named.add(c.type);
    try {
      serializer = Serializers.kryo(c.type, c.named.toArray(Class<?>[]::new));
      holders = Serializers.kryo(Holder.class, named.toArray(Class<?>[]::new));
      Collections.reverse(named);
      KryoSerializerBuilder<Changed> builder =
          Serializers.kryoBuilder(Changed.class).formerName(Changed.class, Holder.class.getName());
      named.forEach(builder::register);
      changed = builder.build();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage())
          .containsPattern(
              "cannot be written by Kryo so that it comes back equal: .*; |Kryo does not write"
                  + " .*;");
      return;
    }
    check(serializer, c.value);
    Holder holder = new Holder();
    holder.value = c.value;
    Compatibility<Changed> answer = changed.compatibility(holders.schema());
    if (!(answer instanceof Compatibility.AfterMigration<Changed> migration)) {
      fail("not after migration: " + answer);
      return;
    }
    Changed read = Bytes.read(migration.reader(), Bytes.of(holders, holder));
    assertThat(read.number).isEqualTo(7);
    assertThat(describe(read.value)).isEqualTo(describe(c.value));
  }

  private static <T> void check(TypeSerializer<T> serializer, Object value) {
    @SuppressWarnings("unchecked")
    T typed = (T) value;
    byte[] bytes = Bytes.of(serializer, typed);
    assertThat(describe(Bytes.read(serializer, bytes))).isEqualTo(describe(value));
    assertThat(describe(serializer.copy(typed))).isEqualTo(describe(value));
    assertThat(Bytes.of(serializer, typed)).isEqualTo(bytes);
  }

  /** Describes an object by its class and, as far as they can be seen, its parts. */
  private static String describe(Object value) {
    return describe(value, 0);
  }

  private static String describe(Object value, int depth) {
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
      return name + r.get();
    }
    return name + " " + value;
  }
}
