// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lengths and counts that nobody wrote, at each place of the serialized form of each type: little
 * memory is taken before they are found out, and what comes of it is a value or a clear error.
 */
final class HostileInputTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long SEED = Long.getLong("statebackend.seed", new Random().nextLong());
  private static final int PLACES_MAX = 80;
  private static final int SCHEMAS = 300;

  /** What may be taken for an input of a few hundred bytes; the lengths ask for up to 2 GiB. */
  private static final long ALLOCATED_BYTES_MAX = 4 << 20;

  /** As variable-length ints and as ints of 4 bytes. */
  private static final List<byte[]> LENGTHS =
      List.of(
          varInt(1 << 14),
          varInt(1 << 20),
          varInt(1 << 27),
          varInt(Integer.MAX_VALUE),
          varInt(-1),
          new byte[] {127, -1, -1, -1},
          new byte[] {-1, -1, -1, -1, -1, -1, -1, -1},
          new byte[] {-128, 0, 0, 0, 0, 0, 0, 0});

  private static byte[] varInt(int value) {
    BinaryOutput out = new BinaryOutput();
    out.writeVarInt(value);
    return out.toByteArray();
  }

  static List<Samples<?>> types() {
    return Samples.all();
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void deserialize_lengthsThatNobodyWrote(Samples<T> samples) {
    checkAll(samples, samples.serializer());
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void deserializeBySchema_lengthsThatNobodyWrote(Samples<T> samples) {
    checkAll(samples, Serializers.ofSchema(samples.serializer().schema()));
  }

  private static <T> void checkAll(Samples<T> samples, TypeSerializer<?> reader) {
    for (T value : samples.values(new Random(SEED), 3)) {
      byte[] intact = Bytes.of(samples.serializer(), value);
      for (int at = 0; at <= Math.min(intact.length, PLACES_MAX); at++) {
        for (byte[] length : LENGTHS) {
          BinaryOutput damaged = new BinaryOutput();
          damaged.write(intact, 0, at);
          damaged.write(length, 0, length.length);
          int rest = Math.min(at + length.length, intact.length);
          damaged.write(intact, rest, Math.min(intact.length - rest, 200));
          check(reader, damaged.toByteArray());
        }
      }
    }
  }

  private static void check(TypeSerializer<?> reader, byte[] bytes) {
    // What the JVM allocates to link a message that is made for the first time does not count.
    readOrFail(reader, bytes);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    readOrFail(reader, bytes);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as(() -> describe(bytes))
        .isLessThan(ALLOCATED_BYTES_MAX);
  }

  private static void readOrFail(TypeSerializer<?> reader, byte[] bytes) {
    try {
      Object unused = reader.deserialize(new BinaryInput(bytes));
    } catch (CorruptStateException expected) {
      assertThat(expected).hasMessageMatching("(?s).{10,}");
    } catch (IncompatibleStateException expected) {
      // A name in the form of one, of a time zone or currency that other JVMs may know.
      assertThat(expected).hasMessageContaining("not known to this JVM");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(describe(bytes), e);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void compatibility_schemaThatNobodyWrote(Samples<T> samples) {
    Random random = new Random(SEED);
    List<TypeSchema> parts = types().stream().map(other -> other.serializer().schema()).toList();
    byte[] bytes = Bytes.of(samples.serializer(), samples.random().apply(random));
    for (int i = 0; i < SCHEMAS; i++) {
      TypeSchema damaged = damage(samples.serializer().schema(), parts, random);
      try {
        if (samples.serializer().compatibility(damaged)
            instanceof Compatibility.AfterMigration<T> migration) {
          readOrRefuse(migration.reader(), bytes);
        }
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed=%d, schema=%s".formatted(SEED, damaged), e);
      }
      try {
        assertThat(Serializers.ofSchema(damaged)).isNotNull();
      } catch (IllegalArgumentException expected) {
        assertThat(expected).hasMessageStartingWith("a type that is not known here: ");
      }
    }
  }

  private static void readOrRefuse(TypeSerializer<?> reader, byte[] bytes) {
    try {
      assertThat((Object) reader.deserialize(new BinaryInput(bytes))).isNotNull();
    } catch (StateException expected) {
      assertThat(expected).hasMessageMatching("(?s).{10,}");
    }
  }

  /** Leaves members out, exchanges them, and takes names and types from elsewhere. */
  private static TypeSchema damage(TypeSchema schema, List<TypeSchema> parts, Random random) {
    TypeSchema other = parts.get(random.nextInt(parts.size()));
    return switch (random.nextInt(12)) {
      case 0 -> other;
      case 1 -> new TypeSchema(other.type(), schema.name(), schema.members());
      case 2 -> new TypeSchema(schema.type(), other.name(), schema.members());
      case 3 -> new TypeSchema(schema.type(), schema.name(), other.members());
      case 4 -> TypeSchema.named("enclosing", String.valueOf(schema.name()), List.of());
      default -> damageMembers(schema, parts, random);
    };
  }

  private static TypeSchema damageMembers(
      TypeSchema schema, List<TypeSchema> parts, Random random) {
    List<TypeSchema.Member> members = new ArrayList<>();
    for (TypeSchema.Member member : schema.members()) {
      TypeSchema part = member.schema();
      if (part != null && random.nextInt(3) == 0) {
        members.add(new TypeSchema.Member(member.name(), damage(part, parts, random)));
      } else if (member.name() != null && random.nextInt(8) == 0) {
        members.add(new TypeSchema.Member(member.name(), null));
      } else if (random.nextInt(8) != 0) {
        members.add(member);
      }
    }
    if (random.nextInt(4) == 0) {
      Collections.shuffle(members, random);
    }
    return new TypeSchema(schema.type(), schema.name(), members);
  }

  private static String describe(byte[] bytes) {
    return "replay with -Dstatebackend.seed=%d; bytes=%s"
        .formatted(SEED, HexFormat.of().formatHex(bytes));
  }
}
