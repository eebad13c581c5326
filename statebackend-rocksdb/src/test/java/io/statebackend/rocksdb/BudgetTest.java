// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.DBOptions;
import org.rocksdb.RateLimiter;

/**
 * Twenty stores with much more state than memory: no operation fails because the memory is used up,
 * what is charged stays within the limit, and the resident memory of the process, which has a JVM
 * of its own, within heap and budget and a constant.
 */
@Timeout(900)
@EnabledOnOs(OS.LINUX)
final class BudgetTest {
  private static final int STORES = 20;
  private static final int HEAP_MIB = 96;

  /** The JVM itself, RocksDB's code, and what RocksDB does not charge. */
  private static final int CONSTANT_MIB = 160;

  private static final long SLOW_DISK_BYTES_PER_SECOND = 4 << 20;

  private static final String RESIDENT = "VmHWM:";

  @TempDir private Path directory;

  @Test
  void residentMemory_20Stores() throws IOException, InterruptedException {
    assertBounded(48, 100_000);
  }

  @Test
  void residentMemory_20Stores_smallestBudget() throws IOException, InterruptedException {
    assertBounded(8, 40_000);
  }

  @Test
  @Tag("slow")
  void residentMemory_20Stores_long() throws IOException, InterruptedException {
    assertBounded(256, 10_000_000);
  }

  /** The disk takes less than is written, and each store has little of what waits for it. */
  @Test
  void residentMemory_20Stores_slowDisk() throws IOException, InterruptedException {
    assertBounded(48, 100_000, SLOW_DISK_BYTES_PER_SECOND);
  }

  private void assertBounded(int budgetMib, int steps) throws IOException, InterruptedException {
    assertBounded(budgetMib, steps, Long.MAX_VALUE);
  }

  private void assertBounded(int budgetMib, int steps, long bytesPerSecond)
      throws IOException, InterruptedException {
    String output =
        OtherJvm.run(
            OtherJvm.command(
                Program.class,
                List.of("-Xmx" + HEAP_MIB + "m"),
                directory,
                budgetMib,
                steps,
                bytesPerSecond));
    String resident =
        output.lines().filter(line -> line.startsWith(RESIDENT)).findFirst().orElseThrow();
    long residentMib = Long.parseLong(resident.replaceAll("[^0-9]", "")) >> 10;
    assertThat(residentMib)
        .as("resident MiB")
        .isLessThanOrEqualTo(HEAP_MIB + budgetMib + CONSTANT_MIB);
  }

  /** What runs in the other JVM. */
  static final class Program {
    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      long budgetBytes = Long.parseLong(arguments[1]) << 20;
      int steps = Integer.parseInt(arguments[2]);
      NativeLibrary.load();
      try (RateLimiter disk = new RateLimiter(Long.parseLong(arguments[3]));
          RocksDbStateBackend backend =
              RocksDbStateBackend.builder(directory)
                  .memoryBudgetBytes(budgetBytes)
                  .heapCacheBytes(Math.min(budgetBytes / 2, 16 << 20))
                  .tuning(
                      new Tuning() {
                        @Override
                        public void database(DBOptions options) {
                          options.setRateLimiter(disk);
                        }
                      })
                  .open()) {
        List<Store> stores = new ArrayList<>();
        for (int subtask = 0; subtask < STORES; subtask++) {
          stores.add(new Store(backend, subtask));
        }
        Random random = new Random(7);
        for (int step = 0; step < steps; step++) {
          stores.get(step % STORES).step(random, steps / STORES);
          if (step % 1_000 == 0) {
            check(backend.memoryUse());
          }
          if (step % (steps / 5) == steps / 6) {
            stores.get(step % STORES).readImage();
          }
        }
      }
      try (var status = Files.lines(Path.of("/proc/self/status"))) {
        status.filter(line -> line.startsWith(RESIDENT)).forEach(System.out::println);
      }
    }

    private static void check(MemoryUse use) {
      if (use.usedBytes() > use.limitBytes()) {
        throw new IllegalStateException("beyond the budget: " + use);
      }
    }
  }

  private static final class Store {
    private static final int KEY_GROUPS = 4;

    private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    private final KeyedStore<Long> store;
    private final ValueTable<Long, Integer, byte[]> values;
    private final ListTable<Long, Integer, byte[]> lists;
    private final MapTable<Long, Integer, Long, byte[]> maps;
    private final byte[] value = new byte[200];

    Store(RocksDbStateBackend backend, int subtask) {
      store =
          backend.open(
              new StoreSpec<>(
                  "budget",
                  subtask,
                  new KeyGroupRange(0, KEY_GROUPS - 1),
                  KEY_GROUPS,
                  Serializers.LONG));
      values =
          store.valueTable(new TableSpec.OfValues<>("values", Serializers.INT, Serializers.BYTES));
      lists = store.listTable(new TableSpec.OfLists<>("lists", Serializers.INT, Serializers.BYTES));
      maps =
          store.mapTable(
              new TableSpec.OfMaps<>("maps", Serializers.INT, Serializers.LONG, Serializers.BYTES));
    }

    void step(Random random, int keys) {
      random.nextBytes(value);
      context.set((long) random.nextInt(keys));
      values.put(context, 0, value);
      maps.put(context, 0, (long) random.nextInt(20), value);
      if (random.nextInt(4) == 0) {
        lists.add(context, 0, value);
      }
      context.set((long) random.nextInt(keys));
      values.get(context, 0);
      maps.get(context, 0, 3L);
      if (random.nextInt(20) == 0) {
        lists.iterator(context, 0).forEachRemaining(element -> {});
        maps.iterator(context, 0).forEachRemaining(entry -> {});
      }
    }

    void readImage() {
      try (FrozenStore image = store.freeze()) {
        for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
          try (EntryCursor cursor = image.entries("maps", keyGroup)) {
            while (cursor.next()) {
              // Reading everything takes blocks and buffers.
            }
          }
        }
      }
    }
  }
}
