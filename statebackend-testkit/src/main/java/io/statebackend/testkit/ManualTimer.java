// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.core.checkpoint.CheckpointTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A timer whose time stands still until a test moves it, so that timeouts and intervals pass
 * without waiting.
 *
 * <pre>{@code
 * ManualTimer timer = new ManualTimer();
 * CheckpointCoordinator.builder(storage).interval(Duration.ofMinutes(1)).timer(timer).open();
 * ...
 * timer.advance(Duration.ofMinutes(1)); // triggers the first checkpoint
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class ManualTimer implements CheckpointTimer {
  private long nanos;
  private long scheduledSoFar;
  private final List<Task> tasks = new ArrayList<>();
  private boolean isClosed;

  private record Task(long dueNanos, long number, Runnable work) {}

  /** Creates a timer that begins at zero. */
  public ManualTimer() {}

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Timed schedule(Runnable task, Duration delay) {
    Task scheduled = new Task(nanos + Math.max(0, delay.toNanos()), scheduledSoFar++, task);
    if (!isClosed) {
      tasks.add(scheduled);
    }
    return () -> cancel(scheduled);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  @Override
  public synchronized int scheduledCount() {
    return tasks.size();
  }

  /**
   * Moves the time, and runs what is due on the way in its order, in the calling thread. What those
   * tasks throw comes out of here.
   *
   * @param duration how far, zero or more
   */
  public void advance(Duration duration) {
    long end;
    synchronized (this) {
      end = nanos + duration.toNanos();
    }
    for (Task due = next(end); due != null; due = next(end)) {
      due.work.run();
    }
    synchronized (this) {
      nanos = Math.max(nanos, end);
    }
  }

  /** Takes the next task that is due until a moment, at which it is then. */
  private synchronized @Nullable Task next(long end) {
    Task first =
        tasks.stream()
            .filter(task -> task.dueNanos <= end)
            .min(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::number))
            .orElse(null);
    if (first != null) {
      tasks.remove(first);
      nanos = Math.max(nanos, first.dueNanos);
    }
    return first;
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    tasks.clear();
  }
}
