// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills real processes with signal 9 at random moments, in a row, with rescaling in between. Each
 * goes on from where the one before was killed, so that what any of them lost or counted twice is
 * still wrong when the last one compares its counts.
 *
 * <p>The moments are drawn from the life of a process: before anything is restored, while it is
 * restored, and while checkpoints are taken. {@code -Dstatebackend.seed=7} draws the same again;
 * what the processes have done by then is not the same.
 */
final class KillTest {
  private static final Logger LOGGER = System.getLogger(KillTest.class.getName());
  private static final long WORDS_IN_BOOK = 212_270;

  /** How often more the book is read when a process comes to the end of it alive. */
  private static final int ROUNDS_ADDED = 10;

  /** Fewer where the machine is short: {@code -Dstatebackend.kills=100}. */
  private static final int KILLS_IN_SOAK = Integer.getInteger("statebackend.kills", 300);

  /** What a shell calls the exit status of a process that signal 9 has killed. */
  private static final int KILLED = 128 + 9;

  /** A process that lives for a second need not be optimized for hours. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  @TempDir private Path directory;

  private final long seed = Long.getLong("statebackend.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private int rounds;
  private int killCount;

  /** Where the state of the engine before is, or null. */
  private @Nullable Path savepoint;

  /** How long a process took that got to its first word. */
  private long startMillis = 500;

  /** One row over all engines: the counts go from one to the next by savepoints. */
  @Test
  @Timeout(300)
  void kill_fiftyTimesInARow_countsExactly() throws IOException, InterruptedException {
    killAndCount("memory", 20);
    killAndCount("fs", 20);
    killAndCount("rocksdb", 10);
    assertThat(killCount).as("processes killed, seed=%d", seed).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "fs", "rocksdb"})
  @Tag("slow")
  @Timeout(7200)
  void kill_threeHundredTimesInARow_countsExactly(String backend)
      throws IOException, InterruptedException {
    killAndCount(backend, KILLS_IN_SOAK);
    assertThat(killCount).as("processes killed, seed=%d", seed).isEqualTo(KILLS_IN_SOAK);
  }

  /** Kills processes on one engine, then lets one come to the end and compare. */
  private void killAndCount(String backend, int count) throws IOException, InterruptedException {
    Path checkpoints = directory.resolve(backend);
    rounds += ROUNDS_ADDED;
    for (int killed = 0; killed < count; ) {
      if (killAtRandom(backend, checkpoints)) {
        killed++;
        killCount++;
      } else {
        rounds += ROUNDS_ADDED;
      }
    }
    Process last = start(backend, checkpoints, "--verify", "--top", "0", "--savepoint", backend);
    String output = new String(last.getInputStream().readAllBytes(), UTF_8);
    assertThat(last.waitFor()).as("seed=%d, output=%s", seed, output).isZero();
    assertThat(output)
        .as("seed=%d", seed)
        .contains("%,d words in all".formatted(WORDS_IN_BOOK * rounds), "verified: all");
    savepoint = checkpoints.resolve("savepoint-" + backend);
    LOGGER.log(
        Level.INFO,
        "kill -9, backend={0}, seed={1}: points={2}, then {3} words counted exactly",
        backend,
        Long.toString(seed),
        count,
        WORDS_IN_BOOK * rounds);
  }

  /**
   * Starts a process and kills it.
   *
   * @return {@code false} if it came to its end before
   */
  private boolean killAtRandom(String backend, Path checkpoints)
      throws IOException, InterruptedException {
    // One line tells that it goes on from a checkpoint, each further one of a complete checkpoint.
    int linesBefore = random.nextInt(5);
    long startNanos = System.nanoTime();
    Process process = start(backend, checkpoints);
    List<String> output = new ArrayList<>();
    try {
      BufferedReader lines = process.inputReader(UTF_8);
      for (int i = 0; i < linesBefore && readLine(lines, output); i++) {
        if (i == 0) {
          startMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        }
      }
      long millisAfter = linesBefore == 0 ? random.nextLong(startMillis) : random.nextLong(40);
      if (process.waitFor(millisAfter, TimeUnit.MILLISECONDS)) {
        lines.lines().forEach(output::add);
        assertThat(process.exitValue()).as("seed=%d, output=%s", seed, output).isZero();
        return false;
      }
      int status = process.destroyForcibly().waitFor();
      // One that came to its end at this very moment was not killed.
      assertThat(status).as("seed=%d, output=%s", seed, output).isIn(KILLED, 0);
      LOGGER.log(
          Level.INFO,
          "kill {0}, backend={1}, status={2}: after {3} lines and {4} ms; {5}",
          killCount + 1,
          backend,
          status,
          linesBefore,
          millisAfter,
          output.isEmpty() ? "not begun" : output.get(0));
      return status == KILLED;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean readLine(BufferedReader lines, List<String> output) throws IOException {
    String line = lines.readLine();
    if (line != null) {
      output.add(line);
    }
    return line != null;
  }

  private Process start(String backend, Path checkpoints, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--checkpoint-dir",
                checkpoints.toString(),
                "--backend",
                backend,
                "--interval",
                "20ms",
                "--parallelism",
                String.valueOf(1 + random.nextInt(4)),
                "--repeat",
                String.valueOf(rounds)));
    if (savepoint != null && !hasCheckpoint(checkpoints)) {
      arguments.addAll(List.of("--restore", savepoint.toString()));
    }
    arguments.addAll(List.of(more));
    ProcessBuilder builder = ChildJvm.wordCount(arguments).redirectErrorStream(true);
    builder.command().addAll(1, QUICK_START);
    return builder.start();
  }

  /** Until it has a checkpoint of its own, an engine goes on from what the one before has left. */
  private static boolean hasCheckpoint(Path checkpoints) throws IOException {
    if (Files.notExists(checkpoints)) {
      return false;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(checkpoints, "chk-*")) {
      for (Path checkpoint : found) {
        if (Files.exists(checkpoint.resolve("_metadata"))) {
          return true;
        }
      }
    }
    return false;
  }
}
