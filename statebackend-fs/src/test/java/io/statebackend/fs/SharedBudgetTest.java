// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores take memory from each other while their owners work. */
final class SharedBudgetTest {
  private static final int KEY_GROUPS = 4;
  private static final int KEYS = 6_000;
  private static final int OPERATIONS = 60_000;
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;

  @TempDir Path directory;

  /** Updates values and small maps of numbers, and compares each with what it has to be. */
  private static void work(KeyedStore<Long> store, long seed) {
    KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    ValueTable<Long, VoidNamespace, byte[]> values =
        store.valueTable(
            new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.BYTES));
    MapTable<Long, VoidNamespace, Long, Long> maps =
        store.mapTable(
            new TableSpec.OfMaps<>(
                "maps", VoidNamespace.serializer(), Serializers.LONG, Serializers.LONG));
    Random random = new Random(seed);
    int[] counts = new int[KEYS];
    for (int i = 0; i < OPERATIONS; i++) {
      int key = random.nextInt(KEYS);
      context.set((long) key);
      byte[] value = values.get(context, NONE);
      Long number = maps.get(context, NONE, 1L);
      if (counts[key] == 0) {
        assertThat(value).isNull();
        assertThat(number).isNull();
      } else {
        assertThat(value).isEqualTo(value(key, counts[key]));
        assertThat(number).isEqualTo(counts[key]);
      }
      if (random.nextInt(3) > 0) {
        counts[key]++;
        values.put(context, NONE, value(key, counts[key]));
        maps.put(context, NONE, 1L, (long) counts[key]);
      }
    }
  }

  private static byte[] value(int key, int count) {
    byte[] value = new byte[150];
    Bytes.putLong(value, 0, key);
    Bytes.putLong(value, 142, count);
    return value;
  }

  @Test
  void owners_workAtTheSameTime() {
    Settings settings = new Settings(2 << 20, 16 << 10, 2);
    try (FsStateBackend backend = FsStateBackend.open(directory, settings)) {
      List<CompletableFuture<Void>> owners = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        KeyGroupRange all = new KeyGroupRange(0, KEY_GROUPS - 1);
        KeyedStore<Long> store =
            backend.open(new StoreSpec<>("test", i, all, KEY_GROUPS, Serializers.LONG));
        long seed = i;
        owners.add(CompletableFuture.runAsync(() -> work(store, seed)));
      }
      owners.forEach(CompletableFuture::join);
      assertThat(backend.budget().peakBytes()).isLessThanOrEqualTo(settings.memoryBudgetBytes());
      assertThat(backend.memoryUse().usedBytes()).isEqualTo(backend.budget().usedBytes());
    }
  }
}
