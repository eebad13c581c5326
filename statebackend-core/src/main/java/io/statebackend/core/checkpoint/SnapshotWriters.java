// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks that write snapshots, on threads of its own or on the user's executor.
 *
 * <p>Tasks wait in a queue of this class, so that those of an aborted checkpoint can be removed.
 * The executor only gets requests to run the next task. A request whose task was removed serves a
 * later task, so requests do not pile up in an executor whose threads hang.
 *
 * <p>Thread-safe.
 */
final class SnapshotWriters implements AutoCloseable {

  /** The number of threads if the user has given no executor. */
  static final int OWN_THREAD_COUNT = 4;

  /**
   * How many requests there may be beyond the tasks that wait. An executor that silently drops that
   * many requests stops the writing.
   */
  private static final int SPARE_REQUEST_COUNT = 64;

  private final Executor executor;

  /** The threads of our own, or {@code null} if the user has given an executor. */
  private final @Nullable ThreadPoolExecutor own;

  /** Guarded by {@code this}. */
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  /** The requests that the executor has not begun. Guarded by {@code this}. */
  private int requestCount;

  SnapshotWriters(@Nullable Executor executor) {
    if (executor == null) {
      own =
          new ThreadPoolExecutor(
              OWN_THREAD_COUNT,
              OWN_THREAD_COUNT,
              30,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Daemons.named("statebackend-checkpoint-writer"));
      own.allowCoreThreadTimeOut(true);
      this.executor = own;
    } else {
      own = null;
      this.executor = executor;
    }
  }

  /**
   * Runs a task as soon as a thread is free, at once if the executor runs it in the calling thread.
   *
   * @param task what to run; it throws nothing
   * @throws RuntimeException what the executor throws, and the task will not run
   * @throws Error as well, such as an {@link OutOfMemoryError} if no thread can be started
   */
  void execute(Runnable task) {
    synchronized (this) {
      tasks.add(task);
      if (requestCount >= tasks.size() + SPARE_REQUEST_COUNT) {
        return;
      }
      requestCount++;
    }
    try {
      executor.execute(this::runNext);
    } catch (Throwable e) {
      boolean isWaiting;
      synchronized (this) {
        requestCount--;
        isWaiting = tasks.remove(task);
      }
      if (isWaiting) {
        throw e;
      }
    }
  }

  private void runNext() {
    Runnable task;
    synchronized (this) {
      requestCount = Math.max(0, requestCount - 1);
      task = tasks.poll();
    }
    if (task != null) {
      task.run();
    }
  }

  /** Takes out a task that waits; it will not run. Does nothing if it runs or has run. */
  synchronized void remove(Runnable task) {
    boolean unused = tasks.remove(task);
  }

  /** Ends the threads of our own when they are idle. Does not wait. */
  @Override
  public void close() {
    if (own != null) {
      // Not by an interrupt, which would close the files that are being written.
      own.shutdown();
    }
  }
}
