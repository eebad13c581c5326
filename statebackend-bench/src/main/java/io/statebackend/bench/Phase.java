// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.BooleanSupplier;

/**
 * What the owner of some value state does in some time, and how it fares: read-modify-writes.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class Phase<K, V> {
  /** A stall is measured over this many operations. */
  static final int OPERATIONS = 500;

  private static final List<GarbageCollectorMXBean> COLLECTORS =
      ManagementFactory.getGarbageCollectorMXBeans();

  private final ValueSubject<K, V> state;
  private final Entries<K, V> entries;
  private final KeyCursor<K> keys;
  private final BinaryOperator<V> combine;
  private long operationCount;
  private long nanos;
  private long stallNanos;
  private long stallWithoutCollectionNanos;

  Phase(ValueSubject<K, V> state, Entries<K, V> entries, KeyCursor<K> keys) {
    this.state = state;
    this.entries = entries;
    this.keys = keys;
    this.combine = entries::combine;
  }

  void operateFor(long phaseNanos) {
    operateUntil(() -> nanos >= phaseNanos);
  }

  void operateUntil(BooleanSupplier isEnough) {
    while (!isEnough.getAsBoolean()) {
      operate();
    }
  }

  private void operate() {
    long collections = collectionCount();
    long start = System.nanoTime();
    for (int i = 0; i < OPERATIONS; i++) {
      state.readModifyWrite(keys.next(), entries.value(operationCount + i), combine);
    }
    long taken = System.nanoTime() - start;
    operationCount += OPERATIONS;
    nanos += taken;
    stallNanos = Math.max(stallNanos, taken);
    if (collectionCount() == collections) {
      stallWithoutCollectionNanos = Math.max(stallWithoutCollectionNanos, taken);
    }
  }

  private static long collectionCount() {
    long count = 0;
    for (GarbageCollectorMXBean collector : COLLECTORS) {
      count += collector.getCollectionCount();
    }
    return count;
  }

  long operationCount() {
    return operationCount;
  }

  double operationsPerMilli() {
    return operationCount * 1e6 / nanos;
  }

  double stallMillis() {
    return stallNanos / 1e6;
  }

  double stallWithoutCollectionMillis() {
    return stallWithoutCollectionNanos / 1e6;
  }
}
