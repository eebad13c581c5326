// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a coordinator: one timer, and those that write snapshots. The queue of writers
 * holds at most one snapshot per subtask, since there is one checkpoint at a time.
 */
final class CheckpointThreads {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointThreads.class);
  private static final int WRITER_COUNT_MAX = 4;

  private final ScheduledThreadPoolExecutor timer;

  /** The writers of our own, or {@code null} if the user has given an executor. */
  private final @Nullable ExecutorService ownWriters;

  private final Executor writers;

  CheckpointThreads(@Nullable Executor executor) {
    timer = new ScheduledThreadPoolExecutor(1, daemon("statebackend-checkpoint-timer"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    if (executor == null) {
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              WRITER_COUNT_MAX,
              WRITER_COUNT_MAX,
              30,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              daemon("statebackend-checkpoint-writer"));
      pool.allowCoreThreadTimeOut(true);
      ownWriters = pool;
      writers = pool;
    } else {
      ownWriters = null;
      writers = executor;
    }
  }

  private ThreadFactory daemon(String name) {
    return task -> new CheckpointThread(task, name, this);
  }

  /** A daemon thread that knows whose it is. */
  private static final class CheckpointThread extends Thread {
    private final CheckpointThreads owner;

    CheckpointThread(Runnable task, String name, CheckpointThreads owner) {
      super(task, name);
      this.owner = owner;
      setDaemon(true);
    }
  }

  /** Runs a task later; after the close, never. */
  Future<?> schedule(Runnable task, Duration delay) {
    return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  int scheduledCount() {
    return timer.getQueue().size();
  }

  void execute(Runnable task) {
    writers.execute(task);
  }

  /** Runs a task that may hang on a thread that nothing else waits for. */
  void executeApart(Runnable task) {
    daemon("statebackend-checkpoint-abort").newThread(task).start();
  }

  /**
   * Waits until running tasks have ended, for a time; tasks that wait for their time never run.
   * Does not wait if it is called by one of these tasks.
   */
  void close(long timeout, TimeUnit unit) {
    if (Thread.currentThread() instanceof CheckpointThread own && own.owner == this) {
      timer.shutdown();
      if (ownWriters != null) {
        ownWriters.shutdown();
      }
      return;
    }
    close(timer, timeout, unit);
    if (ownWriters != null) {
      close(ownWriters, timeout, unit);
    }
  }

  private static void close(ExecutorService threads, long timeout, TimeUnit unit) {
    // Not by an interrupt, which would close the files that are being written.
    threads.shutdown();
    try {
      if (!threads.awaitTermination(timeout, unit)) {
        logger.warn("a checkpoint is still being worked on {} {} after the close", timeout, unit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
