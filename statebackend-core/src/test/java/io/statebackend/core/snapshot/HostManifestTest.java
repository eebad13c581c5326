// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostManifestTest {
  private static final String GOLDEN = "host-manifest-v1.bin";

  private static HostManifest example() {
    return new HostManifest(
        new KeyGroupRange(0, 3),
        new NativeSnapshot("x-1", new byte[] {10, 11}, List.of(new FileRef("a", 5, 7))));
  }

  @Test
  void golden_readAndWrite() {
    byte[] golden = GoldenFiles.read(GOLDEN);
    assertThat(HostManifest.decode(golden, "golden")).isEqualTo(example());
    assertThat(example().encode()).isEqualTo(golden);
  }

  @Test
  void decode_anyBitFlipped() {
    byte[] bytes = example().encode();
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> HostManifest.decode(damaged, "damaged"))
          .as("bit %d", bit)
          .isInstanceOfAny(CorruptStateException.class, IncompatibleStateException.class);
    }
  }

  @Test
  void decode_cutShort() {
    byte[] bytes = example().encode();
    for (int length = 0; length < bytes.length; length++) {
      BinaryInput in = new BinaryInput(bytes);
      byte[] cut = in.readBytes(length);
      assertThatThrownBy(() -> HostManifest.decode(cut, "cut"))
          .isInstanceOf(CorruptStateException.class);
    }
  }

  @Test
  void create_twoFilesOfOneName() {
    NativeSnapshot snapshot =
        new NativeSnapshot(
            "x-1", new byte[0], List.of(new FileRef("a", 5, 7), new FileRef("a", 6, 8)));
    assertThatThrownBy(() -> new HostManifest(new KeyGroupRange(0, 3), snapshot))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
