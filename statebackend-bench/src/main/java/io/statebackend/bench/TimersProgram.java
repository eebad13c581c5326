// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.SplittableRandom;

/**
 * Measures timers, one per key and spread at random over an hour: how long it takes to register
 * one, to register it again, to delete one of two, and to fire the others; and the heap that one
 * takes, in backends without files.
 */
final class TimersProgram {
  private static final long HOUR_MILLIS = 3_600_000;

  private final Backend backend;
  private final int timerCount;
  private final Effort effort;

  TimersProgram(Backend backend, int timerCount, Effort effort) {
    this.backend = backend;
    this.timerCount = timerCount;
    this.effort = effort;
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject subject = OpenSubject.of(backend, timerCount)) {
      TimersSubject timers = subject.timed().timers();
      round(timers, 0, new Figures());
      for (int round = 1; round <= effort.rounds(); round++) {
        round(timers, round, figures);
      }
    }
    return figures;
  }

  private void round(TimersSubject timers, int round, Figures figures) {
    long[] timestamps =
        new SplittableRandom(round)
            .longs(timerCount, round * HOUR_MILLIS, (round + 1) * HOUR_MILLIS)
            .toArray();
    long before = backend.hasFiles() ? 0 : MemoryProgram.usedBytes();
    add(figures, "register_ns", timerCount, () -> register(timers, timestamps));
    if (!backend.hasFiles()) {
      figures.add(
          "heap_bytes_per_timer", (double) (MemoryProgram.usedBytes() - before) / timerCount);
    }
    add(figures, "register_again_ns", timerCount, () -> register(timers, timestamps));
    add(figures, "delete_ns", timerCount / 2, () -> delete(timers, timestamps));
    add(figures, "fire_ns", timerCount - timerCount / 2, () -> fire(timers, round));
  }

  private static void add(Figures figures, String name, int operations, Runnable work) {
    long start = System.nanoTime();
    work.run();
    figures.add(name, (double) (System.nanoTime() - start) / operations);
  }

  private static void register(TimersSubject timers, long[] timestamps) {
    for (int key = 0; key < timestamps.length; key++) {
      timers.register(key, timestamps[key]);
    }
  }

  private void delete(TimersSubject timers, long[] timestamps) {
    for (int key = 0; key < timerCount / 2; key++) {
      timers.delete(key, timestamps[key]);
    }
  }

  private void fire(TimersSubject timers, int round) {
    long sum = 0;
    for (long upTo = round * HOUR_MILLIS; upTo <= (round + 1) * HOUR_MILLIS; upTo += 1_000) {
      sum += timers.fire(upTo);
    }
    long expected = 0;
    for (int key = timerCount / 2; key < timerCount; key++) {
      expected += key;
    }
    if (sum != expected) {
      throw new IllegalStateException(
          "wrong timers fired: sum of keys=%d, expected=%d".formatted(sum, expected));
    }
  }
}
