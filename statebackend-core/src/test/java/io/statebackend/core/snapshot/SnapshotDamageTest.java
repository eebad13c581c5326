// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SnapshotDamageTest {

  private static byte[] snapshot(Compression compression) {
    return Snapshots.write(Snapshots.headerOfAllKinds(compression), Snapshots.entriesOfAllKinds());
  }

  @ParameterizedTest
  @EnumSource
  void verify_anyFlippedBit(Compression compression) {
    byte[] bytes = snapshot(compression);
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThat(catchThrowable(() -> verify(bytes)))
          .as("bit %d", bit)
          .isInstanceOfSatisfying(
              CorruptStateException.class,
              e -> {
                assertThat(e.file()).isEqualTo(Snapshots.FILE);
                assertThat(e.offset()).isBetween(0L, (long) bytes.length);
              });
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    verify(bytes);
  }

  @ParameterizedTest
  @EnumSource
  void read_anyFlippedBit(Compression compression) {
    byte[] bytes = snapshot(compression);
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThat(catchThrowable(() -> Snapshots.read(Snapshots.open(bytes))))
          .as("bit %d", bit)
          .isInstanceOf(CorruptStateException.class);
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
  }

  /** Sixteen bytes for each entry, which makes a file of 64 KiB. */
  private static byte[] snapshotOf64KiB() {
    byte[] bytes =
        Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), Snapshots.entriesOfLongs(4_080));
    assertThat(bytes.length).isBetween(63 << 10, 64 << 10);
    return bytes;
  }

  @Test
  void read_manyFlippedBitsOf64KiB() {
    flipBitsOf64KiB(61);
  }

  @Test
  @Tag("slow")
  void read_anyFlippedBitOf64KiB() {
    flipBitsOf64KiB(1);
  }

  private static void flipBitsOf64KiB(int step) {
    byte[] bytes = snapshotOf64KiB();
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit += step) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      if (!(catchThrowable(() -> verify(bytes)) instanceof CorruptStateException)) {
        throw new AssertionError("flipped bit is not found: bit=" + bit);
      }
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    verify(bytes);
  }

  @Test
  void open_anyTruncationOf64KiB() {
    byte[] bytes = snapshotOf64KiB();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      if (!(catchThrowable(() -> verify(cut)) instanceof CorruptStateException)) {
        throw new AssertionError("truncation is not found: length=" + length);
      }
    }
  }

  @Test
  void open_anyTruncation() {
    byte[] bytes = snapshot(Compression.NONE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> verify(cut))
          .as("length %d", length)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("cut short")
          .hasMessageContaining(Snapshots.FILE);
    }
  }

  @Test
  void open_bytesAppended() {
    byte[] bytes = snapshot(Compression.NONE);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> verify(longer)).isInstanceOf(CorruptStateException.class);

    byte[] twice = Arrays.copyOf(bytes, bytes.length * 2);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    assertThatThrownBy(() -> verify(twice))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("another length than its footer tells");
  }

  @Test
  void read_randomDamage() {
    byte[] intact = snapshot(Compression.LZ4);
    long seed = 20261121;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = intact.clone();
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + 1 + random.nextInt(64));
      switch (random.nextInt(3)) {
        case 0 -> Arrays.fill(bytes, from, to, (byte) 0);
        case 1 -> Arrays.fill(bytes, from, to, (byte) 0xff);
        default -> {
          for (int i = from; i < to; i++) {
            bytes[i] = (byte) random.nextInt();
          }
        }
      }
      if (!Arrays.equals(bytes, intact)) {
        assertThat(catchThrowable(() -> Snapshots.read(bytes)))
            .as("seed %d, round %d", seed, round)
            .isInstanceOf(CorruptStateException.class);
      }
    }
  }

  @Test
  void verify_blockOfAnotherSnapshot() {
    // Every checksum is right, but the block is not the one that the index tells.
    byte[] one =
        Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), Snapshots.entriesOfLongs(1));
    byte[] two =
        Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), Snapshots.entriesOfLongs(2));
    int blockOffset = indexOf(one, BlockHeader.MAGIC);
    byte[] swapped = two.clone();
    System.arraycopy(one, blockOffset, swapped, blockOffset, BlockHeader.LENGTH + 16);
    assertThatThrownBy(() -> verify(swapped))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("entries left=1");
  }

  @Test
  void open_otherFile() {
    byte[] bytes = new CheckpointMetadata(1, 2, null, List.of()).encode();
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("not a snapshot: expected magic=5342534e, actual=5342434d");
  }

  @Test
  void open_newerVersion() {
    byte[] bytes = withPreamble(snapshot(Compression.NONE), preamble -> preamble[5] = 2);
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("was written by a newer version")
        .hasMessageContaining("found version=2")
        .hasMessageContaining("supported version=1")
        .hasMessageContaining(Snapshots.FILE);
  }

  @Test
  void open_newerVersionOfWhichOnlyTheFirstBytesAreKnown() {
    byte[] whole = withPreamble(snapshot(Compression.NONE), preamble -> preamble[5] = 2);
    byte[] bytes = Arrays.copyOf(whole, Envelope.PREAMBLE_LENGTH);
    assertThatThrownBy(() -> verify(bytes)).isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void open_olderVersion() {
    byte[] bytes = withPreamble(snapshot(Compression.NONE), preamble -> preamble[5] = 0);
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("is of an older version")
        .hasMessageContaining("take a savepoint")
        .hasMessageContaining("found version=0")
        .hasMessageContaining("supported version=1")
        .hasMessageNotContaining("newer version")
        .hasMessageContaining(Snapshots.FILE);
  }

  @Test
  void open_unknownFlag() {
    byte[] bytes = withPreamble(snapshot(Compression.NONE), preamble -> preamble[7] = 1);
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("of a version that this library reads, but has flags")
        .hasMessageNotContaining("newer version")
        .hasMessageContaining("flags=0001");
  }

  @Test
  void open_hugeHeaderLength() {
    byte[] bytes =
        withPreamble(
            snapshot(Compression.NONE), preamble -> Arrays.fill(preamble, 8, 12, (byte) 0x7f));
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  void open_encrypted() {
    byte[] bytes = withBody(snapshot(Compression.NONE), body -> body[0] = 1);
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("found encryption=1");

    byte[] reserved = withBody(snapshot(Compression.NONE), body -> body[15] = 1);
    assertThatThrownBy(() -> verify(reserved)).isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void open_unknownCompression() {
    byte[] bytes = withBody(snapshot(Compression.NONE), body -> body[16] = 9);
    assertThatThrownBy(() -> verify(bytes))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("found compression=9");
  }

  @Test
  void open_damageUnderRightChecksum() {
    // Every value of every byte of the header: an answer or a clear error, nothing else.
    byte[] intact = snapshot(Compression.NONE);
    int bodyLength = bodyLength(intact);
    for (int i = 0; i < bodyLength; i++) {
      for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
        int at = i;
        byte[] bytes = withBody(intact, body -> body[at] = (byte) value);
        Throwable thrown = catchThrowable(() -> Snapshots.open(bytes).close());
        if (thrown != null) {
          assertThat(thrown)
              .as("byte %d = %d", i, value)
              .isInstanceOfAny(CorruptStateException.class, IncompatibleStateException.class)
              .hasMessageContaining(Snapshots.FILE);
        }
      }
    }
  }

  @Test
  void open_fuzzedUnderRightChecksum() {
    byte[] intact = snapshot(Compression.NONE);
    long seed = Long.getLong("statebackend.seed", new Random().nextLong());
    Random random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = withBody(intact, body -> fuzz(body, random));
      Throwable thrown = catchThrowable(() -> Snapshots.read(Snapshots.open(bytes)));
      if (thrown != null) {
        assertThat(thrown)
            .as("round %d, replay with -Dstatebackend.seed=%d", round, seed)
            .isInstanceOfAny(CorruptStateException.class, IncompatibleStateException.class);
      }
    }
  }

  /** Overwrites some bytes, those that mean lengths and counts likely among them. */
  private static void fuzz(byte[] body, Random random) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(body.length);
      int length = Math.min(1 + random.nextInt(5), body.length - at);
      byte value = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
      Arrays.fill(body, at, at + length, value);
    }
  }

  private static void verify(byte[] bytes) {
    try (SnapshotReader reader = Snapshots.open(bytes)) {
      reader.verify();
    }
  }

  private static byte[] withPreamble(byte[] snapshot, Consumer<byte[]> change) {
    byte[] bytes = snapshot.clone();
    change.accept(bytes);
    putInt(bytes, 12, Checksums.crc32c(bytes, 0, 12));
    return bytes;
  }

  private static byte[] withBody(byte[] snapshot, Consumer<byte[]> change) {
    int length = bodyLength(snapshot);
    byte[] body = Arrays.copyOfRange(snapshot, 16, 16 + length);
    change.accept(body);
    byte[] bytes = snapshot.clone();
    System.arraycopy(body, 0, bytes, 16, length);
    putInt(bytes, 16 + length, Checksums.crc32c(body, 0, length));
    return bytes;
  }

  private static int bodyLength(byte[] snapshot) {
    return new BinaryInput(Arrays.copyOfRange(snapshot, 8, 12)).readInt();
  }

  private static void putInt(byte[] bytes, int offset, int value) {
    BinaryOutput out = new BinaryOutput();
    out.writeInt(value);
    System.arraycopy(out.array(), 0, bytes, offset, Integer.BYTES);
  }

  private static int indexOf(byte[] bytes, int magic) {
    for (int i = 0; ; i++) {
      if (new BinaryInput(Arrays.copyOfRange(bytes, i, i + 4)).readInt() == magic) {
        return i;
      }
    }
  }
}
