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
    all.addAll(collections());
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
