// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.BudgetContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is written within a budget comes back within it, and the figures are those of each store.
 */
final class MemoryUseTest {
  private static final int KEY_GROUPS = 8;

  @TempDir private Path directory;

  @Nested
  final class Budget extends BudgetContract {
    @Override
    protected StateBackend newBackend(Path workDirectory) {
      return RocksDbStateBackend.builder(workDirectory).memoryBudgetBytes(8 << 20).open();
    }

    @Override
    protected int entryCount() {
      return 120_000;
    }
  }

  private static KeyedStore<Long> store(RocksDbStateBackend backend, int subtask) {
    return backend.open(
        new StoreSpec<>(
            "operator",
            subtask,
            new KeyGroupRange(0, KEY_GROUPS - 1),
            KEY_GROUPS,
            Serializers.LONG));
  }

  private static void fill(KeyedStore<Long> store, int keys) {
    ValueTable<Long, Integer, Long> table =
        store.valueTable(new TableSpec.OfValues<>("table", Serializers.INT, Serializers.LONG));
    KeyContext<Long> key = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    for (long i = 0; i < keys; i++) {
      key.set(i);
      table.put(key, 0, i);
    }
  }

  @Test
  void memoryUse_ofEachStore() {
    try (RocksDbStateBackend backend =
            RocksDbStateBackend.builder(directory).memoryBudgetBytes(64 << 20).open();
        KeyedStore<Long> unused = store(backend, 7);
        KeyedStore<Long> large = store(backend, 3)) {
      fill(large, 100_000);
      try (KeyedStore<Long> small = store(backend, 5)) {
        fill(small, 1_000);

        MemoryUse use = backend.memoryUse();

        assertThat(use.stores()).extracting(MemoryUse.OfStore::subtask).containsExactly(7, 3, 5);
        assertThat(cacheBytes(use, 0)).isZero();
        // Key, value and header of an entry, and its part of the index.
        assertThat(cacheBytes(use, 1)).isBetween(100_000 * 40L, 100_000 * 90L);
        assertThat(cacheBytes(use, 2)).isBetween(1_000 * 40L, 1_000 * 90L + (512 << 10));
        assertThat(use.usedBytes())
            .isEqualTo(
                use.shared().get(MemoryUse.Part.NATIVE) + cacheBytes(use, 1) + cacheBytes(use, 2))
            .isLessThanOrEqualTo(use.limitBytes());
      }

      List<MemoryUse.OfStore> left = backend.memoryUse().stores();

      assertThat(left).extracting(MemoryUse.OfStore::subtask).containsExactly(7, 3);
      assertThat(unused).isNotNull();
    }
  }

  private static long cacheBytes(MemoryUse use, int store) {
    return use.stores().get(store).parts().getOrDefault(MemoryUse.Part.CACHE, 0L);
  }
}
