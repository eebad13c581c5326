// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** State with a time to live, on each engine and with each kind of snapshot. */
final class TtlTest {
  @Nested
  final class Memory extends TtlSuite {
    Memory() {
      super(Engine.MEMORY, false);
    }
  }

  @Nested
  final class Fs extends TtlSuite {
    Fs() {
      super(Engine.FS, false);
    }
  }

  @Nested
  final class FsIncremental extends TtlSuite {
    FsIncremental() {
      super(Engine.FS, true);
    }
  }

  @Nested
  @Tag("slow") // the disk is what it waits for
  final class RocksDb extends TtlSuite {
    RocksDb() {
      super(Engine.ROCKSDB, false);
    }
  }

  @Nested
  final class RocksDbIncremental extends TtlSuite {
    RocksDbIncremental() {
      super(Engine.ROCKSDB, true);
    }
  }
}
