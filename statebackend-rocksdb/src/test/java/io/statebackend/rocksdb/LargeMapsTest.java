// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.DBOptions;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/**
 * Maps that do not fit into a page of the cache: what is written to the database before one is
 * iterated over is what is dirty of that map, and nothing else.
 */
final class LargeMapsTest {
  static {
    NativeLibrary.load();
  }

  private static final int ENTRIES = 1_000;

  @TempDir private Path directory;
  private final Statistics statistics = new Statistics();
  private final KeyContext<Long> key = new KeyContext<>(Serializers.LONG, 4);
  private RocksDbStateBackend backend;
  private KeyedStore<Long> store;
  private MapTable<Long, Integer, Long, Long> maps;
  private ValueTable<Long, Integer, Long> values;

  private void open(long cacheBytes) {
    Tuning counting =
        new Tuning() {
          @Override
          public void database(DBOptions options) {
            options.setStatistics(statistics);
          }
        };
    backend =
        RocksDbStateBackend.open(
            directory,
            new Settings(
                TestBackends.NATIVE_BYTES,
                cacheBytes,
                2,
                Limits.OF_ROCKSDB,
                Settings.FAMILIES_PER_STORE_MAX,
                counting));
    store = backend.open(new StoreSpec<>("large", 0, new KeyGroupRange(0, 3), 4, Serializers.LONG));
    maps =
        store.mapTable(
            new TableSpec.OfMaps<>("maps", Serializers.INT, Serializers.LONG, Serializers.LONG));
    values =
        store.valueTable(new TableSpec.OfValues<>("values", Serializers.INT, Serializers.LONG));
  }

  @AfterEach
  void close() {
    backend.close();
    statistics.close();
  }

  private KeyContext<Long> at(long newKey) {
    key.set(newKey);
    return key;
  }

  private void putAll(long map, int from, int to, long value) {
    for (long userKey = from; userKey < to; userKey++) {
      maps.put(at(map), 0, userKey, value);
    }
  }

  private Map<Long, Long> entries(long map) {
    Map<Long, Long> entries = new TreeMap<>();
    maps.iterator(at(map), 0)
        .forEachRemaining(entry -> entries.put(entry.getKey(), entry.getValue()));
    return entries;
  }

  private long writtenDuring(Runnable action) {
    long before = statistics.getTickerCount(TickerType.NUMBER_KEYS_WRITTEN);
    action.run();
    return statistics.getTickerCount(TickerType.NUMBER_KEYS_WRITTEN) - before;
  }

  /** Two large maps that are in the database, and values that are not. */
  private void fill() {
    putAll(1, 0, ENTRIES, 1);
    putAll(2, 0, ENTRIES, 1);
    entries(1);
    entries(2);
    for (long valueKey = 0; valueKey < 500; valueKey++) {
      values.put(at(valueKey), 0, valueKey);
    }
  }

  @Test
  void iterator_mapIsUnchanged_writesNothing() {
    open(8 << 20);
    fill();
    putAll(2, 0, 300, 2);

    assertThat(writtenDuring(() -> assertThat(entries(1)).hasSize(ENTRIES))).isZero();
  }

  @Test
  void iterator_mapIsChanged_writesItsChangesOnce() {
    open(8 << 20);
    fill();
    putAll(2, 0, 300, 2);
    putAll(1, 10, 30, 3);
    putAll(1, 10, 30, 4);
    maps.remove(at(1), 0, 12L);

    long written =
        writtenDuring(() -> assertThat(entries(1)).hasSize(ENTRIES - 1).containsEntry(11L, 4L));

    assertThat(written).isEqualTo(20);
    assertThat(writtenDuring(() -> entries(1))).isZero();
    assertThat(writtenDuring(() -> entries(2))).isEqualTo(300);
  }

  @Test
  void isEmpty_writesChangesOfTheMapOnly() {
    open(8 << 20);
    fill();
    putAll(2, 0, 300, 2);
    putAll(1, 0, 7, 2);

    assertThat(writtenDuring(() -> assertThat(maps.isEmpty(at(1), 0)).isFalse())).isEqualTo(7);
  }

  @Test
  void clear_writesNothingOfOtherMaps() {
    open(8 << 20);
    fill();
    putAll(2, 0, 300, 2);
    putAll(1, ENTRIES, ENTRIES + 5, 2);

    long written = writtenDuring(() -> maps.clear(at(1), 0));

    assertThat(written).as("changes, and one range").isEqualTo(6);
    assertThat(entries(1)).isEmpty();
    assertThat(entries(2)).hasSize(ENTRIES).containsEntry(299L, 2L).containsEntry(300L, 1L);
  }

  @Test
  void iterator_changesSinceAnImage() {
    open(8 << 20);
    fill();
    putAll(1, 0, 10, 2);
    FrozenStore image = store.freeze();
    try (image) {
      putAll(1, 5, 15, 3);

      assertThat(entries(1)).hasSize(ENTRIES).containsEntry(4L, 2L).containsEntry(5L, 3L);
    }
  }

  /** More changes than the cache keeps account of. */
  @Test
  void iterator_mapHasChangedAllOver() {
    open(1 << 20);
    fill();
    for (long map = 3; map < 203; map++) {
      putAll(map, 0, 150, map);
    }
    putAll(1, 0, ENTRIES, -1);

    assertThat(entries(1)).hasSize(ENTRIES).doesNotContainValue(1L);
    for (long map = 3; map < 203; map++) {
      assertThat(entries(map)).hasSize(150).doesNotContainValue(-1L);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1", "20000,2", "20000,3", "200000,4", "200000,5", "8000000,6", "8000000,7"})
  void operations_equalModel(long cacheBytes, long seed) {
    open(cacheBytes);
    Random random = new Random(seed);
    Map<Long, Map<Long, Long>> model = new TreeMap<>();
    Iterator<Map.Entry<Long, Long>> leftBehind = null;
    for (int step = 0; step < 15_000; step++) {
      long map = random.nextInt(6);
      long userKey = random.nextInt(map == 0 ? 30 : 700);
      Map<Long, Long> expected = model.computeIfAbsent(map, absent -> new TreeMap<>());
      switch (random.nextInt(100)) {
        case 0 -> assertThat(entries(map)).as("seed %d, step %d", seed, step).isEqualTo(expected);
        case 1 -> leftBehind = maps.iterator(at(map), 0);
        case 2 -> {
          FrozenStore image = store.freeze();
          image.close();
        }
        case 3 -> {
          if (random.nextInt(20) == 0) {
            maps.clear(at(map), 0);
            expected.clear();
          }
        }
        case 4 -> {
          if (leftBehind != null && leftBehind.hasNext()) {
            assertThat(leftBehind.next()).isNotNull();
          }
        }
        case 5, 6, 7, 8, 9, 10, 11, 12 -> {
          maps.remove(at(map), 0, userKey);
          expected.remove(userKey);
        }
        case 13 -> assertThat(maps.isEmpty(at(map), 0)).isEqualTo(expected.isEmpty());
        case 14, 15, 16, 17, 18, 19, 20 -> values.put(at(userKey), 0, map);
        case 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 ->
            assertThat(maps.get(at(map), 0, userKey))
                .as("seed %d, step %d", seed, step)
                .isEqualTo(expected.get(userKey));
        default -> {
          maps.put(at(map), 0, userKey, (long) step);
          expected.put(userKey, (long) step);
        }
      }
      assertThat(backend.memoryUse().parts().get(MemoryUse.Part.CACHE))
          .isLessThanOrEqualTo(cacheBytes);
    }
    model.forEach(
        (map, expected) -> assertThat(entries(map)).as("map %d", map).isEqualTo(expected));
  }
}
