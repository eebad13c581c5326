// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The source: reads, sends, and begins each checkpoint. As there is one source only, the workers
 * need not align anything: its message to take a snapshot comes at one point of each queue.
 */
final class SourceTask {
  private static final long POLL_MILLIS = 2;

  private final CheckpointCoordinator checkpoints;
  private final Subtask subtask;
  private final Exchange exchange;
  private final JobProgress progress;
  private long wordsRead;

  SourceTask(
      CheckpointCoordinator checkpoints, Subtask subtask, Exchange exchange, JobProgress progress) {
    this.checkpoints = checkpoints;
    this.subtask = subtask;
    this.exchange = exchange;
    this.progress = progress;
  }

  /**
   * Reads to the end, then takes a last checkpoint, and a savepoint if one is wanted.
   *
   * @return no counts: the source counts nothing
   */
  Map<String, Long> run(JobSettings settings) throws InterruptedException {
    try (WordSource source =
        new WordSource(subtask.operatorState(), settings.input(), settings.repeat())) {
      progress.began(checkpoints.restored().orElse(null), source.position(), source.isAtEnd());
      boolean nothingLeft = source.isAtEnd();
      while (!source.isAtEnd()) {
        snapshotIfPending(source);
        sendNextLine(source);
      }
      if (!nothingLeft) {
        await(checkpoints.trigger(), source);
      }
      @Nullable String savepoint = settings.savepoint();
      if (savepoint != null) {
        await(checkpoints.savepoint(savepoint), source);
      }
      checkpoints.close(); // Nothing changes any more that a further checkpoint could save.
      exchange.broadcast(CountTask::end);
      wordsRead = source.position().words();
      return Map.of();
    }
  }

  /**
   * Returns the number of words that were read, those before a restart included; once run is done.
   */
  long wordsRead() {
    return wordsRead;
  }

  private void sendNextLine(WordSource source) throws InterruptedException {
    List<String> words = source.nextWords();
    for (String word : words) {
      exchange.send(word);
    }
    progress.reached(source.position());
  }

  private void snapshotIfPending(WordSource source) throws InterruptedException {
    long checkpointId = subtask.pendingCheckpoint();
    if (checkpointId != Subtask.NO_CHECKPOINT) {
      source.savePosition();
      progress.snapshotTaken(checkpointId, source.position());
      subtask.snapshot(checkpointId);
      exchange.broadcast(worker -> worker.snapshot(checkpointId));
    }
  }

  /** Waits for a checkpoint, and takes part in it and in one that may be before it. */
  private void await(CompletableFuture<CompletedCheckpoint> checkpoint, WordSource source)
      throws InterruptedException {
    while (true) {
      snapshotIfPending(source);
      try {
        checkpoint.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        // Not yet: look again whether a snapshot is wanted.
      } catch (ExecutionException e) {
        throw WordCountJob.unchecked(e.getCause());
      }
    }
  }
}
