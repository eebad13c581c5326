// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import java.lang.management.ManagementFactory;
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
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      Object unused = reader.deserialize(new BinaryInput(bytes));
    } catch (CorruptStateException expected) {
      assertThat(expected).hasMessageMatching("(?s).{10,}");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(describe(bytes), e);
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as(() -> describe(bytes))
        .isLessThan(ALLOCATED_BYTES_MAX);
  }

  private static String describe(byte[] bytes) {
    return "replay with -Dstatebackend.seed=%d; bytes=%s"
        .formatted(SEED, HexFormat.of().formatHex(bytes));
  }
}
