// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a coordinator measures time by, and what runs its timed tasks. Thread-safe. */
interface CheckpointTimer extends AutoCloseable {

  /** Something that was scheduled. */
  @FunctionalInterface
  interface Timed {
    /** Makes sure that it does not run, unless it runs already. Takes no time. */
    void cancel();
  }

  /** Returns the time in nanoseconds since some moment, never going back. */
  long nanoTime();

  /**
   * Runs a task once after a delay, but never after {@link #close()}. Starts no thread, so that it
   * does not fail for want of one.
   */
  Timed schedule(Runnable task, Duration delay);

  /** Returns the number of tasks that wait for their time. */
  int scheduledCount();

  /** Drops the tasks that wait. Does not wait for one that runs. */
  @Override
  void close();

  /**
   * Returns a timer by the system's clock, on a daemon thread of its own.
   *
   * @throws OutOfMemoryError if no thread can be started
   */
  static CheckpointTimer system() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, Daemons.named("statebackend-checkpoint-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.prestartAllCoreThreads();
    return new SystemTimer(executor);
  }

  /** The timer of {@link #system()}. */
  record SystemTimer(ScheduledThreadPoolExecutor executor) implements CheckpointTimer {
    private static final Logger logger = LoggerFactory.getLogger(CheckpointTimer.class);

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Timed schedule(Runnable task, Duration delay) {
      Runnable guarded =
          () -> {
            try {
              task.run();
            } catch (Throwable e) {
              logger.error("a timed task of a checkpoint coordinator failed", e);
            }
          };
      ScheduledFuture<?> future = executor.schedule(guarded, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> {
        boolean unused = future.cancel(false);
      };
    }

    @Override
    public int scheduledCount() {
      return executor.getQueue().size();
    }

    @Override
    public void close() {
      executor.shutdown();
    }
  }
}
