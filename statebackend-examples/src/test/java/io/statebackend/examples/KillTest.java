// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes with signal 9 at random moments, in a row, with rescaling in between. */
final class KillTest {
  private static final Logger LOGGER = System.getLogger(KillTest.class.getName());
  private static final int WORDS_IN_BOOK = 212_270;

  @TempDir private Path checkpoints;

  @Test
  @Timeout(180)
  void kill_fiveTimes_countsExactly() throws IOException, InterruptedException {
    killAndCount("memory", 5, 60, new Random().nextLong());
  }

  @Test
  @Timeout(180)
  void kill_fsBackendFiveTimes_countsExactly() throws IOException, InterruptedException {
    killAndCount("fs", 5, 60, new Random().nextLong());
  }

  @Test
  @Timeout(180)
  void kill_rocksDbBackendTwice_countsExactly() throws IOException, InterruptedException {
    killAndCount("rocksdb", 2, 20, new Random().nextLong());
  }

  @Test
  @Tag("slow")
  @Timeout(3600)
  void kill_twoHundredTimes_countsExactly() throws IOException, InterruptedException {
    killAndCount("memory", 200, 4000, new Random().nextLong());
  }

  @Test
  @Tag("slow")
  @Timeout(3600)
  void kill_fsBackendTwoHundredTimes_countsExactly() throws IOException, InterruptedException {
    killAndCount("fs", 200, 4000, new Random().nextLong());
  }

  @Test
  @Tag("slow")
  @Timeout(3600)
  void kill_rocksDbBackendTwoHundredTimes_countsExactly() throws IOException, InterruptedException {
    killAndCount("rocksdb", 200, 1500, new Random().nextLong());
  }

  private void killAndCount(String backend, int kills, int repeat, long seed)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    int killed = 0;
    for (int start = 0; start < kills; start++) {
      if (killAtRandom(backend, random, repeat)) {
        killed++;
      }
    }
    Process last = start(backend, 1 + random.nextInt(4), repeat, "--verify", "--top", "1");
    String output = new String(last.getInputStream().readAllBytes(), UTF_8);
    assertThat(last.waitFor()).as("seed=%d, output=%s", seed, output).isZero();
    assertThat(output)
        .as("seed=%d", seed)
        .contains("%,d words in all".formatted((long) WORDS_IN_BOOK * repeat), "verified: all");
    assertThat(killed).as("kills before the end, seed=%d, output=%s", seed, output).isPositive();
    LOGGER.log(
        Level.INFO,
        "kill -9, backend={0}: points={1}, of which {2} before the end",
        backend,
        kills,
        killed);
  }

  /** Starts a process, waits for some of its checkpoints and a moment more, and kills it. */
  private boolean killAtRandom(String backend, Random random, int repeat)
      throws IOException, InterruptedException {
    Process process = start(backend, 1 + random.nextInt(4), repeat);
    try {
      BufferedReader output =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      int checkpointsLeft = random.nextInt(4);
      for (String line = ""; line != null && checkpointsLeft > 0; line = output.readLine()) {
        if (line.contains("complete:")) {
          checkpointsLeft--;
        }
      }
      return !process.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(String backend, int parallelism, int repeat, String... more)
      throws IOException {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "--checkpoint-dir",
                checkpoints.toString(),
                "--backend",
                backend,
                "--interval",
                "20ms",
                "--parallelism",
                String.valueOf(parallelism),
                "--repeat",
                String.valueOf(repeat)));
    arguments.addAll(List.of(more));
    return ChildJvm.wordCount(arguments).redirectErrorStream(true).start();
  }
}
