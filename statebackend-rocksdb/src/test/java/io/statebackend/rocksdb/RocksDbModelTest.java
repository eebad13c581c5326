// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.ModelContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * The backend equals plain maps, without a cache, with one in which entries come and go all the
 * time, and with one that has room for all; together they do the steps of a soak. Every build has
 * the second one.
 */
final class RocksDbModelTest {
  private static final int CACHE_SIZES = 3;

  /** Restores open databases, which takes thousands of times as long as an operation. */
  abstract static class Modelled extends ModelContract {
    private final long cacheBytes;

    Modelled(long cacheBytes) {
      this.cacheBytes = cacheBytes;
    }

    @Override
    protected StateBackend newBackend(Path directory) {
      return TestBackends.open(directory, cacheBytes);
    }

    @Override
    protected int restartRarity() {
      return 25;
    }

    @Override
    protected int stepsInSoak() {
      return 1 + super.stepsInSoak() / CACHE_SIZES;
    }
  }

  @Nested
  @Tag("slow")
  final class NoCache extends Modelled {
    NoCache() {
      super(0);
    }
  }

  @Nested
  final class TinyCache extends Modelled {
    TinyCache() {
      super(16 << 10);
    }
  }

  @Nested
  @Tag("slow")
  final class LargeCache extends Modelled {
    LargeCache() {
      super(64 << 20);
    }
  }
}
