// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;

/**
 * Measures checkpoints of value state while its owner goes on with read-modify-writes: how long the
 * owner's part takes, how long the whole does, and how the owner fares meanwhile.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class CheckpointProgram<K, V> {
  private final Backend backend;
  private final Entries<K, V> entries;
  private final int keyCount;
  private final Effort effort;
  private final KeyCursor<K> keys;

  CheckpointProgram(Backend backend, Entries<K, V> entries, int keyCount, Effort effort) {
    this.backend = backend;
    this.entries = entries;
    this.keyCount = keyCount;
    this.effort = effort;
    this.keys = entries.cursor(Distribution.UNIFORM.numbers(keyCount));
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject subject = OpenSubject.of(backend, keyCount)) {
      DurableState<K, V> state = subject.durable().create(entries, subject.checkpoints());
      for (int number = 0; number < keyCount; number++) {
        state.update(entries.key(number), entries.value(number));
      }
      round(state, new Figures());
      for (int round = 0; round < effort.rounds(); round++) {
        round(state, figures);
      }
    }
    return figures;
  }

  private void round(DurableState<K, V> state, Figures figures) {
    Phase<K, V> before = new Phase<>(state, entries, keys);
    before.operateFor(effort.phaseNanos());
    long start = System.nanoTime();
    Checkpoint checkpoint = state.beginCheckpoint();
    long frozen = System.nanoTime();
    Phase<K, V> during = new Phase<>(state, entries, keys);
    during.operateUntil(checkpoint::isComplete);
    long end = System.nanoTime();
    long bytes = checkpoint.await();
    Phase<K, V> after = new Phase<>(state, entries, keys);
    after.operateFor(effort.phaseNanos());
    figures.add("freeze_ms", (frozen - start) / 1e6);
    figures.add("checkpoint_ms", (end - start) / 1e6);
    figures.add("checkpoint_bytes", (double) bytes);
    figures.add("before_ops_ms", before.operationsPerMilli());
    if (during.operationCount() > 0) {
      figures.add("during_ops_ms", during.operationsPerMilli());
      figures.add("during_by_before", during.operationsPerMilli() / before.operationsPerMilli());
    }
    figures.add("after_ops_ms", after.operationsPerMilli());
    figures.add("stall_before_ms", before.stallMillis());
    figures.add("stall_before_without_gc_ms", before.stallWithoutCollectionMillis());
    figures.add("stall_during_ms", during.stallMillis());
    figures.add("stall_during_without_gc_ms", during.stallWithoutCollectionMillis());
  }
}
