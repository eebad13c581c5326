// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A timer by the system's clock, on daemon threads of its own: several, since a task may hang in a
 * listener, and the timeouts of others must come all the same.
 */
record SystemTimer(ScheduledThreadPoolExecutor executor) implements CheckpointTimer {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointTimer.class);

  /**
   * For a listener that hangs when it is told that a checkpoint was triggered, one that hangs when
   * it is told of its end, and one when it is told why there is none; and one thread to notice
   * that.
   */
  private static final int THREAD_COUNT = 4;

  /**
   * Starts the threads.
   *
   * @throws OutOfMemoryError if they cannot be started
   */
  static SystemTimer start() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            THREAD_COUNT, Daemons.named("statebackend-checkpoint-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    try {
      int unused = executor.prestartAllCoreThreads();
    } catch (Throwable e) {
      executor.shutdown();
      throw e;
    }
    return new SystemTimer(executor);
  }

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
