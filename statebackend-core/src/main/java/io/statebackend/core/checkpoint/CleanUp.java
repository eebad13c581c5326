// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.catalog.Deletions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the files that an aborted checkpoint was writing, and deletes what nobody needs any more.
 *
 * <p>Both may hang with the storage, so each has a thread of its own that nothing else waits for.
 * The threads are started at once: an abort needs them just when no thread may be to be had.
 *
 * <p>Thread-safe.
 */
final class CleanUp implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CleanUp.class);

  private final Deletions deletions;
  private final Activities activities;
  private final ThreadPoolExecutor closer = daemon("statebackend-checkpoint-closer");
  private final ThreadPoolExecutor cleaner = daemon("statebackend-checkpoint-cleaner");

  /** Completed by the next pass of deletions, which has not begun yet. Guarded by {@code this}. */
  private CompletableFuture<Void> nextPass = new CompletableFuture<>();

  /** Guarded by {@code this}. */
  private boolean isPassQueued;

  /**
   * Starts the threads.
   *
   * @throws OutOfMemoryError if that is not possible
   */
  CleanUp(CheckpointStorage storage, Activities activities) {
    this.deletions = new Deletions(storage);
    this.activities = activities;
    try {
      closer.prestartAllCoreThreads();
      cleaner.prestartAllCoreThreads();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static ThreadPoolExecutor daemon(String name) {
    return new ThreadPoolExecutor(
        1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Daemons.named(name));
  }

  /** Gives up files, so that the threads that write them give up. */
  void giveUp(List<StorageOutput> outputs, String owner) {
    if (outputs.isEmpty()) {
      return;
    }
    Activities.Activity activity = activities.begin(() -> "closing files of " + owner);
    closer.execute(
        () -> {
          try {
            outputs.forEach(output -> close(output, owner));
          } finally {
            activity.end();
          }
        });
  }

  private static void close(StorageOutput output, String owner) {
    try {
      output.close();
    } catch (RuntimeException | Error e) {
      logger.warn("a file of {} cannot be given up", owner, e);
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
                  } catch (RuntimeException | Error e) {
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
    cleaner.execute(
        () -> {
          try {
            synchronized (this) {
              isPassQueued = false;
              nextPass = new CompletableFuture<>();
            }
            activities.run(deletions::run);
          } finally {
            pass.complete(null);
            activity.end();
          }
        });
    return pass;
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

  /** Ends the threads when they have done what they were given. Does not wait. */
  @Override
  public void close() {
    new ArrayList<>(List.of(closer, cleaner)).forEach(ThreadPoolExecutor::shutdown);
  }
}
