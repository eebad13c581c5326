// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ChecksumsTest {
  private static final int LENGTH = (2 << 20) + 17;

  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();

  @AfterEach
  void close() {
    storage.close();
  }

  private int store() {
    byte[] bytes = Snapshots.filled(LENGTH, 3);
    try (StorageOutput out = storage.create("chk-1/a")) {
      out.write(bytes, 0, bytes.length);
      out.commit();
    }
    return Checksums.crc32c(bytes, 0, bytes.length);
  }

  @Test
  void crc32c_checkValueOfTheCatalogue() {
    byte[] bytes = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(Checksums.crc32c(bytes, 0, bytes.length)).isEqualTo(0xe3069283);
  }

  @Test
  void verifyFile_intact() {
    int crc = store();
    Checksums.verifyFile(storage.open("chk-1/a"), "chk-1/a", LENGTH, crc);
  }

  @Test
  void verifyFile_otherLength() {
    int crc = store();
    assertThatThrownBy(
            () -> Checksums.verifyFile(storage.open("chk-1/a"), "chk-1/a", LENGTH + 1, crc))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("expected=" + (LENGTH + 1) + ", actual=" + LENGTH)
        .hasMessageContaining("file=chk-1/a");
  }

  @Test
  void verifyFile_otherChecksum() {
    int crc = store();
    assertThatThrownBy(() -> Checksums.verifyFile(storage.open("chk-1/a"), "chk-1/a", LENGTH, ~crc))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("expected=%08x, actual=%08x".formatted(~crc, crc));
  }
}
