// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.ListStateContract;
import io.statebackend.testkit.MapStateContract;
import io.statebackend.testkit.RescaleContract;
import io.statebackend.testkit.RestoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** Some contracts with every preset that is not the default, which all others are run with. */
final class PresetContractsTest {
  @Nested
  final class ListsOnSpinningDisk extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SPINNING_DISK);
    }
  }

  @Nested
  final class MapsOnSpinningDisk extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SPINNING_DISK);
    }
  }

  @Nested
  final class RestoringOnSpinningDisk extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SPINNING_DISK);
    }
  }

  @Nested
  final class ListsOnSmallDisk extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SMALL_DISK);
    }
  }

  @Nested
  final class MapsOnSmallDisk extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SMALL_DISK);
    }
  }

  @Nested
  final class RestoringOnSmallDisk extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SMALL_DISK);
    }
  }

  @Nested
  final class RescalingOnSmallDisk extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, 16 << 10, Preset.SMALL_DISK);
    }

    @Override
    protected int parallelismInBuild() {
      return 2;
    }
  }
}
