// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Currency;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One value per key: stored, replaced, removed, and never shared with the caller. */
public abstract class ValueStateContract extends BackendContract {
  private static final TypeSerializer<List<Long>> LONGS = Serializers.list(Serializers.LONG);
  private static final ValueStateDescriptor<String> TITLE =
      ValueStateDescriptor.of("title", Serializers.STRING);
  private static final ValueStateDescriptor<List<Long>> NUMBERS =
      ValueStateDescriptor.of("numbers", LONGS);

  private KeyedStateBackend<String> keyed;
  private ValueState<String> title;
  private ValueState<List<Long>> numbers;

  /** Creates the contract, for one test. */
  protected ValueStateContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    title = keyed.value(TITLE);
    numbers = keyed.value(NUMBERS);
  }

  @Test
  final void value_nothingStored() {
    keyed.setCurrentKey("a");

    assertThat(title.value()).as("value of a key that was never written").isNull();
  }

  @Test
  final void value_nothingStoredAndDefault() {
    ValueState<Long> count =
        keyed.value(ValueStateDescriptor.of("count", Serializers.LONG).withDefault(7L));
    keyed.setCurrentKey("a");

    assertThat(count.value()).as("value of a key that was never written").isEqualTo(7L);
    assertThat(keyed.entryCount(ValueStateDescriptor.of("count", Serializers.LONG)))
        .as("entries after a default value was read: reading stores nothing")
        .isZero();
  }

  @Test
  final void value_defaultIsChangedByCaller() {
    ValueStateDescriptor<List<Long>> descriptor =
        ValueStateDescriptor.of("defaulted", LONGS).withDefault(List.of(1L));
    ValueState<List<Long>> state = keyed.value(descriptor);
    keyed.setCurrentKey("a");
    addTo(state.value(), 2L);

    assertThat(state.value()).as("default value after the caller changed one").containsExactly(1L);
  }

  @Test
  final void update_eachKeyHasItsOwn() {
    for (String key : List.of("a", "b", "c")) {
      keyed.setCurrentKey(key);
      title.update("title of " + key);
    }

    for (String key : List.of("c", "a", "b")) {
      keyed.setCurrentKey(key);
      assertThat(title.value()).as("value of key '%s'", key).isEqualTo("title of " + key);
    }
  }

  @Test
  final void update_replaces() {
    keyed.setCurrentKey("a");
    title.update("a title of some length");
    title.update("");

    assertThat(title.value()).as("value after it was replaced by a shorter one").isEmpty();
    assertThat(keyed.entryCount(TITLE)).as("entries after one key was written twice").isEqualTo(1);
  }

  @Test
  final void clear_removesThisKeyOnly() {
    keyed.setCurrentKey("a");
    title.update("A");
    keyed.setCurrentKey("b");
    title.update("B");
    title.clear();

    assertThat(title.value()).as("value after clear").isNull();
    assertThat(keyed.entryCount(TITLE)).as("entries after clear").isEqualTo(1);
    keyed.setCurrentKey("a");
    assertThat(title.value()).as("value of a key while another one was cleared").isEqualTo("A");
  }

  @Test
  final void clear_nothingStored() {
    keyed.setCurrentKey("a");
    title.clear();

    assertThat(title.value()).as("value after nothing was cleared").isNull();
    assertThat(keyed.entryCount(TITLE)).as("entries after nothing was cleared").isZero();
  }

  @Test
  final void update_afterClear() {
    keyed.setCurrentKey("a");
    title.update("first");
    title.clear();
    title.update("second");

    assertThat(title.value()).as("value written after clear").isEqualTo("second");
  }

  @Test
  final void update_callerChangesValueAfterwards() {
    List<Long> mine = new ArrayList<>(List.of(1L, 2L));
    keyed.setCurrentKey("a");
    numbers.update(mine);
    mine.add(3L);

    assertThat(numbers.value())
        .as("stored value after the caller changed the object it had handed in")
        .containsExactly(1L, 2L);
  }

  @Test
  final void update_oneObjectUnderTwoKeys() {
    List<Long> shared = new ArrayList<>(List.of(1L));
    for (String key : List.of("a", "b")) {
      keyed.setCurrentKey(key);
      numbers.update(shared);
    }
    keyed.setCurrentKey("a");
    addTo(numbers.value(), 2L);
    keyed.setCurrentKey("b");

    assertThat(numbers.value())
        .as("value of a key after that of another one, stored from the same object, was changed")
        .containsExactly(1L);
  }

  @Test
  final void value_callerChangesWhatItGot() {
    keyed.setCurrentKey("a");
    numbers.update(List.of(1L));
    addTo(numbers.value(), 2L);

    assertThat(numbers.value())
        .as("stored value after the caller changed the object it was handed")
        .containsExactly(1L);
  }

  @Test
  final void value_twoStatesOfOneType() {
    ValueState<String> subtitle =
        keyed.value(ValueStateDescriptor.of("subtitle", Serializers.STRING));
    keyed.setCurrentKey("a");
    title.update("title");
    subtitle.update("subtitle");
    title.clear();

    assertThat(subtitle.value())
        .as("value of a state after another state was cleared")
        .isEqualTo("subtitle");
  }

  @Test
  final void value_askedForTwice() {
    keyed.setCurrentKey("a");
    title.update("A");

    assertThat(keyed.value(TITLE).value())
        .as("value through a second handle of the same state")
        .isEqualTo("A");
  }

  @Test
  final void value_noCurrentKey() {
    assertThatThrownBy(title::value)
        .as("using a state before a key was set")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setCurrentKey");
  }

  @Test
  final void value_manyKeys() {
    for (int i = 0; i < 10_000; i++) {
      keyed.setCurrentKey("key-" + i);
      title.update("title-" + i);
    }
    for (int i = 0; i < 10_000; i += 3) {
      keyed.setCurrentKey("key-" + i);
      title.clear();
    }

    for (int i = 0; i < 10_000; i++) {
      keyed.setCurrentKey("key-" + i);
      assertThat(title.value())
          .as("value of key-%d", i)
          .isEqualTo(i % 3 == 0 ? null : "title-" + i);
    }
    assertThat(keyed.entryCount(TITLE)).as("entries").isEqualTo(6_666);
  }

  /** Changes a value as a careless operator would. */
  private static void addTo(@Nullable List<Long> numbers, long number) {
    requireNonNull(numbers).add(number);
  }

  /** A state of one built-in type, and a value of it. */
  private record Typed<T>(ValueStateDescriptor<T> descriptor, T value) {
    static <T> Typed<T> of(String name, TypeSerializer<T> serializer, T value) {
      return new Typed<>(ValueStateDescriptor.of(name, serializer), value);
    }

    void write(KeyedStateBackend<String> keyed) {
      keyed.value(descriptor).update(value);
    }

    void check(KeyedStateBackend<String> keyed, String when) {
      T read = keyed.value(descriptor).value();
      assertThat(read).as("%s %s", descriptor, when).isNotNull();
      assertThat(descriptor.valueSerializer().equal(requireNonNull(read), value))
          .as("%s %s is %s, as it was %s", descriptor, when, read, value)
          .isTrue();
    }
  }

  private enum Mood {
    GOOD,
    BAD
  }

  private record Composite(Mood mood, Optional<List<ZoneId>> zones, @Nullable Locale locale) {}

  private static List<Typed<?>> builtInTypes() {
    LocalDateTime time = LocalDateTime.of(2024, 2, 29, 12, 30, 1, 5);
    ZoneId zone = ZoneId.of("Europe/Berlin");
    return List.of(
        Typed.of("boolean", Serializers.BOOLEAN, true),
        Typed.of("byte", Serializers.BYTE, (byte) -1),
        Typed.of("short", Serializers.SHORT, (short) -2),
        Typed.of("char", Serializers.CHAR, '\uffff'),
        Typed.of("int", Serializers.INT, Integer.MIN_VALUE),
        Typed.of("long", Serializers.LONG, Long.MIN_VALUE),
        Typed.of("float", Serializers.FLOAT, -0f),
        Typed.of("double", Serializers.DOUBLE, Double.NaN),
        Typed.of("string", Serializers.STRING, "\ud800ä"),
        Typed.of("bytes", Serializers.BYTES, new byte[] {0, -1}),
        Typed.of("uuid", Serializers.UUID, new UUID(1, -1)),
        Typed.of("big integer", Serializers.BIG_INTEGER, BigInteger.TEN.pow(50)),
        Typed.of("decimal", Serializers.BIG_DECIMAL, new BigDecimal("-2.00")),
        Typed.of("instant", Serializers.INSTANT, Instant.MAX),
        Typed.of("duration", Serializers.DURATION, Duration.ofNanos(-1)),
        Typed.of("period", Serializers.PERIOD, Period.of(1, -2, 3)),
        Typed.of("date", Serializers.LOCAL_DATE, time.toLocalDate()),
        Typed.of("time", Serializers.LOCAL_TIME, time.toLocalTime()),
        Typed.of("date and time", Serializers.LOCAL_DATE_TIME, time),
        Typed.of("offset", Serializers.OFFSET_DATE_TIME, time.atOffset(ZoneOffset.MAX)),
        Typed.of("zoned", Serializers.ZONED_DATE_TIME, time.atZone(zone)),
        Typed.of("month", Serializers.YEAR_MONTH, YearMonth.of(-5, 12)),
        Typed.of("zone offset", Serializers.ZONE_OFFSET, ZoneOffset.MIN),
        Typed.of("zone", Serializers.ZONE_ID, zone),
        Typed.of("currency", Serializers.CURRENCY, Currency.getInstance("EUR")),
        Typed.of("locale", Serializers.LOCALE, Locale.forLanguageTag("zh-Hant-TW-x-a")),
        Typed.of("uri", Serializers.URI, URI.create("HTTP://h/%20?q#f")),
        Typed.of("bits", Serializers.BIT_SET, BitSet.valueOf(new long[] {5, 0, 1})),
        Typed.of("booleans", Serializers.BOOLEAN_ARRAY, new boolean[] {true, false}),
        Typed.of("ints", Serializers.INT_ARRAY, new int[] {1, -1}),
        Typed.of("doubles", Serializers.DOUBLE_ARRAY, new double[] {-0d}),
        Typed.of("strings", Serializers.of(String[].class), new String[] {"", "a"}),
        Typed.of("list", Serializers.list(Serializers.LONG), List.of(1L, 1L)),
        Typed.of("deque", Serializers.deque(Serializers.INT), new ArrayDeque<>(List.of(2, 1))),
        Typed.of("set", Serializers.set(Serializers.STRING), Set.of("a", "b")),
        Typed.of("enum set", Serializers.enumSet(Mood.class), EnumSet.of(Mood.BAD)),
        Typed.of(
            "sorted set", Serializers.sortedSet(Serializers.INT), new TreeSet<>(Set.of(3, 1, 2))),
        Typed.of("map", Serializers.map(Serializers.INT, Serializers.INT), Map.of(1, 2, 3, 4)),
        Typed.of(
            "enum map",
            Serializers.enumMap(Mood.class, Serializers.INT),
            new EnumMap<>(Map.of(Mood.BAD, 1))),
        Typed.of(
            "sorted map",
            Serializers.sortedMap(Serializers.STRING, Serializers.INT),
            new TreeMap<>(Map.of("b", 1, "a", 2))),
        Typed.of("optional", Serializers.optional(Serializers.INT), Optional.empty()),
        Typed.of("enum", Serializers.enums(Mood.class), Mood.BAD),
        Typed.of(
            "record",
            Serializers.record(Composite.class),
            new Composite(Mood.GOOD, Optional.of(List.of(zone)), null)));
  }

  @Test
  final void builtInTypes_comeBackEqual() {
    TestOperator<String> operator = start(2);
    for (String key : List.of("a", "b", "c", "d")) {
      KeyedStateBackend<String> keyed = operator.at(key);
      builtInTypes().forEach(type -> type.write(keyed));
      builtInTypes().forEach(type -> type.check(keyed, "when it was written"));
    }
    operator.restart(backend(), 3);
    for (String key : List.of("a", "b", "c", "d")) {
      KeyedStateBackend<String> keyed = operator.at(key);
      builtInTypes().forEach(type -> type.check(keyed, "after a checkpoint"));
    }
    operator.moveTo(backend(), 1);
    for (String key : List.of("a", "b", "c", "d")) {
      KeyedStateBackend<String> keyed = operator.at(key);
      builtInTypes().forEach(type -> type.check(keyed, "after a savepoint"));
    }
  }
}
