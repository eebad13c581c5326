// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Job;
import io.statebackend.runtime.JobBuilder;
import io.statebackend.runtime.JobException;
import io.statebackend.runtime.Records;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The job: one source that reads a text, and workers that count its words. */
final class WordCountJob {
  private final JobSettings settings;
  private final JobProgress progress;
  private final WordSource source;
  private final Map<String, Long> counts = new ConcurrentHashMap<>();
  private final Job job;
  private @Nullable CompletableFuture<CompletedCheckpoint> savepoint;

  WordCountJob(
      JobSettings settings,
      StateBackend backend,
      CheckpointCoordinatorBuilder checkpoints,
      JobProgress progress) {
    this.settings = settings;
    this.progress = progress;
    JobBuilder builder = Job.builder(backend, checkpoints);
    if (settings.maxParallelism() > 0) {
      builder.maxParallelism(settings.maxParallelism());
    }
    source = new WordSource(settings.input(), settings.repeat(), progress, this::atEnd);
    Records<String> words = builder.source("source", 1, source);
    Records<Void> unused =
        builder.operator(
            "word-count",
            settings.parallelism(),
            context ->
                new WordCountOperator(context.keyed(Serializers.STRING), this::counted, counts),
            words.keyBy(word -> word, Serializers.STRING));
    job = builder.build();
  }

  Job job() {
    return job;
  }

  private void counted() {
    settings.afterEachWord().run();
    progress.counted(1);
  }

  private void atEnd() {
    String name = settings.savepoint();
    if (name != null) {
      savepoint = job.stop(name);
    }
  }

  /**
   * Counts to the end of the input.
   *
   * @return the counts of all words, those before a restart included
   * @throws InterruptedException if interrupted; the job is stopped then
   */
  Map<String, Long> run() throws InterruptedException {
    try {
      job.run();
      if (savepoint != null) {
        CompletedCheckpoint unused = savepoint.join();
      }
    } catch (JobException | CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    checkTotal();
    return counts;
  }

  /** Every word that was ever read must have been counted, across all restarts. */
  private void checkTotal() {
    long counted = counts.values().stream().mapToLong(Long::longValue).sum();
    if (counted != source.wordsRead()) {
      throw new IllegalStateException(
          "words were lost or counted twice: read=%d, counted=%d"
              .formatted(source.wordsRead(), counted));
    }
  }
}
