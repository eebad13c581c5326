// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CheckpointMetadataTest {
  private static final String FILE = "chk-7/_metadata";

  /** Two operators, with and without native snapshots and shared files. */
  static CheckpointMetadata example() {
    NativeSnapshot nativeSnapshot =
        new NativeSnapshot(
            "fs-1",
            new byte[] {1, 2, 3},
            List.of(FileRef.ofShared("word-count-0-12", 4096, 5), new FileRef("tail-0", 10, 6)));
    return new CheckpointMetadata(
        7,
        1_700_000_000_000L,
        null,
        List.of(
            new OperatorSnapshots(
                "word-count",
                2,
                128,
                List.of(
                    new SubtaskSnapshot(
                        0,
                        new KeyGroupRange(0, 63),
                        new FileRef("word-count-0", 1000, 0xdeadbeef),
                        nativeSnapshot),
                    new SubtaskSnapshot(
                        1, new KeyGroupRange(64, 127), new FileRef("word-count-1", 0, 0), null))),
            new OperatorSnapshots("source", 1, 1, List.of())));
  }

  @Test
  void decode_whatEncodeWrote() {
    assertThat(CheckpointMetadata.decode(example().encode(), FILE)).isEqualTo(example());
    CheckpointMetadata savepoint = new CheckpointMetadata(0, 0, "before-upgrade", List.of());
    assertThat(CheckpointMetadata.decode(savepoint.encode(), FILE)).isEqualTo(savepoint);
  }

  @Test
  void files_ofAllSubtasks() {
    assertThat(example().files().map(file -> file.pathFrom("chk-7")))
        .containsExactly(
            "chk-7/word-count-0", "shared/word-count-0-12", "chk-7/tail-0", "chk-7/word-count-1");
  }

  @Test
  void decode_anyFlippedBit() {
    byte[] bytes = example().encode();
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> CheckpointMetadata.decode(bytes, FILE))
          .as("bit %d", bit)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining(FILE);
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
  }

  @Test
  void decode_anyOtherLength() {
    byte[] bytes = example().encode();
    for (int length = 0; length <= bytes.length + 8; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThatThrownBy(() -> CheckpointMetadata.decode(cut, FILE))
            .as("length %d", length)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining(length < bytes.length ? "cut short" : "left over");
      }
    }
  }

  private static byte[] metadataOf64KiB() {
    List<SubtaskSnapshot> subtasks = new ArrayList<>();
    for (int subtask = 0; subtask < 1_100; subtask++) {
      subtasks.add(
          new SubtaskSnapshot(
              subtask,
              new KeyGroupRange(subtask, subtask),
              new FileRef("an-operator-with-a-name-" + subtask, subtask, subtask),
              null));
    }
    byte[] bytes =
        new CheckpointMetadata(
                1, 2, null, List.of(new OperatorSnapshots("operator", 1_100, 2_000, subtasks)))
            .encode();
    assertThat(bytes.length).isBetween(56 << 10, 64 << 10);
    return bytes;
  }

  @Test
  void decode_manyFlippedBitsOf64KiB() {
    flipBitsOf64KiB(61);
  }

  @Test
  @Tag("slow")
  void decode_anyFlippedBitOf64KiB() {
    flipBitsOf64KiB(1);
  }

  private static void flipBitsOf64KiB(int step) {
    byte[] bytes = metadataOf64KiB();
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit += step) {
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertRefused(bytes, "bit " + bit);
      bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
  }

  @Test
  void decode_anyTruncationOf64KiB() {
    byte[] bytes = metadataOf64KiB();
    for (int length = 0; length < bytes.length; length++) {
      assertRefused(Arrays.copyOf(bytes, length), "length " + length);
    }
  }

  private static void assertRefused(byte[] bytes, String what) {
    if (!(catchThrowable(() -> CheckpointMetadata.decode(bytes, FILE))
        instanceof CorruptStateException)) {
      throw new AssertionError("damage is not found: " + what);
    }
  }

  @Test
  void decode_damageUnderRightChecksum() {
    byte[] intact = example().encode();
    int bodyEnd = intact.length - Integer.BYTES;
    for (int i = Envelope.PREAMBLE_LENGTH; i < bodyEnd; i++) {
      for (int value = 0; value < 256; value++) {
        byte[] bytes = intact.clone();
        bytes[i] = (byte) value;
        putInt(bytes, bodyEnd, Checksums.crc32c(bytes, 16, bodyEnd - 16));
        Throwable thrown = catchThrowable(() -> CheckpointMetadata.decode(bytes, FILE));
        if (thrown != null) {
          assertThat(thrown).isInstanceOf(CorruptStateException.class).hasMessageContaining(FILE);
        }
      }
    }
  }

  @Test
  void decode_fuzzedUnderRightChecksum() {
    byte[] intact = example().encode();
    int bodyEnd = intact.length - Integer.BYTES;
    long seed = Long.getLong("statebackend.seed", new Random().nextLong());
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = intact.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = 16 + random.nextInt(bodyEnd - 16);
        int end = Math.min(bodyEnd, at + 1 + random.nextInt(5));
        Arrays.fill(bytes, at, end, (byte) (random.nextBoolean() ? random.nextInt() : 0xff));
      }
      putInt(bytes, bodyEnd, Checksums.crc32c(bytes, 16, bodyEnd - 16));
      Throwable thrown = catchThrowable(() -> CheckpointMetadata.decode(bytes, FILE));
      if (thrown != null) {
        assertThat(thrown)
            .as("round %d, replay with -Dstatebackend.seed=%d", round, seed)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining(FILE);
      }
    }
  }

  @Test
  void decode_newerVersion() {
    byte[] bytes = example().encode();
    bytes[5] = 3;
    putInt(bytes, 12, Checksums.crc32c(bytes, 0, 12));
    assertThatThrownBy(() -> CheckpointMetadata.decode(bytes, FILE))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("found version=3")
        .hasMessageContaining("supported version=1")
        .hasMessageContaining(FILE);
  }

  private static void putInt(byte[] bytes, int offset, int value) {
    BinaryOutput out = new BinaryOutput();
    out.writeInt(value);
    System.arraycopy(out.array(), 0, bytes, offset, Integer.BYTES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "/etc/passwd",
        "a/b",
        "../a",
        "../shared/",
        "../shared/..",
        "../shared/a/b",
        "../shared/../a",
        "../../a",
        "a\\b",
        "a b",
        "a~",
        "shared/a",
        "\u00e4"
      })
  void fileRef_pathOutsideTheCheckpoint(String path) {
    assertThatThrownBy(() -> new FileRef(path, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path='" + path + "'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "...", "..a", ".a", "op-1_0.snapshot", "../shared/a", "../shared/..a"})
  void fileRef_path(String path) {
    assertThat(new FileRef(path, 1, 1).path()).isEqualTo(path);
  }

  @Test
  void create_savepointWithSharedFile() {
    assertThatThrownBy(() -> new CheckpointMetadata(7, 0, "mine", example().operators()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("savepoint=mine, file=../shared/word-count-0-12");
  }

  @Test
  void create_inconsistent() {
    SubtaskSnapshot subtask =
        new SubtaskSnapshot(1, new KeyGroupRange(0, 3), new FileRef("a", 0, 0), null);
    for (List<SubtaskSnapshot> subtasks : List.of(List.of(subtask, subtask), List.of(subtask))) {
      int parallelism = subtasks.size();
      assertThatThrownBy(() -> new OperatorSnapshots("op", parallelism, 4, subtasks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("subtask=1");
    }
    assertThatThrownBy(() -> new OperatorSnapshots("op", 2, 3, List.of(subtask)))
        .isInstanceOf(IllegalArgumentException.class);
    OperatorSnapshots operator = new OperatorSnapshots("op", 1, 1, List.of());
    assertThatThrownBy(() -> new CheckpointMetadata(1, 1, null, List.of(operator, operator)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operator=op");
  }
}
