// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.core.encryption.KeyFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
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
 * A process that takes checkpoints into an object store is killed again and again, and started with
 * another parallelism each time. It never loses a checkpoint that it has told to be complete.
 */
@Timeout(1_200)
final class S3KillTest {
  private static final int KILLS_IN_BUILD = 3;
  private static final int KILLS_IN_SOAK = 100;

  @TempDir Path directory;
  private final Map<Long, Long> roundOf = new HashMap<>();
  private long lastCompleted;

  @Test
  void kill_onTheFixture() throws IOException, InterruptedException {
    kill(TestStores.fixture().endpoint(), "kills", false, KILLS_IN_BUILD);
  }

  @Test
  void kill_encryptedOnS3Proxy() throws IOException, InterruptedException {
    kill(TestStores.proxy(), "kills", true, KILLS_IN_BUILD);
  }

  @Test
  @Tag("slow")
  void kill_onTheFixtureManyTimes() throws IOException, InterruptedException {
    kill(TestStores.fixture().endpoint(), "many-kills", false, KILLS_IN_SOAK);
  }

  @Test
  @Tag("slow")
  void kill_encryptedOnS3ProxyManyTimes() throws IOException, InterruptedException {
    kill(TestStores.proxy(), "many-kills", true, KILLS_IN_SOAK);
  }

  private void kill(URI endpoint, String prefix, boolean isEncrypted, int count)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KilledJob.class.getName(),
                endpoint.toString(),
                prefix,
                directory.resolve("work").toString(),
                "parallelism"));
    int parallelismAt = command.size() - 1;
    if (isEncrypted) {
      Path keyFile = directory.resolve("keys");
      KeyFile.create(keyFile, KilledJob.PASSWORD.toCharArray())
          .addMasterKey(KilledJob.PASSWORD.toCharArray());
      command.add(keyFile.toString());
    }
    Random random = new Random(count);
    for (int kill = 0; kill < count; kill++) {
      command.set(parallelismAt, Integer.toString(1 + kill % 3));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        follow(process, 1 + random.nextInt(5), random.nextInt(40));
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
      if (line.startsWith("completed ")) {
        note(line);
        completed++;
      } else if (line.startsWith("restored ")) {
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
