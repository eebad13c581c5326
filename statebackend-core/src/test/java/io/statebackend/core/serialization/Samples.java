// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSerializer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * A serializer with values to try it on.
 *
 * @param name the name of the type, for the report of a test
 * @param serializer the serializer
 * @param edges values at the edges of the type, no two of them equal
 * @param random makes any value
 * @param <T> the type of the values
 */
// Odd types on purpose; private fields are read by Kryo.
@SuppressWarnings({"ArrayRecordComponent", "NullOptional", "EnumOrdinal", "UnusedVariable"})
record Samples<T>(
    String name, TypeSerializer<T> serializer, List<T> edges, Function<Random, T> random) {

  /** Returns the edges and a number of random values. */
  List<T> values(Random random, int count) {
    List<T> values = new ArrayList<>(edges);
    for (int i = 0; i < count; i++) {
      values.add(this.random.apply(random));
    }
    return values;
  }

  @Override
  public String toString() {
    return name;
  }

  static List<Samples<?>> all() {
    List<Samples<?>> all = new ArrayList<>();
    all.addAll(primitives());
    all.addAll(values());
    all.addAll(times());
    all.addAll(UtilSamples.all());
    all.addAll(collections());
    all.addAll(arrays());
    all.addAll(declared());
    all.addAll(recursive());
    all.addAll(kryo());
    return all;
  }

  private static List<Samples<?>> primitives() {
    return List.of(
        new Samples<>("Boolean", Serializers.BOOLEAN, List.of(true, false), Random::nextBoolean),
        new Samples<>(
            "Byte",
            Serializers.BYTE,
            List.of((byte) 0, (byte) -1, Byte.MIN_VALUE, Byte.MAX_VALUE),
            r -> (byte) r.nextInt()),
        new Samples<>(
            "Short",
            Serializers.SHORT,
            List.of((short) 0, (short) -1, Short.MIN_VALUE, Short.MAX_VALUE),
            r -> (short) r.nextInt()),
        new Samples<>(
            "Character",
            Serializers.CHAR,
            List.of('\0', 'a', Character.MIN_HIGH_SURROGATE, Character.MAX_VALUE),
            r -> (char) r.nextInt()),
        new Samples<>(
            "Integer",
            Serializers.INT,
            List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE),
            Random::nextInt),
        new Samples<>(
            "Long",
            Serializers.LONG,
            List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE),
            Random::nextLong),
        new Samples<>(
            "Float",
            Serializers.FLOAT,
            List.of(0f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE),
            Random::nextFloat),
        new Samples<>(
            "Double",
            Serializers.DOUBLE,
            List.of(0d, -0d, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE),
            Random::nextGaussian));
  }

  private static List<Samples<?>> values() {
    return List.of(
        new Samples<>(
            "String",
            Serializers.STRING,
            List.of("", "a", "\0", "ä€😀", "\ud800", "\udc00\ud800", "x".repeat(70_000)),
            Samples::string),
        new Samples<>(
            "byte[]", Serializers.BYTES, List.of(new byte[0], new byte[] {-128}), Samples::bytes),
        new Samples<>(
            "UUID",
            Serializers.UUID,
            List.of(new UUID(0, 0), new UUID(-1, -1), new UUID(0, 1), new UUID(1, 0)),
            r -> new UUID(r.nextLong(), r.nextLong())),
        new Samples<>(
            "BigInteger",
            Serializers.BIG_INTEGER,
            List.of(
                BigInteger.ZERO,
                BigInteger.valueOf(-1),
                BigInteger.valueOf(127),
                BigInteger.valueOf(128),
                BigInteger.valueOf(-128),
                BigInteger.valueOf(-129),
                BigInteger.ONE.shiftLeft(1000)),
            r -> new BigInteger(r.nextInt(300), r).subtract(new BigInteger(r.nextInt(300), r))),
        new Samples<>(
            "BigDecimal",
            Serializers.BIG_DECIMAL,
            List.of(
                BigDecimal.ZERO,
                new BigDecimal("0.0"),
                new BigDecimal("2.00"),
                new BigDecimal("2"),
                new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE)),
            r -> new BigDecimal(new BigInteger(r.nextInt(300), r), r.nextInt())));
  }

  private static List<Samples<?>> times() {
    return List.of(
        new Samples<>(
            "Instant",
            Serializers.INSTANT,
            List.of(Instant.EPOCH, Instant.MIN, Instant.MAX, Instant.ofEpochSecond(-1, 1)),
            Samples::instant),
        new Samples<>(
            "Duration",
            Serializers.DURATION,
            List.of(
                Duration.ZERO,
                Duration.ofNanos(-1),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Duration.ofSeconds(Long.MIN_VALUE)),
            r -> Duration.ofSeconds(r.nextLong() / 2, r.nextInt())),
        new Samples<>(
            "Period",
            Serializers.PERIOD,
            List.of(Period.ZERO, Period.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE)),
            r -> Period.of(r.nextInt(), r.nextInt(), r.nextInt())),
        new Samples<>(
            "LocalDate",
            Serializers.LOCAL_DATE,
            List.of(LocalDate.EPOCH, LocalDate.MIN, LocalDate.MAX),
            r -> local(r).toLocalDate()),
        new Samples<>(
            "LocalTime",
            Serializers.LOCAL_TIME,
            List.of(LocalTime.MIN, LocalTime.MAX, LocalTime.NOON),
            r -> local(r).toLocalTime()),
        new Samples<>(
            "LocalDateTime",
            Serializers.LOCAL_DATE_TIME,
            List.of(LocalDateTime.MIN, LocalDateTime.MAX),
            Samples::local),
        new Samples<>(
            "OffsetDateTime",
            Serializers.OFFSET_DATE_TIME,
            List.of(OffsetDateTime.MIN, OffsetDateTime.MAX),
            r -> local(r).atOffset(ZoneOffset.ofTotalSeconds(r.nextInt(36_001) - 18_000))),
        new Samples<>(
            "ZonedDateTime",
            Serializers.ZONED_DATE_TIME,
            List.of(
                ZonedDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC),
                ZonedDateTime.of(LocalDateTime.MAX, ZoneOffset.MAX),
                // Twice on the clock: in summer time, and in winter time an hour later.
                berlinInAutumn(),
                berlinInAutumn().withLaterOffsetAtOverlap()),
            r -> local(r).atZone(ZoneId.of("America/New_York"))));
  }

  private static ZonedDateTime berlinInAutumn() {
    return ZonedDateTime.of(LocalDateTime.of(2024, 10, 27, 2, 30), ZoneId.of("Europe/Berlin"));
  }

  private static List<Samples<?>> collections() {
    return List.of(
        new Samples<>(
            "List<Long>",
            Serializers.list(Serializers.LONG),
            List.of(List.of(), List.of(1L), List.of(1L, 1L)),
            r -> list(r, Random::nextLong)),
        new Samples<>(
            "List<byte[]>",
            Serializers.list(Serializers.BYTES),
            List.of(List.of(), List.of(new byte[0])),
            r -> list(r, Samples::bytes)),
        new Samples<>(
            "List<List<String>>",
            Serializers.list(Serializers.list(Serializers.STRING)),
            List.of(List.of(), List.of(List.of()), List.of(List.of("a"), List.of())),
            r -> list(r, q -> list(q, Samples::string))),
        new Samples<>(
            "Set<String>",
            Serializers.set(Serializers.STRING),
            List.of(Set.of(), Set.of("a")),
            r -> new LinkedHashSet<>(list(r, Samples::string))),
        new Samples<>(
            "Map<String, List<Integer>>",
            Serializers.map(Serializers.STRING, Serializers.list(Serializers.INT)),
            List.of(Map.of(), Map.of("", List.of()), Map.of("a", List.of(1, 2))),
            r -> map(r, Samples::string, q -> list(q, Random::nextInt))),
        new Samples<>(
            "Optional<String>",
            Serializers.optional(Serializers.STRING),
            List.of(Optional.empty(), Optional.of(""), Optional.of("a")),
            r -> Optional.of(string(r))),
        new Samples<>(
            "Optional<List<Optional<Long>>>",
            Serializers.optional(Serializers.list(Serializers.optional(Serializers.LONG))),
            List.of(
                Optional.empty(),
                Optional.of(List.of()),
                Optional.of(List.of(Optional.empty(), Optional.of(1L)))),
            r -> Optional.of(list(r, q -> Optional.of(q.nextLong())))));
  }

  private static List<Samples<?>> arrays() {
    return List.of(
        new Samples<>(
            "boolean[]",
            Serializers.BOOLEAN_ARRAY,
            List.of(new boolean[0], new boolean[] {true, false}),
            r -> new boolean[r.nextInt(9)]),
        new Samples<>(
            "short[]",
            Serializers.SHORT_ARRAY,
            List.of(new short[0], new short[] {Short.MIN_VALUE}),
            r -> new short[] {(short) r.nextInt(), (short) r.nextInt()}),
        new Samples<>(
            "char[]",
            Serializers.CHAR_ARRAY,
            List.of(new char[0], new char[] {Character.MAX_VALUE}),
            r -> string(r).toCharArray()),
        new Samples<>(
            "int[]",
            Serializers.INT_ARRAY,
            List.of(new int[0], new int[] {Integer.MIN_VALUE}),
            r -> r.ints(r.nextInt(9)).toArray()),
        new Samples<>(
            "long[]",
            Serializers.LONG_ARRAY,
            List.of(new long[0], new long[] {Long.MIN_VALUE}),
            r -> r.longs(r.nextInt(9)).toArray()),
        new Samples<>(
            "float[]",
            Serializers.FLOAT_ARRAY,
            List.of(new float[0], new float[] {Float.NaN}, new float[] {-0f}, new float[] {0f}),
            r -> new float[] {r.nextFloat(), r.nextFloat()}),
        new Samples<>(
            "double[]",
            Serializers.DOUBLE_ARRAY,
            List.of(new double[0], new double[] {Double.NaN}, new double[] {-0d}),
            r -> r.doubles(r.nextInt(9)).toArray()),
        new Samples<>(
            "String[]",
            Serializers.array(String.class, Serializers.STRING),
            List.of(new String[0], new String[] {""}),
            r -> list(r, Samples::string).toArray(new String[0])),
        new Samples<>(
            "long[][]",
            Serializers.of(long[][].class),
            List.of(new long[0][], new long[1][0]),
            r -> list(r, q -> q.longs(3).toArray()).toArray(new long[0][])));
  }

  private static List<Samples<?>> declared() {
    return List.of(
        new Samples<>(
            "Suit",
            Serializers.enums(Suit.class),
            List.of(Suit.values()),
            r -> Suit.values()[r.nextInt(4)]),
        new Samples<>(
            "Point",
            Serializers.record(Point.class),
            List.of(new Point(0, 0), new Point(0, -1), new Point(Integer.MAX_VALUE, 0)),
            r -> new Point(r.nextInt(), r.nextLong())),
        new Samples<>(
            "Order",
            Serializers.record(Order.class),
            List.of(Order.EMPTY, Order.NULLS, Order.some(new Random(1))),
            Order::some),
        new Samples<>(
            "Pairs",
            Serializers.record(Pairs.class),
            List.of(new Pairs(new Pair<>("", List.of(0L)), null), new Pairs(null, null)),
            r ->
                new Pairs(
                    new Pair<>(string(r), list(r, Random::nextLong)),
                    new Pair<>(r.nextInt(), null))),
        new Samples<>(
            "Nothing",
            Serializers.record(Nothing.class),
            List.of(new Nothing()),
            r -> new Nothing()),
        new Samples<>(
            "Payment",
            Serializers.sealed(Payment.class),
            List.of(new Card("", 0), new Card("1", 0), Cash.EURO, Cash.FRANC),
            r -> r.nextBoolean() ? new Card(string(r), r.nextInt()) : Cash.EURO));
  }

  private static List<Samples<?>> recursive() {
    return List.of(
        new Samples<>(
            "Tree",
            Serializers.record(Tree.class),
            List.of(
                new Tree(0, List.of()),
                new Tree(0, null),
                new Tree(1, List.of(new Tree(2, List.of()), new Tree(3, null)))),
            r -> Tree.some(r, 4)),
        new Samples<>(
            "Chain",
            Serializers.record(Chain.class),
            List.of(new Chain("", null), new Chain("", new Chain("a", null))),
            r -> Chain.some(r, 9)),
        new Samples<>(
            "Folder",
            Serializers.record(Folder.class),
            List.of(
                new Folder(Map.of(), Optional.empty()),
                new Folder(
                    Map.of("a", new Folder(Map.of(), Optional.empty())),
                    Optional.of(new Folder(null, null)))),
            r -> Folder.some(r, 3)),
        new Samples<>(
            "Formula",
            Serializers.sealed(Formula.class),
            List.of(
                new Variable("x"),
                new Sum(new Variable("x"), new Variable("y")),
                new Sum(new Negative(new Negative(new Variable("x"))), new Variable(""))),
            r -> Formula.some(r, 5)),
        new Samples<>(
            "Node<Node<Long>>",
            Serializers.of(new TypeRef<Node<Node<Long>>>() {}),
            List.of(
                new Node<>(null, null),
                new Node<>(new Node<>(1L, new Node<>(2L, null)), new Node<>(null, null))),
            r -> new Node<>(Node.some(r, 3), new Node<>(Node.some(r, 3), null))),
        new Samples<>(
            "Lines, with types in several places",
            Serializers.record(Lines.class),
            List.of(new Lines(null, null, null, null, null, null), Lines.some(new Random(1))),
            Lines::some));
  }

  private static List<Samples<?>> kryo() {
    return List.of(
        new Samples<>(
            "Customer by Kryo",
            Serializers.kryo(Customer.class),
            List.of(new Customer(), Customer.some(new Random(1))),
            Customer::some),
        new Samples<>(
            "Order by Kryo",
            Serializers.kryo(Order.class),
            List.of(Order.EMPTY, Order.NULLS, Order.some(new Random(1))),
            Order::some),
        new Samples<>(
            "Shape by Kryo",
            Serializers.kryo(Shape.class),
            List.of(new Circle(1), new Square(1), new Square(2)),
            r -> r.nextBoolean() ? new Circle(r.nextInt()) : new Square(r.nextInt())),
        new Samples<>(
            "List<Customer> by Kryo",
            Serializers.list(Serializers.of(Customer.class)),
            List.of(List.of(), List.of(new Customer())),
            r -> list(r, Customer::some)));
  }

  enum Suit {
    CLUBS,
    DIAMONDS {},
    HEARTS,
    SPADES
  }

  record Point(int x, long y) {}

  record Item(String name, BigDecimal price, int count) {}

  record Order(
      long id,
      String note,
      Suit suit,
      List<Item> items,
      Map<String, Set<Long>> tags,
      Optional<UUID> parent,
      Integer boxed,
      Instant at,
      double[] weights,
      boolean open) {
    static final Order EMPTY =
        new Order(
            0,
            "",
            Suit.DIAMONDS,
            List.of(),
            Map.of(),
            Optional.empty(),
            0,
            Instant.EPOCH,
            new double[0],
            false);
    static final Order NULLS = new Order(0, null, null, null, null, null, null, null, null, false);

    static Order some(Random random) {
      return new Order(
          random.nextLong(),
          string(random),
          Suit.values()[random.nextInt(4)],
          list(random, r -> new Item(string(r), BigDecimal.valueOf(r.nextInt(), 2), r.nextInt())),
          map(random, Samples::string, r -> new LinkedHashSet<>(Set.of(r.nextLong()))),
          Optional.of(new UUID(random.nextLong(), random.nextLong())),
          random.nextBoolean() ? null : random.nextInt(),
          instant(random),
          random.doubles(3).toArray(),
          random.nextBoolean());
    }
  }

  record Pair<A, B>(A first, B second) {}

  record Pairs(Pair<String, List<Long>> one, Pair<Integer, Suit> other) {}

  /** Two types of one name and an enum, each in two places. */
  record Lines(
      Point from,
      Map<Suit, Point> to,
      Pair<Suit, Point> first,
      Pair<Point, Suit> second,
      Pair<Suit, Point> third,
      List<Pair<Point, Suit>> more) {
    static Lines some(Random random) {
      Point point = new Point(random.nextInt(), random.nextLong());
      Suit suit = Suit.values()[random.nextInt(4)];
      return new Lines(
          point,
          Map.of(suit, point),
          new Pair<>(suit, null),
          new Pair<>(point, suit),
          new Pair<>(suit, point),
          List.of(new Pair<>(point, null)));
    }
  }

  record Nothing() {}

  sealed interface Shape {}

  record Circle(int radius) implements Shape {}

  static final class Square implements Shape {
    private final int side;

    /** Without this constructor's argument: Kryo has to create objects past it. */
    Square(int side) {
      this.side = side;
    }
  }

  static class Address {
    String street;
    int[] numbers;
  }

  sealed interface Payment {}

  record Card(String number, int cents) implements Payment {}

  enum Cash implements Payment {
    EURO,
    FRANC
  }

  record Tree(int value, List<Tree> children) {
    static Tree some(Random random, int depth) {
      return new Tree(
          random.nextInt(), depth == 0 ? List.of() : list(random, r -> some(r, depth - 1)));
    }
  }

  record Chain(String name, Chain next) {
    static Chain some(Random random, int length) {
      return new Chain(string(random), length == 0 ? null : some(random, length - 1));
    }
  }

  record Folder(Map<String, Folder> folders, Optional<Folder> parent) {
    static Folder some(Random random, int depth) {
      return depth == 0
          ? new Folder(Map.of(), Optional.empty())
          : new Folder(
              map(random, Samples::string, r -> some(r, depth - 1)),
              Optional.of(some(random, depth - 1)));
    }
  }

  sealed interface Formula {
    static Formula some(Random random, int depth) {
      return switch (depth == 0 ? 0 : random.nextInt(3)) {
        case 0 -> new Variable(string(random));
        case 1 -> new Negative(some(random, depth - 1));
        default -> new Sum(some(random, depth - 1), some(random, depth - 1));
      };
    }
  }

  record Variable(String name) implements Formula {}

  record Negative(Formula of) implements Formula {}

  record Sum(Formula left, Formula right) implements Formula {}

  record Node<T>(T value, Node<T> next) {
    static Node<Long> some(Random random, int length) {
      return length == 0 ? null : new Node<>(random.nextLong(), some(random, length - 1));
    }
  }

  /** A class as many programs have them: fields of all sorts, no {@code equals}. */
  static class Customer {
    private boolean active;
    private byte level;
    private short year;
    private char initial = 'x';
    private int age;
    private long id;
    private float ratio;
    private double balance;
    private String name;
    private Integer boxed;
    private Suit suit;
    private LocalDate born;
    private UUID uuid;
    private Address home;
    private List<Address> addresses = new ArrayList<>();
    private Map<String, Integer> counts = new LinkedHashMap<>();
    private Collection<String> words = List.of();
    private Address[] history;
    private transient Object cache = new Object();

    static Customer some(Random random) {
      Customer customer = new Customer();
      customer.active = random.nextBoolean();
      customer.level = (byte) random.nextInt();
      customer.year = (short) random.nextInt();
      customer.initial = (char) random.nextInt();
      customer.age = random.nextInt();
      customer.id = random.nextLong();
      customer.ratio = random.nextFloat();
      customer.balance = random.nextGaussian();
      customer.name = string(random);
      customer.boxed = random.nextInt();
      customer.suit = Suit.values()[random.nextInt(4)];
      customer.born = LocalDate.ofEpochDay(random.nextInt(100_000));
      customer.uuid = new UUID(random.nextLong(), random.nextLong());
      customer.home = new Address();
      customer.home.street = string(random);
      customer.home.numbers = random.ints(3).toArray();
      customer.addresses.add(customer.home);
      customer.addresses.add(null);
      customer.counts.put(string(random), random.nextInt());
      customer.words = Set.of(customer.name);
      customer.history = new Address[] {customer.home, new Address()};
      return customer;
    }

    String name() {
      return name;
    }

    Address home() {
      return home;
    }

    List<Address> addresses() {
      return addresses;
    }

    boolean hasCache() {
      return cache != null;
    }
  }

  private static String string(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(20); length > 0; length--) {
      int bits = new int[] {7, 11, 16}[random.nextInt(3)];
      text.append((char) random.nextInt(1 << bits));
    }
    return text.toString();
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(50)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Instant instant(Random random) {
    return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
  }

  private static LocalDateTime local(Random random) {
    return LocalDateTime.ofInstant(instant(random), ZoneOffset.UTC);
  }

  private static <E> List<E> list(Random random, Function<Random, E> element) {
    List<E> list = new ArrayList<>();
    for (int count = random.nextInt(6); count > 0; count--) {
      list.add(element.apply(random));
    }
    return list;
  }

  private static <K, V> Map<K, V> map(
      Random random, Function<Random, K> key, Function<Random, V> value) {
    Map<K, V> map = new LinkedHashMap<>();
    for (int count = random.nextInt(6); count > 0; count--) {
      map.put(key.apply(random), value.apply(random));
    }
    return map;
  }
}
