// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What is written, hashed and compared for each record that a program processes costs no memory.
 */
final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_ROUNDS = 20_000;
  private static final int ROUNDS = 2_000;

  /** Less than a byte a round: what the measurement itself takes, and nothing for each value. */
  private static final long NOTHING = ROUNDS - 1;

  enum Color {
    RED,
    GREEN
  }

  record Click(long user, int count, double seconds, boolean bought, char letter) {}

  record Page(String path, Long visits, Color color, Click last, Optional<Instant> at) {}

  record Chain(String name, Chain next) {}

  sealed interface Shape {}

  record Circle(int radius) implements Shape {}

  private record Case<T>(String name, TypeSerializer<T> serializer, T value, T equal) {}

  private static List<Case<?>> writtenForNothing() {
    UUID uuid = new UUID(1, 2);
    Instant now = Instant.ofEpochSecond(5, 6);
    Click click = new Click(1, 2, 3, true, 'x');
    return List.of(
        new Case<>("Boolean", Serializers.BOOLEAN, true, true),
        new Case<>("Byte", Serializers.BYTE, (byte) 1, (byte) 1),
        new Case<>("Short", Serializers.SHORT, (short) 1000, (short) 1000),
        new Case<>("Character", Serializers.CHAR, 'x', 'x'),
        new Case<>("Integer", Serializers.INT, 1000, 1000),
        new Case<>("Long", Serializers.LONG, 1000L, 1000L),
        new Case<>("Float", Serializers.FLOAT, 1.5f, 1.5f),
        new Case<>("Double", Serializers.DOUBLE, 1.5, 1.5),
        new Case<>("ASCII", Serializers.STRING, "/shop/articles", "/shop/articles"),
        new Case<>("Unicode", Serializers.STRING, "zubehör/€/😀", "zubehör/€/😀"),
        new Case<>("byte[]", Serializers.BYTES, new byte[200], new byte[200]),
        new Case<>("long[]", Serializers.LONG_ARRAY, new long[20], new long[20]),
        new Case<>("double[]", Serializers.DOUBLE_ARRAY, new double[20], new double[20]),
        new Case<>("UUID", Serializers.UUID, uuid, new UUID(1, 2)),
        new Case<>("Instant", Serializers.INSTANT, now, Instant.ofEpochSecond(5, 6)),
        new Case<>("Duration", Serializers.DURATION, Duration.ZERO, Duration.ofNanos(0)),
        new Case<>("LocalDate", Serializers.LOCAL_DATE, LocalDate.MIN, LocalDate.MIN),
        new Case<>(
            "LocalDateTime", Serializers.LOCAL_DATE_TIME, LocalDateTime.MIN, LocalDateTime.MIN),
        new Case<>("enum", Serializers.enums(Color.class), Color.GREEN, Color.GREEN),
        new Case<>(
            "Optional", Serializers.optional(Serializers.LONG), Optional.of(7L), Optional.of(7L)),
        new Case<>("sealed", Serializers.sealed(Shape.class), new Circle(1), new Circle(1)),
        new Case<>("record", Serializers.record(Click.class), click, new Click(1, 2, 3, true, 'x')),
        new Case<>(
            "record of records",
            Serializers.record(Page.class),
            new Page("/", 1000L, Color.RED, click, Optional.of(now)),
            new Page("/", 1000L, null, click, Optional.of(now))),
        new Case<>(
            "recursive record",
            Serializers.record(Chain.class),
            new Chain("a", new Chain("b", null)),
            new Chain("a", new Chain("b", null))));
  }

  @TestFactory
  List<DynamicTest> serializeHashAndCompare_allocateNothing() {
    return writtenForNothing().stream()
        .map(c -> DynamicTest.dynamicTest(c.name, () -> checkWriting(c)))
        .toList();
  }

  private static <T> void checkWriting(Case<T> c) {
    BinaryOutput out = new BinaryOutput(1 << 10);
    long[] sink = {0};
    Runnable work =
        () -> {
          out.reset();
          c.serializer.serialize(c.value, out);
          sink[0] += c.serializer.stableHash(c.value);
          sink[0] += c.serializer.equal(c.value, c.equal) ? 1 : 0;
        };
    assertThat(allocatedBytes(work)).as("%s, sink=%d", c.name, sink[0]).isLessThan(NOTHING);
  }

  @TestFactory
  List<DynamicTest> deserialize_allocatesTheValueOnly() {
    return List.of(
        reading("Boolean", Serializers.BOOLEAN, true, 0),
        reading("enum", Serializers.enums(Color.class), Color.GREEN, 0),
        reading("Long", Serializers.LONG, 1L << 40, 24),
        // The string and its array of 16 bytes and a header.
        reading("String", Serializers.STRING, "sixteen chars...", 24 + 32),
        reading("BigInteger", Serializers.BIG_INTEGER, BigInteger.valueOf(1L << 40), 40 + 24),
        reading("UUID", Serializers.UUID, new UUID(1, 2), 32),
        reading("record", Serializers.record(Click.class), new Click(1, 2, 3, true, 'x'), 40),
        reading("sealed", Serializers.sealed(Shape.class), new Circle(1), 16));
  }

  private static <T> DynamicTest reading(
      String name, TypeSerializer<T> serializer, T value, int bytesMax) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          byte[] bytes = Bytes.of(serializer, value);
          BinaryInput in = new BinaryInput();
          Object[] sink = {null};
          Runnable work =
              () -> {
                in.reset(bytes, 0, bytes.length);
                sink[0] = serializer.deserialize(in);
              };
          assertThat(allocatedBytes(work))
              .as("%s: %s", name, sink[0])
              .isLessThan((long) bytesMax * ROUNDS + NOTHING);
        });
  }

  /** Returns what many rounds allocate, once the code is compiled. */
  private static long allocatedBytes(Runnable work) {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      work.run();
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      work.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
