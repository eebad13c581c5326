// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Types that change between two runs, on each engine and with each kind of snapshot. */
final class MigrationTest {
  @Nested
  final class Memory extends MigrationSuite {
    Memory() {
      super(Engine.MEMORY, false);
    }
  }

  @Nested
  final class Fs extends MigrationSuite {
    Fs() {
      super(Engine.FS, false);
    }
  }

  @Nested
  final class FsIncremental extends MigrationSuite {
    FsIncremental() {
      super(Engine.FS, true);
    }
  }

  @Nested
  @Tag("slow") // the disk is what it waits for
  final class RocksDb extends MigrationSuite {
    RocksDb() {
      super(Engine.ROCKSDB, false);
    }
  }

  @Nested
  final class RocksDbIncremental extends MigrationSuite {
    RocksDbIncremental() {
      super(Engine.ROCKSDB, true);
    }
  }
}
