// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Measures checkpoints of value state while its owner goes on with read-modify-writes: how long the
 * owner's part takes, how long the whole does, and how the owner fares meanwhile.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class CheckpointProgram<K, V> {
  /** A stall is measured over this many operations. */
  private static final int OPERATIONS = 500;

  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();
  private final Backend backend;
  private final Entries<K, V> entries;
  private final BinaryOperator<V> combine;
  private final int keyCount;
  private final Effort effort;
  private final KeyCursor<K> keys;
  private long recordCount;

  CheckpointProgram(Backend backend, Entries<K, V> entries, int keyCount, Effort effort) {
    this.backend = backend;
    this.entries = entries;
    this.combine = entries::combine;
    this.keyCount = keyCount;
    this.effort = effort;
    this.keys = entries.cursor(Distribution.UNIFORM.numbers(keyCount));
  }

  /** What the owner did in some time. */
  private static final class Phase {
    long operationCount;
    long nanos;
    long stallNanos;
    long stallWithoutCollectionNanos;

    double operationsPerMilli() {
      return operationCount * 1e6 / nanos;
    }
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
    Phase before = new Phase();
    while (before.nanos < effort.phaseNanos()) {
      operate(state, before);
    }
    long start = System.nanoTime();
    Checkpoint checkpoint = state.beginCheckpoint();
    long frozen = System.nanoTime();
    Phase during = new Phase();
    while (!checkpoint.isComplete()) {
      operate(state, during);
    }
    long end = System.nanoTime();
    long bytes = checkpoint.await();
    Phase after = new Phase();
    while (after.nanos < effort.phaseNanos()) {
      operate(state, after);
    }
    figures.add("freeze_ms", (frozen - start) / 1e6);
    figures.add("checkpoint_ms", (end - start) / 1e6);
    figures.add("checkpoint_bytes", (double) bytes);
    figures.add("before_ops_ms", before.operationsPerMilli());
    if (during.operationCount > 0) {
      figures.add("during_ops_ms", during.operationsPerMilli());
      figures.add("during_by_before", during.operationsPerMilli() / before.operationsPerMilli());
    }
    figures.add("after_ops_ms", after.operationsPerMilli());
    figures.add("stall_before_ms", before.stallNanos / 1e6);
    figures.add("stall_before_without_gc_ms", before.stallWithoutCollectionNanos / 1e6);
    figures.add("stall_during_ms", during.stallNanos / 1e6);
    figures.add("stall_during_without_gc_ms", during.stallWithoutCollectionNanos / 1e6);
  }

  private void operate(DurableState<K, V> state, Phase phase) {
    long collections = collectionCount();
    long start = System.nanoTime();
    for (int i = 0; i < OPERATIONS; i++) {
      state.readModifyWrite(keys.next(), entries.value(recordCount++), combine);
    }
    long nanos = System.nanoTime() - start;
    phase.operationCount += OPERATIONS;
    phase.nanos += nanos;
    phase.stallNanos = Math.max(phase.stallNanos, nanos);
    if (collectionCount() == collections) {
      phase.stallWithoutCollectionNanos = Math.max(phase.stallWithoutCollectionNanos, nanos);
    }
  }

  private long collectionCount() {
    long count = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      count += collector.getCollectionCount();
    }
    return count;
  }
}
