// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestTemplate;

/** Flink's suite for state backends, on each engine and with each kind of snapshot. */
final class FlinkStateBackendTest {
  @Nested
  final class Memory extends StateBackendSuite {
    Memory() {
      super(Engine.MEMORY, false);
    }

    @TestTemplate
    @Disabled("its serializer fails on every read, and update() copies through the serializer")
    void testKryoRegisteringRestoreResilienceWithDefaultSerializer() {}

    @TestTemplate
    @Disabled("its serializer fails on every read, and update() copies through the serializer")
    void testKryoRegisteringRestoreResilienceWithRegisteredSerializer() {}
  }

  @Nested
  final class Fs extends StateBackendSuite {
    Fs() {
      super(Engine.FS, false);
    }
  }

  @Nested
  final class FsIncremental extends StateBackendSuite {
    FsIncremental() {
      super(Engine.FS, true);
    }
  }

  @Nested
  @Tag("slow") // the disk is what it waits for
  final class RocksDb extends StateBackendSuite {
    RocksDb() {
      super(Engine.ROCKSDB, false);
    }
  }

  @Nested
  final class RocksDbIncremental extends StateBackendSuite {
    RocksDbIncremental() {
      super(Engine.ROCKSDB, true);
    }
  }
}
