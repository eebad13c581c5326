// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.lang.management.ManagementFactory;

/**
 * Measures the heap that value state takes: keys and values of their own, as they come out of
 * records.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class MemoryProgram<K, V> {
  private static final int COLLECTIONS = 3;

  private final Backend backend;
  private final Entries<K, V> entries;
  private final int keyCount;

  MemoryProgram(Backend backend, Entries<K, V> entries, int keyCount) {
    this.backend = backend;
    this.entries = entries;
    this.keyCount = keyCount;
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject subject = OpenSubject.of(backend, keyCount)) {
      ValueSubject<K, V> state = subject.subject().value(entries);
      long before = usedBytes();
      for (int number = 0; number < keyCount; number++) {
        state.update(entries.key(number), entries.value(number));
      }
      long after = usedBytes();
      if (state.get(entries.key(0)) == null) {
        throw new IllegalStateException("the first key is not there");
      }
      figures.add("heap_bytes", (double) (after - before));
      figures.add("heap_bytes_per_entry", (double) (after - before) / keyCount);
    }
    return figures;
  }

  /** Collects garbage and returns the bytes of the heap that are in use. */
  static long usedBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      ManagementFactory.getMemoryMXBean().gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
