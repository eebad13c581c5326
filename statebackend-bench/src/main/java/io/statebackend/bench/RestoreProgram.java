// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;
import java.nio.file.Path;

/**
 * Measures how long it takes from a checkpoint in files to state that answers: opening the backend,
 * reading, verifying, building the tables.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class RestoreProgram<K, V> {
  private final Backend backend;
  private final Entries<K, V> entries;
  private final int keyCount;
  private final Effort effort;

  RestoreProgram(Backend backend, Entries<K, V> entries, int keyCount, Effort effort) {
    this.backend = backend;
    this.entries = entries;
    this.keyCount = keyCount;
    this.effort = effort;
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject origin = OpenSubject.of(backend, keyCount)) {
      Path directory = origin.checkpoints();
      Checkpoint checkpoint = write(origin.durable(), directory);
      figures.add("checkpoint_bytes", (double) checkpoint.await());
      origin.closeSubject();
      restore(directory, checkpoint, new Figures());
      for (int round = 0; round < effort.rounds(); round++) {
        restore(directory, checkpoint, figures);
      }
    }
    return figures;
  }

  private Checkpoint write(DurableSubject subject, Path directory) {
    DurableState<K, V> state = subject.create(entries, directory);
    for (int number = 0; number < keyCount; number++) {
      state.update(entries.key(number), entries.value(number));
    }
    Checkpoint checkpoint = state.beginCheckpoint();
    checkpoint.await();
    return checkpoint;
  }

  private void restore(Path directory, Checkpoint checkpoint, Figures figures) {
    System.gc();
    long start = System.nanoTime();
    try (OpenSubject restored = OpenSubject.of(backend, keyCount)) {
      DurableState<K, V> state = restored.durable().restore(entries, directory, checkpoint);
      figures.add("restore_ms", (System.nanoTime() - start) / 1e6);
      check(state);
    }
  }

  private void check(DurableState<K, V> state) {
    for (int number = 0; number < keyCount; number++) {
      V value = state.get(entries.key(number));
      if (value == null || entries.read(value) != entries.read(entries.value(number))) {
        throw new IllegalStateException("wrong value after restore: key number " + number);
      }
    }
  }
}
