// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.KeyTypes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every serializer of the library keeps, tried on each of them. */
final class SerializersTest {
  private static final long SEED = Long.getLong("statebackend.seed", new Random().nextLong());
  private static final int RANDOM_VALUES = 50;

  static List<Samples<?>> types() {
    return Samples.all();
  }

  static List<Samples<?>> keyTypes() {
    return Samples.all().stream()
        .filter(samples -> KeyTypes.obstacle(samples.serializer().schema()) == null)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void deserialize_whatWasSerialized(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    for (T value : samples.values(new Random(SEED), RANDOM_VALUES)) {
      BinaryOutput out = new BinaryOutput();
      out.writeByte(7);
      serializer.serialize(value, out);
      int end = out.position();
      out.writeByte(7);
      BinaryInput in = new BinaryInput();
      in.reset(out.array(), 1, out.position());

      T read = serializer.deserialize(in);

      assertThat(serializer.equal(read, value)).as(describe(value)).isTrue();
      assertThat(Bytes.of(serializer, read))
          .as(describe(value))
          .isEqualTo(Bytes.of(serializer, value));
      assertThat(in.position()).as(describe(value)).isEqualTo(end);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void fixedLength_isTheLengthOfAll(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    if (serializer.fixedLength() != TypeSerializer.VARIABLE_LENGTH) {
      assertThat(samples.values(new Random(SEED), RANDOM_VALUES))
          .allSatisfy(
              value -> assertThat(Bytes.of(serializer, value)).hasSize(serializer.fixedLength()));
    }
  }

  @ParameterizedTest
  @MethodSource("keyTypes")
  <T> void equal_ifAndOnlyIfBytesAre(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    List<T> values = samples.values(new Random(SEED), RANDOM_VALUES);
    for (T a : values) {
      for (T b : values) {
        boolean bytesEqual = Arrays.equals(Bytes.of(serializer, a), Bytes.of(serializer, b));
        assertThat(serializer.equal(a, b)).as(describe(a, b)).isEqualTo(bytesEqual);
        if (bytesEqual) {
          assertThat(serializer.stableHash(a)).isEqualTo(serializer.stableHash(b));
        }
      }
    }
    for (int i = 0; i < samples.edges().size(); i++) {
      for (int j = 0; j < i; j++) {
        T a = samples.edges().get(i);
        T b = samples.edges().get(j);
        assertThat(serializer.equal(a, b)).as(describe(a, b)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void copy_isEqual(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    for (T value : samples.values(new Random(SEED), RANDOM_VALUES)) {
      T copy = serializer.copy(value);
      assertThat(serializer.equal(copy, value)).as(describe(value)).isTrue();
      if (serializer.isImmutable()) {
        assertThat(copy).isSameAs(value);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void schema_isReadBackFromItsText(Samples<T> samples) {
    TypeSchema schema = samples.serializer().schema();
    assertThat(TypeSchema.parse(schema.toString())).isEqualTo(schema);
    assertThat(samples.serializer().compatibility(TypeSchema.parse(schema.toString())))
        .isInstanceOf(Compatibility.AsIs.class);
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void compatibility_otherType(Samples<T> samples) {
    assertThat(samples.serializer().compatibility(TypeSchema.of("other")))
        .isInstanceOf(Compatibility.Incompatible.class);
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void deserialize_cutShort(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    for (T value : samples.values(new Random(SEED), 5)) {
      byte[] bytes = Bytes.of(serializer, value);
      int step = Math.max(1, bytes.length / 100);
      for (int length = 0; length < bytes.length; length += step) {
        assertValueOrCorrupt(serializer, Arrays.copyOf(bytes, length));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void deserialize_flippedBits(Samples<T> samples) {
    TypeSerializer<T> serializer = samples.serializer();
    Random random = new Random(SEED);
    for (T value : samples.values(random, 20)) {
      byte[] bytes = Bytes.of(serializer, value);
      for (int i = 0; i < 50 && bytes.length > 0; i++) {
        byte[] damaged = bytes.clone();
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        assertValueOrCorrupt(serializer, damaged);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void fromLong_whatToLongGave(Samples<T> samples) {
    if (samples.serializer() instanceof LongEncodedSerializer<T> serializer) {
      for (T value : samples.values(new Random(SEED), RANDOM_VALUES)) {
        T read = serializer.fromLong(serializer.toLong(value));
        assertThat(read).as(describe(value)).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void serializeLong_writesWhatSerializeWrites(Samples<T> samples) {
    if (samples.serializer() instanceof LongEncodedSerializer<T> serializer) {
      for (T value : samples.values(new Random(SEED), RANDOM_VALUES)) {
        BinaryOutput expected = new BinaryOutput();
        serializer.serialize(value, expected);
        BinaryOutput written = new BinaryOutput();
        serializer.serializeLong(serializer.toLong(value), written);
        assertThat(written.toByteArray()).as(describe(value)).isEqualTo(expected.toByteArray());
      }
    }
  }

  /** Any value will do, as a flipped bit often makes another one; any other exception will not. */
  private static <T> void assertValueOrCorrupt(TypeSerializer<T> serializer, byte[] bytes) {
    try {
      assertThat(serializer.deserialize(new BinaryInput(bytes))).isNotNull();
    } catch (CorruptStateException expected) {
      assertThat(expected).hasMessageMatching("(?s).{10,}");
    } catch (IncompatibleStateException expected) {
      // A name in the form of one, of a time zone or currency that other JVMs may know.
      assertThat(expected).hasMessageContaining("not known to this JVM");
    } catch (RuntimeException e) {
      throw new AssertionError(describe((Object) bytes), e);
    }
  }

  private static String describe(Object... values) {
    return "replay with -Dstatebackend.seed=" + SEED + ", values=" + Arrays.deepToString(values);
  }
}
