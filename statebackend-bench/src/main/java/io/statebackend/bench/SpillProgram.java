// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.Locale;
import java.util.function.BinaryOperator;

/**
 * Measures value state that is larger than the memory of its backend: how many reads and
 * read-modify-writes per millisecond there are once the state is filled. With 16 million values of
 * 128 bytes, the state is about four times as large as the memory.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class SpillProgram<K, V> {
  /** What Flink's has: the managed memory of a task manager by default. */
  private static final long MEMORY_BYTES = 512L << 20;

  private static final int OPERATIONS = 500;

  private final Backend backend;
  private final Entries<K, V> entries;
  private final BinaryOperator<V> combine;
  private final int keyCount;
  private final Effort effort;

  /** Depends on all that was read, and makes values that differ from those before. */
  private long sum;

  SpillProgram(Backend backend, Entries<K, V> entries, int keyCount, Effort effort) {
    this.backend = backend;
    this.entries = entries;
    this.combine = entries::combine;
    this.keyCount = keyCount;
    this.effort = effort;
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject subject = OpenSubject.of(backend, keyCount, MEMORY_BYTES)) {
      ValueSubject<K, V> state = subject.subject().value(entries);
      long start = System.nanoTime();
      for (int number = 0; number < keyCount; number++) {
        state.update(entries.key(number), entries.value(number));
      }
      figures.add("fill_ops_ms", keyCount * 1e6 / (System.nanoTime() - start));
      for (Distribution distribution : Distribution.values()) {
        String name = distribution.name().toLowerCase(Locale.ROOT);
        KeyCursor<K> keys = entries.cursor(distribution.numbers(keyCount));
        // What is hot comes to memory first.
        measure(keys, key -> readModifyWrite(state, key), "", new Figures());
        measure(keys, key -> get(state, key), name + "_get_ops_ms", figures);
        measure(keys, key -> readModifyWrite(state, key), name + "_rmw_ops_ms", figures);
      }
    }
    return figures;
  }

  private void get(ValueSubject<K, V> state, K key) {
    V value = state.get(key);
    if (value == null) {
      throw new IllegalStateException("a key that was stored is not there");
    }
    sum += entries.read(value);
  }

  private void readModifyWrite(ValueSubject<K, V> state, K key) {
    state.readModifyWrite(key, entries.value(sum++), combine);
  }

  private interface Operation<K> {
    void on(K key);
  }

  private void measure(KeyCursor<K> keys, Operation<K> operation, String name, Figures figures) {
    for (int round = 0; round < effort.rounds(); round++) {
      long count = 0;
      long start = System.nanoTime();
      long nanos = 0;
      while (nanos < effort.phaseNanos()) {
        for (int i = 0; i < OPERATIONS; i++) {
          operation.on(keys.next());
        }
        count += OPERATIONS;
        nanos = System.nanoTime() - start;
      }
      figures.add(name, count * 1e6 / nanos);
    }
  }
}
