// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.KeyTypes;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Currency;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds the code to the examples of docs/format/serialized-types-v1.md, bytes and hashes. */
final class SerializedTypesFormatTest {
  private static final Path SPECIFICATION =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "format", "serialized-types-v1.md");

  enum Color {
    RED,
    GREEN
  }

  record Item(String name, Integer count, long price) {}

  sealed interface Shape {}

  record Circle(int radius) implements Shape {}

  record Empty() implements Shape {}

  record Link(int value, Link next) {}

  static final class Point {
    final int x;
    final String label;

    Point(int x, String label) {
      this.x = x;
      this.label = label;
    }
  }

  private final Map<String, String> lines = new LinkedHashMap<>();

  @TestFactory
  List<DynamicTest> example_isWhatTheCodeWrites() throws IOException {
    addPrimitives();
    addValues();
    addTimes();
    addUtils();
    addParts();
    List<String> specification = Files.readAllLines(SPECIFICATION);
    return lines.entrySet().stream()
        .map(
            line ->
                DynamicTest.dynamicTest(
                    line.getKey(), () -> assertThat(specification).contains(line.getValue())))
        .toList();
  }

  private void addPrimitives() {
    add("true", Serializers.BOOLEAN, true);
    add("-2", Serializers.BYTE, (byte) -2);
    add("-2", Serializers.SHORT, (short) -2);
    add("`ä`", Serializers.CHAR, 'ä');
    add("-2", Serializers.INT, -2);
    add("-2", Serializers.LONG, -2L);
    add("1.5", Serializers.FLOAT, 1.5f);
    add("NaN", Serializers.FLOAT, Float.intBitsToFloat(0x7fc00001));
    add("1.5", Serializers.DOUBLE, 1.5);
    add("-0.0", Serializers.DOUBLE, -0.0);
  }

  private void addValues() {
    add("`aä€`", Serializers.STRING, "aä€");
    add("1, 2, -1", Serializers.BYTES, new byte[] {1, 2, -1});
    add(
        "`00112233-4455-6677-8899-aabbccddeeff`",
        Serializers.UUID,
        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    add("-129", Serializers.BIG_INTEGER, BigInteger.valueOf(-129));
    add("2.50", Serializers.BIG_DECIMAL, new BigDecimal("2.50"));
  }

  private void addTimes() {
    Instant instant = Instant.parse("2024-02-29T12:30:00.5Z");
    add("`2024-02-29T12:30:00.5Z`", Serializers.INSTANT, instant);
    add("-0.5 s", Serializers.DURATION, Duration.ofMillis(-500));
    add("`P1Y2M-3D`", Serializers.PERIOD, Period.of(1, 2, -3));
    LocalDate date = LocalDate.of(2024, 2, 29);
    LocalTime time = LocalTime.of(12, 30);
    add("`2024-02-29`", Serializers.LOCAL_DATE, date);
    add("`12:30`", Serializers.LOCAL_TIME, time);
    add("`2024-02-29T12:30`", Serializers.LOCAL_DATE_TIME, date.atTime(time));
    add(
        "`2024-02-29T12:30+01:00`",
        Serializers.OFFSET_DATE_TIME,
        OffsetDateTime.parse("2024-02-29T12:30+01:00"));
    add(
        "`2024-02-29T12:30+01:00[Europe/Berlin]`",
        Serializers.ZONED_DATE_TIME,
        ZonedDateTime.parse("2024-02-29T12:30+01:00[Europe/Berlin]"));
  }

  private void addUtils() {
    add("`2024-02`", Serializers.YEAR_MONTH, YearMonth.of(2024, 2));
    add("`+01:00`", Serializers.ZONE_OFFSET, ZoneOffset.ofHours(1));
    add("`Europe/Berlin`", Serializers.ZONE_ID, ZoneId.of("Europe/Berlin"));
    add("`EUR`", Serializers.CURRENCY, Currency.getInstance("EUR"));
    add("`zh-Hant-TW-x-a`", Serializers.LOCALE, Locale.forLanguageTag("zh-Hant-TW-x-a"));
    add("`urn:a`", Serializers.URI, URI.create("urn:a"));
    add("bits 0 and 9", Serializers.BIT_SET, BitSet.valueOf(new long[] {0x201}));
  }

  private void addParts() {
    add("1, 2", Serializers.list(Serializers.LONG), List.of(1L, 2L));
    add("`a`", Serializers.set(Serializers.STRING), Set.of("a"));
    add(
        "`a` to 1, `b` to 2",
        Serializers.map(Serializers.STRING, Serializers.INT),
        new TreeMap<>(Map.of("a", 1, "b", 2)));
    add("7", Serializers.optional(Serializers.INT), Optional.of(7));
    add("nothing", Serializers.optional(Serializers.INT), Optional.empty());
    add("1, 2", Serializers.INT_ARRAY, new int[] {1, 2});
    add("`GREEN`", Serializers.enums(Color.class), Color.GREEN);
    add("`a`, null, 5", Serializers.record(Item.class), new Item("a", null, 5));
    add("a circle of radius 7", Serializers.sealed(Shape.class), new Circle(7));
    add("5, then 6", Serializers.record(Link.class), new Link(5, new Link(6, null)));
    add("label `a`, x 5", Serializers.kryo(Point.class), new Point(5, "a"));
  }

  private <T> void add(String value, TypeSerializer<T> serializer, T example) {
    String schema = serializer.schema().toString().replaceAll("io\\.[\\w.]+\\$", "");
    boolean key = KeyTypes.obstacle(serializer.schema()) == null;
    String hash = key ? "`%016x`".formatted(serializer.stableHash(example)) : "no key type";
    String bytes = HexFormat.ofDelimiter(" ").formatHex(Bytes.of(serializer, example));
    lines.put(
        serializer.schema().type() + ": " + value,
        "| `%s` | %s | `%s` | %s |".formatted(schema, value, bytes, hash));
  }
}
