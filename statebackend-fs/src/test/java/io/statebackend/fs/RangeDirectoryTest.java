// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes under a right checksum that are no directory are damage, and nothing else. */
final class RangeDirectoryTest {
  private static final int FROM = 8;
  private static final StoredSegment.Range RANGE =
      new StoredSegment.Range(new StoredSegment.Place("file", 100, 83, 0), 1, FROM + 80);

  /** Two chunks, of 48 bytes in two runs with gaps, and of 32 bytes in one without. */
  private static byte[] directory() {
    BinaryOutput out = new BinaryOutput();
    out.writeVarInt(6);
    out.writeVarInt(2);
    run(out, 3, 4, 2);
    run(out, 2, 2, 1);
    out.writeVarInt(4);
    out.writeVarInt(1);
    run(out, 5, 4, 0);
    return out.toByteArray();
  }

  private static void run(BinaryOutput out, int keyGroups, int units, int gapBytes) {
    out.writeVarInt(keyGroups);
    out.writeVarInt(units);
    out.writeVarInt(gapBytes);
    out.writeInt(7);
  }

  @Test
  void read_specifiedBytes() {
    RangeDirectory directory = RangeDirectory.read(new BinaryInput(directory()), RANGE, FROM);
    assertThat(directory.chunks())
        .containsExactly(
            new RangeDirectory.Chunk(
                8,
                48,
                List.of(
                    new RangeDirectory.Run(0, 2, 100, 32, 2, 7),
                    new RangeDirectory.Run(3, 4, 134, 16, 1, 7))),
            new RangeDirectory.Chunk(56, 32, List.of(new RangeDirectory.Run(0, 4, 151, 32, 0, 7))));
  }

  @Test
  void read_cutAnywhere_isDamage() {
    byte[] bytes = directory();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> RangeDirectory.read(new BinaryInput(cut), RANGE, FROM))
          .as("cut to %d bytes", length)
          .isInstanceOf(CorruptStateException.class);
    }
  }

  @Test
  void read_anyBytes_isDamageOrDirectory() {
    Random random = new Random(1);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = directory();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        RangeDirectory directory = RangeDirectory.read(new BinaryInput(bytes), RANGE, FROM);
        assertThat(directory.chunks().stream().mapToInt(RangeDirectory.Chunk::sizeBytes).sum())
            .isEqualTo(80);
        read++;
      } catch (CorruptStateException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
    // What changes a checksum or a key group is a directory all the same.
    assertThat(read).isBetween(100, 18_000);
  }
}
