// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.core.checkpoint.CheckpointTimer.Timed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when periodic checkpoints are triggered: an interval after the last trigger, but not
 * before a pause after the last end. At most one trigger waits for its time. Thread-safe.
 */
final class CheckpointSchedule {
  private final CheckpointTimer timer;
  private final Duration interval;
  private final Duration minPause;
  private final Runnable trigger;

  /** Guarded by {@code this}. */
  private boolean isRunning;

  /** When a checkpoint was triggered last. Guarded by {@code this}. */
  private long lastTriggerNanos;

  /** Guarded by {@code this}. */
  private @Nullable Timed next;

  /**
   * Creates a schedule that is not started.
   *
   * @param trigger what is called when the time has come
   */
  CheckpointSchedule(
      CheckpointTimer timer, Duration interval, Duration minPause, Runnable trigger) {
    this.timer = timer;
    this.interval = interval;
    this.minPause = minPause;
    this.trigger = trigger;
  }

  /** Starts it: the first trigger comes after an interval. Starting it twice does nothing. */
  synchronized void start() {
    if (!isRunning) {
      isRunning = true;
      scheduleAfter(interval);
    }
  }

  /** Notes that a checkpoint was triggered, by hand or not. */
  synchronized void triggered() {
    lastTriggerNanos = timer.nanoTime();
  }

  /** Schedules the next trigger after a checkpoint has ended. */
  synchronized void ended() {
    if (isRunning) {
      Duration sinceTrigger = Duration.ofNanos(timer.nanoTime() - lastTriggerNanos);
      Duration untilInterval = interval.minus(sinceTrigger);
      scheduleAfter(untilInterval.compareTo(minPause) > 0 ? untilInterval : minPause);
    }
  }

  /** Schedules the next trigger after one that could not begin a checkpoint. */
  synchronized void skipped() {
    if (isRunning) {
      scheduleAfter(interval);
    }
  }

  private void scheduleAfter(Duration delay) {
    cancelNext();
    next = timer.schedule(trigger, delay);
  }

  private void cancelNext() {
    Timed waiting = next;
    next = null;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  /** Ends it: nothing is triggered any more. */
  synchronized void stop() {
    isRunning = false;
    cancelNext();
  }
}
