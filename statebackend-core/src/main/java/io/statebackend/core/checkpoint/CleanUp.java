// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.catalog.Deletions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the files that an aborted checkpoint was writing, and deletes files that are no longer
 * needed.
 *
 * <p>Both may hang with the storage. So each has a thread of its own that nothing else waits for,
 * unless the user has set an executor. The threads are started at once, because an abort may need
 * them when no new thread can be created.
 *
 * <p>Thread-safe.
 */
final class CleanUp implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CleanUp.class);

  private final Deletions deletions;
  private final Activities activities;
  private final Executor closer;
  private final Executor cleaner;

  /** The threads of our own, none if the user has given an executor. */
  private final List<ThreadPoolExecutor> own;

  /** Completed by the next pass of deletions, which has not begun yet. Guarded by {@code this}. */
  private CompletableFuture<Void> nextPass = new CompletableFuture<>();

  /** Guarded by {@code this}. */
  private boolean isPassQueued;

  /**
   * Starts the threads.
   *
   * @throws OutOfMemoryError if that is not possible
   */
  CleanUp(CheckpointStorage storage, Activities activities, @Nullable Executor executor) {
    this.deletions = new Deletions(storage);
    this.activities = activities;
    if (executor != null) {
      own = List.of();
      closer = executor;
      cleaner = executor;
      return;
    }
    ThreadPoolExecutor ownCloser = daemon("statebackend-checkpoint-closer");
    ThreadPoolExecutor ownCleaner = daemon("statebackend-checkpoint-cleaner");
    own = List.of(ownCloser, ownCleaner);
    closer = ownCloser;
    cleaner = ownCleaner;
    try {
      own.forEach(ThreadPoolExecutor::prestartAllCoreThreads);
    } catch (Throwable e) {
      own.forEach(ThreadPoolExecutor::shutdown);
      throw e;
    }
  }

  private static ThreadPoolExecutor daemon(String name) {
    return new ThreadPoolExecutor(
        1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Daemons.named(name));
  }

  /** Closes files, so that the threads that write them stop. */
  void giveUp(List<StorageOutput> outputs, String owner) {
    if (outputs.isEmpty()) {
      return;
    }
    Activities.Activity activity = activities.begin(() -> "closing files of " + owner);
    execute(
        closer,
        () -> {
          try {
            outputs.forEach(output -> close(output, owner));
          } finally {
            activity.end();
          }
        },
        activity);
  }

  /** Has something done that ends an activity; ends it at once if that is not possible. */
  private static void execute(Executor executor, Runnable work, Activities.Activity activity) {
    try {
      executor.execute(work);
    } catch (Throwable e) {
      activity.end();
      throw e;
    }
  }

  private static void close(StorageOutput output, String owner) {
    try {
      output.close();
    } catch (Throwable e) {
      logger.warn("a file of {} cannot be closed", owner, e);
    }
  }

  /**
   * Deletes soon.
   *
   * @param what adds what to delete
   * @param then called when it was tried, deleted or not
   */
  void delete(Consumer<Deletions> what, Runnable then) {
    what.accept(deletions);
    var unused =
        nextPass()
            .whenComplete(
                (result, failure) -> {
                  try {
                    then.run();
                  } catch (Throwable e) {
                    logger.warn("what follows a deletion failed", e);
                  }
                });
  }

  private CompletableFuture<Void> nextPass() {
    CompletableFuture<Void> pass;
    synchronized (this) {
      pass = nextPass;
      if (isPassQueued) {
        return pass;
      }
      isPassQueued = true;
    }
    Activities.Activity activity = activities.begin(() -> "deleting what is not needed any more");
    try {
      execute(
          cleaner,
          () -> {
            try {
              beginPass();
              activities.run(deletions::run);
            } finally {
              pass.complete(null);
              activity.end();
            }
          },
          activity);
    } catch (Throwable e) {
      beginPass();
      pass.complete(null);
      logger.warn(
          "nothing can be deleted now, and what is left is tried with the next deletion", e);
    }
    return pass;
  }

  private synchronized void beginPass() {
    isPassQueued = false;
    nextPass = new CompletableFuture<>();
  }

  /**
   * Makes sure that nothing is left of an earlier checkpoint in a directory.
   *
   * @return {@code false} if something could not be deleted, or the time is over before
   */
  boolean awaitDeleted(String directory, Duration timeout) {
    if (!deletions.isPending(directory)) {
      return true;
    }
    return awaitPass(timeout) && !deletions.isPending(directory);
  }

  /** Waits for one pass of deletions; {@code false} if the time is over before. */
  boolean awaitPass(Duration timeout) {
    try {
      nextPass().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a pass of deletions never fails", e);
    }
  }

  /** Ends the threads when they have done their tasks. Does not wait. */
  @Override
  public void close() {
    own.forEach(ThreadPoolExecutor::shutdown);
  }
}
