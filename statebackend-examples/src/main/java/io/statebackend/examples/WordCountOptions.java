// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.StateBackends;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line of {@link WordCount}, and what is checked of it before anything is opened. */
@Command(
    name = "word-count",
    sortOptions = false,
    usageHelpAutoWidth = true,
    headerHeading =
        "Counts words, and survives kill -9: started again, it goes on from its last%n"
            + "checkpoint and ends with exactly the counts of an undisturbed run.%n%n",
    footer = {
      "",
      "A word is a run of Unicode letters, digits and apostrophes, in lower case.",
      "Exit status: 0 done; 1 failed, or the counts differ; 2 bad arguments; 137 crashed by"
          + " --crash-at."
    })
final class WordCountOptions {
  /** What begins like an address is none of a local directory. */
  private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:");

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description = {
        "a UTF-8 text file, a directory (all files in it, sorted), or - for standard input;"
            + " default: the novel Moby-Dick.",
        "When resumed from standard input, what was counted is skipped: give it the same text."
      })
  private @Nullable String input;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "read the input N times; default: ${DEFAULT-VALUE}")
  private int repeat = 1;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "where the counts are kept; there are: fs, memory, rocksdb; default:"
              + " ${DEFAULT-VALUE}")
  private String backend = "memory";

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description =
          "the number of workers, which may change at a restart; default: ${DEFAULT-VALUE}")
  private int parallelism = 2;

  @Option(
      names = "--max-parallelism",
      paramLabel = "M",
      description = "the number of key groups, which may not; default: as restored, else 128")
  private int maxParallelism;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description =
          "where checkpoints are written and the latest is restored from: a directory, or an"
              + " address such as s3://bucket/prefix or hdfs://namenode:8020/directory if the"
              + " module for it is in the class path; default: ${DEFAULT-VALUE}")
  private String checkpoints = Path.of("target", "word-count-checkpoints").toString();

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "the time between checkpoints, such as 500ms, 2s or 1m; default: 1s",
      converter = DurationConverter.class)
  private Duration interval = Duration.ofSeconds(1);

  @Option(
      names = "--restore",
      paramLabel = "DIR",
      description = {
        "begin from this savepoint or checkpoint and not from the latest checkpoint,",
        "which is lost with all later ones; leave this out at the next restart"
      })
  private @Nullable Path restore;

  @Option(names = "--fresh", description = "begin with nothing, whatever checkpoints there are")
  private boolean isFresh;

  @Option(
      names = "--savepoint",
      paramLabel = "NAME",
      description = "take a savepoint of that name at the end")
  private @Nullable String savepoint;

  @Option(
      names = "--crash-at",
      paramLabel = "N",
      description = "halt the JVM without warning after it has counted N words")
  private long crashAt;

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "print the K most frequent words; default: ${DEFAULT-VALUE}")
  private int top = 10;

  @Option(names = "--verify", description = "compare the result with an independent count")
  private boolean isVerified;

  @Option(names = "--verbose", description = "print the stack trace when the job fails")
  private boolean isVerbose;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  private boolean isHelp;

  /**
   * Checks what picocli cannot, and finds the input.
   *
   * @throws ParameterException if the arguments make no sense
   */
  JobSettings settings(InputStream standardInput) {
    checkAtLeast("--repeat", repeat, 1);
    checkAtLeast("--parallelism", parallelism, 1);
    checkAtLeast("--max-parallelism", maxParallelism, 0);
    checkAtLeast("--crash-at", crashAt, 0);
    checkAtLeast("--top", top, 0);
    check(
        maxParallelism <= KeyGroupRange.MAX_PARALLELISM_LIMIT,
        "--max-parallelism must be at most " + KeyGroupRange.MAX_PARALLELISM_LIMIT);
    check(
        maxParallelism == 0 || parallelism <= maxParallelism,
        "--parallelism must be at most --max-parallelism: %d > %d"
            .formatted(parallelism, maxParallelism));
    check(
        StateBackends.names().contains(backend),
        "--backend: no such backend: '%s'; there are %s"
            .formatted(backend, String.join(", ", StateBackends.names())));
    checkCheckpoints();
    check(
        savepoint == null || savepoint.matches("[A-Za-z0-9_.-]{1,200}"),
        "--savepoint: a name is 1 to 200 letters, digits, '-', '_' and '.': '%s'"
            .formatted(savepoint));
    check(restore == null || !isFresh, "--restore and --fresh exclude each other");
    check(
        restore == null || Files.isDirectory(restore),
        "--restore: no such directory: %s".formatted(restore));
    TextInput text = openInput(standardInput);
    check(repeat == 1 || text.isRepeatable(), "--repeat: standard input can be read only once");
    check(!isVerified || text.isRepeatable(), "--verify: standard input can be read only once");
    return new JobSettings(
        text,
        repeat,
        parallelism,
        maxParallelism,
        savepoint,
        crashAt == 0 ? () -> {} : CrashPoint.halt(crashAt));
  }

  private void checkCheckpoints() {
    try {
      CheckpointStorages.check(checkpoints);
    } catch (IllegalArgumentException e) {
      throw invalid("--checkpoint-dir: " + e.getMessage());
    }
  }

  private TextInput openInput(InputStream standardInput) {
    String path = input;
    if (path == null) {
      return new Book();
    }
    if (path.equals("-")) {
      return new StandardInput(standardInput);
    }
    try {
      return TextFiles.at(Path.of(path));
    } catch (IOException | InvalidPathException e) {
      throw invalid("--input: cannot be read: " + e.getMessage());
    }
  }

  private void checkAtLeast(String option, long value, long least) {
    check(value >= least, "%s must be at least %d: %d".formatted(option, least, value));
  }

  private void check(boolean isValid, String message) {
    if (!isValid) {
      throw invalid(message);
    }
  }

  private ParameterException invalid(String message) {
    return new ParameterException(
        java.util.Objects.requireNonNull(spec, "spec").commandLine(), message);
  }

  String backend() {
    return backend;
  }

  /** Returns the directory of the checkpoints, or their address. */
  String checkpoints() {
    return checkpoints;
  }

  /** Returns where a backend may keep files that mean nothing to a later process. */
  Path workingDirectory() {
    if (ADDRESS.matcher(checkpoints).lookingAt()) {
      return Path.of("target", "word-count-working-files");
    }
    Path directory = Path.of(checkpoints);
    return directory.resolveSibling(directory.getFileName() + "-working-files");
  }

  Duration interval() {
    return interval;
  }

  @Nullable Path restore() {
    return restore;
  }

  boolean isFresh() {
    return isFresh;
  }

  int top() {
    return top;
  }

  boolean isVerified() {
    return isVerified;
  }

  boolean isVerbose() {
    return isVerbose;
  }

  boolean isHelp() {
    return isHelp;
  }

  /** Reads {@code 500ms}, {@code 2s} and {@code 1m}. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m)");

    @Override
    public Duration convert(String value) {
      Matcher matcher = FORM.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + value + "' is not a time such as 500ms, 2s or 1m");
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        default -> Duration.ofMinutes(number);
      };
    }
  }
}
