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
 * <p>Tasks wait in a queue of ours, so that those of an aborted checkpoint can be taken out again.
 * The executor is only given requests to run whatever tasks wait. A request whose task was taken
 * out serves later ones, so requests do not pile up in an executor whose threads hang. One that
 * silently drops what it is given is asked again for the first task that waits, however much it has
 * dropped: so an executor that does nothing is asked once for each checkpoint in the end.
 *
 * <p>Thread-safe.
 */
final class SnapshotWriters implements AutoCloseable {

  /** The number of threads if the user has given no executor. */
  static final int OWN_THREAD_COUNT = 4;

  /**
   * How many requests there may be beyond the tasks that wait, before only the first task that
   * waits leads to another one.
   */
  private static final int SPARE_REQUEST_COUNT = 64;

  private final Executor executor;

  /** The threads of our own, or {@code null} if the user has given an executor. */
  private final @Nullable ThreadPoolExecutor own;

  /** Guarded by {@code this}. */
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  /** The requests since the executor has last begun one. Guarded by {@code this}. */
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
      if (tasks.size() > 1 && requestCount >= tasks.size() + SPARE_REQUEST_COUNT) {
        return; // The request for the first task runs this one as well.
      }
      requestCount++;
    }
    try {
      executor.execute(this::runWaiting);
    } catch (Throwable e) {
      boolean isWaiting;
      synchronized (this) {
        requestCount = Math.max(0, requestCount - 1);
        isWaiting = tasks.remove(task);
      }
      if (isWaiting) {
        throw e;
      }
    }
  }

  /**
   * Runs all tasks that wait, since the requests for some of them may have been dropped. An
   * interrupt costs the task that it hits, and not those that the same thread runs after it.
   */
  private void runWaiting() {
    boolean wasInterrupted = false;
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
      wasInterrupted |= Thread.interrupted();
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt(); // For the executor.
    }
  }

  private synchronized @Nullable Runnable next() {
    requestCount = 0; // It works, and if it drops the requests that it still has, we ask again.
    return tasks.poll();
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
