// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.core.checkpoint.CheckpointTimer;
import java.time.Duration;
import java.util.function.Supplier;

/** A timer that throws at one of its calls. Thread-safe. */
final class ThrowingTimer implements CheckpointTimer {
  private static final int NEVER = -1;

  private final CheckpointTimer timer = new ManualTimer();
  private final Supplier<Throwable> thrown;

  /** How many calls are answered before one throws. Guarded by {@code this}. */
  private int answerCount = NEVER;

  ThrowingTimer(Supplier<Throwable> thrown) {
    this.thrown = thrown;
  }

  /** Lets one call throw, after others that are answered. */
  synchronized void throwAfter(int answers) {
    answerCount = answers;
  }

  /** Tells whether it has thrown since it was told to; from now on it does not. */
  synchronized boolean hasThrown() {
    boolean hasThrown = answerCount == NEVER;
    answerCount = NEVER;
    return hasThrown;
  }

  private void answer() {
    synchronized (this) {
      if (answerCount == NEVER || answerCount-- > 0) {
        return;
      }
    }
    TroubledStorage.throwIt(thrown.get());
  }

  @Override
  public long nanoTime() {
    answer();
    return timer.nanoTime();
  }

  @Override
  public Timed schedule(Runnable task, Duration delay) {
    answer();
    return timer.schedule(task, delay);
  }

  @Override
  public int scheduledCount() {
    return timer.scheduledCount();
  }

  @Override
  public void close() {
    timer.close();
  }
}
