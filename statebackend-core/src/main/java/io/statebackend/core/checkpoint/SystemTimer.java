// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A timer by the system's clock, on a daemon thread of its own. */
record SystemTimer(ScheduledThreadPoolExecutor executor) implements CheckpointTimer {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointTimer.class);

  /**
   * Starts the thread.
   *
   * @throws OutOfMemoryError if no thread can be started
   */
  static SystemTimer start() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, Daemons.named("statebackend-checkpoint-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.prestartAllCoreThreads();
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
