// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.rocksdb.RocksDbStateBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Measures what options of RocksDB are worth to our backend, one variant after the other: state
 * that is much larger than its memory, of which next to nothing is in the cache on the heap, so
 * that nearly every operation is RocksDB's. Values of keys first, then as many in maps of ten.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class OptionsProgram<K, V> {
  private static final long MEMORY_BYTES = 64L << 20;
  private static final long CACHE_BYTES = 8L << 20;
  private static final int MAP_ENTRIES = 10;
  private static final int OPERATIONS = 500;

  /** There are many variants: each round takes this part of what it does elsewhere. */
  private static final int ROUND_SHARE = 3;

  private final List<RocksDbVariant> variants;
  private final Entries<K, V> entries;
  private final BinaryOperator<V> combine;
  private final int keyCount;
  private final Effort effort;
  private final int[] numbers;

  /** Depends on all that was read, and makes values that differ from those before. */
  private long sum;

  /**
   * Prepares to measure.
   *
   * @param only what the name of a variant must contain a match of; the default is measured too
   */
  OptionsProgram(Pattern only, Entries<K, V> entries, int keyCount, Effort effort) {
    this.variants =
        Arrays.stream(RocksDbVariant.values())
            .filter(v -> v == RocksDbVariant.DEFAULT || only.matcher(v.name()).find())
            .toList();
    this.entries = entries;
    this.combine = entries::combine;
    this.keyCount = keyCount;
    this.effort = effort;
    this.numbers = Distribution.UNIFORM.numbers(keyCount);
  }

  Figures run() {
    Figures figures = new Figures();
    for (RocksDbVariant variant : variants) {
      String name = variant.name().toLowerCase(Locale.ROOT);
      measureValues(variant, name, figures);
      measureMaps(variant, name, figures);
    }
    return figures;
  }

  private static Subject open(RocksDbVariant variant, Place place) {
    RocksDbStateBackend.Builder builder =
        RocksDbStateBackend.builder(place.directory())
            .memoryBudgetBytes(place.memoryBytes())
            .heapCacheBytes(CACHE_BYTES);
    return new OurSubject(variant.applyTo(builder).open());
  }

  private OpenSubject open(RocksDbVariant variant) {
    return OpenSubject.of(place -> open(variant, place), keyCount, MEMORY_BYTES);
  }

  private void measureValues(RocksDbVariant variant, String name, Figures figures) {
    try (OpenSubject subject = open(variant)) {
      ValueSubject<K, V> state = subject.subject().value(entries);
      long start = System.nanoTime();
      for (int number : numbers) {
        state.update(entries.key(number), entries.value(number));
      }
      figures.add(name + "_fill_ops_ms", keyCount * 1e6 / (System.nanoTime() - start));
      KeyCursor<K> keys = entries.cursor(numbers);
      measure(() -> get(state, keys.next()), name + "_get_ops_ms", figures);
      measure(
          () -> state.update(keys.next(), entries.value(sum++)), name + "_update_ops_ms", figures);
      measure(
          () -> state.readModifyWrite(keys.next(), entries.value(sum++), combine),
          name + "_rmw_ops_ms",
          figures);
      figures.add(name + "_disk_mib", (double) (bytesBeneath(subject.directory()) >> 20));
    }
  }

  private void get(ValueSubject<K, V> state, K key) {
    V value = state.get(key);
    if (value == null) {
      throw new IllegalStateException("a key that was stored is not there");
    }
    sum += entries.read(value);
  }

  private void measureMaps(RocksDbVariant variant, String name, Figures figures) {
    try (OpenSubject subject = open(variant)) {
      MapSubject<K, V> state = subject.states().map(entries);
      for (int number : numbers) {
        state.put(entries.key(number / MAP_ENTRIES), userKey(number), entries.value(number));
      }
      KeyCursor<Integer> next = cursor();
      measure(() -> getOfMap(state, next.next()), name + "_map_get_ops_ms", figures);
      KeyCursor<Integer> nextMap = cursor();
      measure(
          () -> state.forEach(entries.key(nextMap.next() / MAP_ENTRIES), this::add),
          name + "_map_iterate_ops_ms",
          figures);
    }
  }

  private void getOfMap(MapSubject<K, V> state, int number) {
    V value = state.get(entries.key(number / MAP_ENTRIES), userKey(number));
    if (value == null) {
      throw new IllegalStateException("an entry that was stored is not there");
    }
    sum += entries.read(value);
  }

  private void add(Long userKey, V value) {
    sum += userKey + entries.read(value);
  }

  private static long userKey(int number) {
    return number % MAP_ENTRIES;
  }

  private KeyCursor<Integer> cursor() {
    return new KeyCursor<>() {
      private int position;

      @Override
      public Integer next() {
        int current = position;
        position = current + 1 == numbers.length ? 0 : current + 1;
        return numbers[current];
      }
    };
  }

  /** Measures an operation, after a round that does not count. */
  private void measure(Runnable operation, String name, Figures figures) {
    rounds(1, operation, name, new Figures());
    rounds(effort.rounds(), operation, name, figures);
  }

  private void rounds(int count, Runnable operation, String name, Figures figures) {
    for (int round = 0; round < count; round++) {
      long operationCount = 0;
      long start = System.nanoTime();
      long nanos = 0;
      while (nanos < effort.phaseNanos() / ROUND_SHARE) {
        for (int i = 0; i < OPERATIONS; i++) {
          operation.run();
        }
        operationCount += OPERATIONS;
        nanos = System.nanoTime() - start;
      }
      figures.add(name, operationCount * 1e6 / nanos);
    }
  }

  /** Returns the bytes of the files beneath a directory, in which files come and go. */
  private static long bytesBeneath(Path directory) {
    long bytes = 0;
    try (Stream<Path> found = Files.walk(directory)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        bytes += sizeOf(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // a compaction has replaced it
    }
  }
}
