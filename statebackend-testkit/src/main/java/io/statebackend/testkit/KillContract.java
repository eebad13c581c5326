// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that takes checkpoints is killed again and again, and started with another parallelism
 * each time. It never loses a checkpoint that it has told to be complete, all its keys are of one
 * checkpoint, and a storage lets it in at once, whatever the killed one has left there.
 *
 * <p>For storages that a process of its own can reach. The class that extends this one is made once
 * more in each process that is killed: it needs a constructor without parameters.
 */
@Timeout(1_800)
public abstract class KillContract {
  private static final int KILLS_IN_BUILD = 3;
  private static final int KILLS_IN_SOAK = 100;
  private static final int CHECKPOINTS_MAX = 5;
  private static final int MORE_MILLIS_MAX = 40;

  @TempDir private Path directory;
  private final Map<Long, Long> roundOf = new HashMap<>();
  private long lastCompleted;

  /** Creates the contract, for one test or one process. */
  protected KillContract() {}

  /**
   * Returns where the storage of this test is. It is called in the process of the tests, once in
   * each test.
   *
   * @return what {@link #openStorage} needs to know, such as an address; another one in each test
   */
  protected abstract String place();

  /**
   * Opens the storage. It is called in the process that is killed.
   *
   * @param place where it is
   * @param directory a directory of the test, which outlives the process
   * @return the storage
   */
  protected abstract CheckpointStorage openStorage(String place, Path directory);

  /**
   * Opens the engine. It is called in the process that is killed.
   *
   * @param directory a directory that an engine may have for itself
   * @return the engine
   */
  protected abstract StateBackend newBackend(Path directory);

  @Test
  final void kill_aFewTimes() throws IOException, InterruptedException {
    kill(KILLS_IN_BUILD);
  }

  /** As many times as the system property {@code kills} says, 100 without it. */
  @Test
  @Tag("slow")
  final void kill_manyTimes() throws IOException, InterruptedException {
    kill(Integer.getInteger("kills", KILLS_IN_SOAK));
  }

  private void kill(int count) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KilledProgram.class.getName(),
                getClass().getName(),
                place(),
                directory.toString(),
                "parallelism"));
    Random random = new Random(count);
    for (int kill = 0; kill < count; kill++) {
      command.set(command.size() - 1, Integer.toString(1 + kill % 3));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        follow(process, 1 + random.nextInt(CHECKPOINTS_MAX), random.nextInt(MORE_MILLIS_MAX));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  /** Reads what the process tells, until it is time to kill it. */
  private void follow(Process process, int checkpointCount, int moreMillis)
      throws IOException, InterruptedException {
    BufferedReader told = process.inputReader(UTF_8);
    StringBuilder others = new StringBuilder();
    int completed = 0;
    while (completed < checkpointCount) {
      String line = told.readLine();
      assertThat(line).as("what the process has told: %s", others).isNotNull();
      if (line.startsWith(KilledProgram.COMPLETED + " ")) {
        note(line);
        completed++;
      } else if (line.startsWith(KilledProgram.RESTORED + " ")) {
        checkRestored(line);
      } else {
        others.append(line).append('\n');
      }
    }
    Thread.sleep(moreMillis); // Somewhere in the next checkpoint; it is no matter where.
  }

  private void note(String line) {
    String[] words = line.split(" ", -1);
    lastCompleted = Long.parseLong(words[1]);
    roundOf.put(lastCompleted, Long.parseLong(words[2]));
  }

  private void checkRestored(String line) {
    String[] words = line.split(" ", -1);
    long id = Long.parseLong(words[1]);
    long round = Long.parseLong(words[2]);
    assertThat(id)
        .as("the checkpoint that is restored: %s", line)
        .isGreaterThanOrEqualTo(lastCompleted);
    assertThat(round)
        .as("the round of checkpoint %d", id)
        .isEqualTo(roundOf.getOrDefault(id, round));
  }
}
