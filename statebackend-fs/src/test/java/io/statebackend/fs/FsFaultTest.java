// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.SlowDiskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/**
 * Checkpoints survive what happens to the disk, with working files on the same disk and so little
 * memory that these are used.
 */
final class FsFaultTest {
  private static final Settings LITTLE_MEMORY = new Settings(400 << 10, 4 << 10, 1.5);

  @Nested
  final class InMemory extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Spilling extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.open(directory, LITTLE_MEMORY);
    }
  }

  @Nested
  final class SlowDisk extends SlowDiskContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }
}
