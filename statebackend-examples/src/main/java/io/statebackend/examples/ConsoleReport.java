// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.core.checkpoint.CheckpointListener;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Tells a person how a job goes: a line each second, a line per checkpoint, and the result. */
final class ConsoleReport implements JobProgress, CheckpointListener, AutoCloseable {
  private static final long PERIOD_MILLIS = 1000;

  private final PrintStream out;
  private final int rounds;
  private final LongAdder wordsCounted = new LongAdder();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(ConsoleReport::daemon);

  private volatile @Nullable CompletedCheckpoint restored;

  /** Where the source was when it took its part of the checkpoint that was triggered last. */
  private volatile @Nullable SourcePosition pending;

  private volatile @Nullable SourcePosition position;

  private volatile long startNanos = System.nanoTime();

  /** The time and number of words of the last progress line; the timer's. */
  private long lastNanos;

  private long lastWords;

  ConsoleReport(PrintStream out, int rounds) {
    this.out = out;
    this.rounds = rounds;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "word-count-report");
    thread.setDaemon(true);
    return thread;
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  @Override
  public void restored(CompletedCheckpoint checkpoint) {
    restored = checkpoint;
  }

  @Override
  public void began(SourcePosition start, boolean isAtEnd) {
    position = start;
    CompletedCheckpoint from = restored;
    if (from == null) {
      print("no checkpoint to resume from: starting at the beginning");
    } else if (isAtEnd) {
      print(
          "resumed from %s at the end of the input, %,d words counted: nothing left to do",
          nameOf(from), start.words());
    } else {
      print(
          "resumed from %s at %s: %,d words counted so far",
          nameOf(from), describe(start), start.words());
    }
    startNanos = System.nanoTime();
    lastNanos = startNanos;
    var unused =
        timer.scheduleAtFixedRate(
            this::printProgress, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static String nameOf(CompletedCheckpoint checkpoint) {
    return checkpoint.isSavepoint() ? checkpoint.directory() : "checkpoint " + checkpoint.id();
  }

  private String describe(@Nullable SourcePosition where) {
    if (where == null) {
      return "";
    }
    if (where.round() >= rounds) {
      return "end of the input";
    }
    String place =
        where.file().isEmpty()
            ? "its beginning"
            : String.format(
                Locale.ROOT, "%s, line %,d, byte %,d", where.file(), where.line(), where.offset());
    return rounds == 1
        ? place
        : String.format(Locale.ROOT, "round %,d of %,d, %s", where.round() + 1, rounds, place);
  }

  private void printProgress() {
    long now = System.nanoTime();
    long words = wordsCounted.sum();
    print(
        "%7.1f s  %,14d words  %,12.0f words/s  %s",
        (now - startNanos) / 1e9,
        words,
        (words - lastWords) * 1e9 / (now - lastNanos),
        describe(position));
    lastNanos = now;
    lastWords = words;
  }

  @Override
  public void reached(SourcePosition where) {
    position = where;
  }

  @Override
  public void snapshotTaken(SourcePosition where) {
    pending = where;
  }

  @Override
  public void counted(int words) {
    wordsCounted.add(words);
  }

  @Override
  public void completed(CompletedCheckpoint checkpoint) {
    printComplete(checkpoint);
  }

  @Override
  public void savepointCompleted(CompletedCheckpoint savepoint) {
    printComplete(savepoint);
  }

  private void printComplete(CompletedCheckpoint checkpoint) {
    SourcePosition where = pending;
    print(
        "%s complete: %,d words safe, %,d bytes",
        nameOf(checkpoint), where == null ? 0 : where.words(), checkpoint.sizeBytes());
  }

  @Override
  public void skipped(String reason) {
    print("no checkpoint: %s", reason);
  }

  @Override
  public void aborted(long checkpointId, Throwable cause) {
    print("checkpoint %d failed: %s", checkpointId, reasonOf(cause));
  }

  /** Returns the message of an error, and its type where the message does not say enough alone. */
  static String reasonOf(Throwable failure) {
    String message = failure.getMessage();
    return message == null || failure instanceof IOException ? failure.toString() : message;
  }

  /** Prints the most frequent words, the totals and the throughput of this process. */
  void finished(Map<String, Long> counts, int top) {
    close();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    if (top > 0) {
      print("top words:");
    }
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(top)
        .forEach(entry -> print("%,14d  %s", entry.getValue(), entry.getKey()));
    print(
        "%,d words in all, %,d different ones",
        counts.values().stream().mapToLong(Long::longValue).sum(), counts.size());
    long words = wordsCounted.sum();
    if (words > 0) {
      print(
          "counted by this process: %,d words in %.1f s, %,.0f words/s",
          words, seconds, words / seconds);
    }
  }

  /** Ends the progress lines. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
