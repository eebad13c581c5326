// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.StateBackends;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Counts the words of a text from the command line; {@code --help} says how. */
public final class WordCount {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int BAD_ARGUMENTS = 2;
  private static final int DIFFERENCES_PRINTED_MAX = 5;

  private final WordCountOptions options;
  private final JobSettings settings;
  private final PrintStream out;

  private WordCount(WordCountOptions options, JobSettings settings, PrintStream out) {
    this.options = options;
    this.settings = settings;
    this.out = out;
  }

  /**
   * Runs it and exits with 0 if all went well, 1 if not, and 2 if the arguments are wrong.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    System.exit(run(args, System.in, System.out, System.err));
  }

  /** Runs it and returns the exit status. */
  static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    WordCountOptions options = new WordCountOptions();
    CommandLine commandLine = new CommandLine(options);
    JobSettings settings;
    try {
      commandLine.parseArgs(args);
      if (options.isHelp()) {
        commandLine.usage(out);
        return OK;
      }
      settings = options.settings(in);
    } catch (ParameterException e) {
      err.println("word-count: " + e.getMessage() + " (--help shows all options)");
      return BAD_ARGUMENTS;
    }
    try {
      return new WordCount(options, settings, out).run();
    } catch (RuntimeException | IOException e) {
      fail(e, options.isVerbose(), err);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("word-count: interrupted");
    }
    return FAILED;
  }

  private static void fail(Throwable failure, boolean isVerbose, PrintStream err) {
    err.println("word-count: failed: " + ConsoleReport.reasonOf(failure));
    if (isVerbose) {
      failure.printStackTrace(err);
    }
  }

  private int run() throws InterruptedException, IOException {
    Map<String, Long> counts;
    try (CheckpointStorage storage = CheckpointStorages.open(options.checkpoints());
        CheckpointStorage source = openRestored();
        StateBackend backend = StateBackends.open(options.backend(), options.workingDirectory());
        ConsoleReport report = new ConsoleReport(out, settings.repeat())) {
      counts =
          new WordCountJob(settings, backend, checkpoints(storage, source, report), report).run();
      report.finished(counts, options.top());
    }
    return options.isVerified() ? verify(counts) : OK;
  }

  /** Opens the directory that the savepoint to restore is in, if one was named. */
  private @Nullable CheckpointStorage openRestored() throws IOException {
    Path restore = options.restore();
    return restore == null
        ? null
        : FileCheckpointStorage.openReadOnly(restore.toRealPath().resolveSibling("."));
  }

  private CheckpointCoordinatorBuilder checkpoints(
      CheckpointStorage storage, @Nullable CheckpointStorage source, ConsoleReport report)
      throws IOException {
    CheckpointCoordinatorBuilder builder =
        CheckpointCoordinator.builder(storage).interval(options.interval()).listener(report);
    Path restore = options.restore();
    if (restore != null && source != null) {
      // Whoever names a directory on the command line wants that one, whatever came after it.
      builder.restoreFrom(source, restore.toRealPath().getFileName().toString()).allowRewind();
    } else if (options.isFresh()) {
      builder.startEmpty();
    }
    return builder;
  }

  private int verify(Map<String, Long> counts) throws IOException {
    Map<String, Long> expected = IndependentCount.of(settings.input(), settings.repeat());
    List<String> differences = IndependentCount.differences(expected, counts);
    if (differences.isEmpty()) {
      out.printf(
          "verified: all %,d words have exactly the counts of an independent count%n",
          expected.size());
      return OK;
    }
    out.printf("WRONG: %,d words differ from an independent count%n", differences.size());
    differences.stream().limit(DIFFERENCES_PRINTED_MAX).forEach(line -> out.println("  " + line));
    return FAILED;
  }
}
