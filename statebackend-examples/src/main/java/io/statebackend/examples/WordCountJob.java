// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A small stream job, wired by hand: one source, several workers, and the checkpoints of both.
 *
 * <p>Each runs on a thread of its own. When one fails the others are interrupted and the job fails
 * with the cause.
 */
final class WordCountJob {
  private static final String SOURCE = "source";
  private static final String WORD_COUNT = "word-count";
  private static final long STOP_TIMEOUT_SECONDS = 30;

  private final JobSettings settings;
  private final StateBackend backend;
  private final JobProgress progress;

  WordCountJob(JobSettings settings, StateBackend backend, JobProgress progress) {
    this.settings = settings;
    this.backend = backend;
    this.progress = progress;
  }

  /**
   * Counts to the end of the input.
   *
   * @param checkpoints takes checkpoints periodically; it has restored one, or none
   * @return the counts of all words, those before a restart included
   * @throws InterruptedException if interrupted; the job is stopped then
   */
  Map<String, Long> run(CheckpointCoordinator checkpoints) throws InterruptedException {
    List<Subtask> workers = new ArrayList<>();
    try (Subtask source = checkpoints.subtask(SOURCE).source().maxParallelism(1).open()) {
      for (int index = 0; index < settings.parallelism(); index++) {
        workers.add(openWorker(checkpoints, index));
      }
      checkpoints.start();
      return run(checkpoints, source, workers);
    } finally {
      Closing.all(workers, Subtask::close);
    }
  }

  private Subtask openWorker(CheckpointCoordinator checkpoints, int index) {
    Subtask.Builder builder =
        checkpoints.subtask(WORD_COUNT).index(index).parallelism(settings.parallelism());
    if (settings.maxParallelism() > 0) {
      builder.maxParallelism(settings.maxParallelism());
    }
    return builder.open();
  }

  private Map<String, Long> run(
      CheckpointCoordinator checkpoints, Subtask source, List<Subtask> workers)
      throws InterruptedException {
    Exchange exchange = new Exchange(workers.get(0).maxParallelism(), workers.size());
    SourceTask reading = new SourceTask(checkpoints, source, exchange, progress);
    ExecutorService threads = Executors.newFixedThreadPool(workers.size() + 1, daemonThreads());
    try {
      var tasks = new ExecutorCompletionService<Map<String, Long>>(threads);
      tasks.submit(() -> reading.run(settings));
      for (int index = 0; index < workers.size(); index++) {
        int worker = index;
        tasks.submit(
            () ->
                new CountTask(workers.get(worker), backend, settings, progress)
                    .run(exchange, worker));
      }
      Map<String, Long> counts = new HashMap<>();
      for (int ended = 0; ended <= workers.size(); ended++) {
        counts.putAll(resultOf(tasks.take()));
      }
      checkTotal(counts, reading.wordsRead());
      return counts;
    } finally {
      checkpoints.stop();
      stop(threads);
    }
  }

  private static ThreadFactory daemonThreads() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "word-count-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  private static <T> T resultOf(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    }
  }

  /** Returns the cause of a failed future as what can be thrown. */
  static RuntimeException unchecked(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new IllegalStateException("a thread of the job was stopped", cause);
  }

  /** Every word that was ever read must have been counted, across all restarts. */
  private static void checkTotal(Map<String, Long> counts, long wordsRead) {
    long counted = counts.values().stream().mapToLong(Long::longValue).sum();
    if (counted != wordsRead) {
      throw new IllegalStateException(
          "words were lost or counted twice: read=%d, counted=%d".formatted(wordsRead, counted));
    }
  }

  private static void stop(ExecutorService threads) throws InterruptedException {
    threads.shutdownNow();
    if (!threads.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "a thread of the job does not stop within %d s".formatted(STOP_TIMEOUT_SECONDS));
    }
  }
}
