// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.nio.file.Path;

/** Backends for tests. */
final class TestBackends {
  static final long NATIVE_BYTES = 64 << 20;

  private TestBackends() {}

  static RocksDbStateBackend open(Path directory, long cacheBytes) {
    return open(directory, cacheBytes, Limits.OF_ROCKSDB);
  }

  static RocksDbStateBackend open(Path directory, long cacheBytes, Limits limits) {
    return open(
        directory,
        new Settings(
            NATIVE_BYTES, cacheBytes, 2, limits, Settings.FAMILIES_PER_STORE_MAX, Tuning.NONE));
  }

  static RocksDbStateBackend open(Path directory, long cacheBytes, Preset preset) {
    Tuning tuning = preset.andThen(Tuning.NONE);
    return open(
        directory,
        new Settings(
            NATIVE_BYTES,
            cacheBytes,
            2,
            Limits.OF_ROCKSDB,
            Settings.FAMILIES_PER_STORE_MAX,
            tuning));
  }

  /** Opens a backend whose stores have few column families, so that most states share one. */
  static RocksDbStateBackend openSharing(Path directory, long cacheBytes, int familiesMax) {
    return open(
        directory,
        new Settings(NATIVE_BYTES, cacheBytes, 2, Limits.OF_ROCKSDB, familiesMax, Tuning.NONE));
  }

  private static RocksDbStateBackend open(Path directory, Settings settings) {
    return RocksDbStateBackend.open(directory, settings);
  }
}
