// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.MemoryUse;
import io.statebackend.testkit.StoreModelContract;
import java.nio.file.Path;

/**
 * Without a cache, with one in which entries come and go all the time, and with one that has room
 * for all.
 */
final class StoreModelTest extends StoreModelContract<RocksDbStateBackend> {
  private static long cacheBytes(long seed) {
    return switch ((int) (seed % 3)) {
      case 0 -> 0;
      case 1 -> 20 << 10;
      default -> 8 << 20;
    };
  }

  @Override
  protected RocksDbStateBackend open(Path directory, long seed) {
    return TestBackends.openSharing(directory, cacheBytes(seed), Math.floorMod(seed, 3));
  }

  @Override
  protected String settings(long seed) {
    return "cacheBytes=" + cacheBytes(seed);
  }

  @Override
  protected void checkStep(RocksDbStateBackend backend, long seed) {
    assertThat(backend.memoryUse().parts().get(MemoryUse.Part.CACHE))
        .as("memory of the cache")
        .isLessThanOrEqualTo(cacheBytes(seed));
  }

  @Override
  protected boolean countsEntries() {
    return false;
  }
}
