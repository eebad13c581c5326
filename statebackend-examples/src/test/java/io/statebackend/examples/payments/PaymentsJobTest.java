// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.examples.ChildJvm;
import io.statebackend.runtime.StateBackendConfig;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files of the job hold each result once, whatever its parallelism, and whenever its process is
 * killed. {@code -Dstatebackend.seed=7} draws the same moments again.
 */
final class PaymentsJobTest {
  private static final Logger LOGGER = System.getLogger(PaymentsJobTest.class.getName());
  private static final int KILLS_IN_SOAK = Integer.getInteger("statebackend.kills", 300);
  private static final int KILLED = 128 + 9;

  /** A process that lives for a second need not be optimized for hours. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  @TempDir private Path directory;

  private final long seed = Long.getLong("statebackend.seed", new Random().nextLong());
  private final Random random = new Random(seed);

  /** How long a process lives about, from its start to the end of the job. */
  private long lifeMillis = 3000;

  /** Returns the sorted lines of the part files, and looks that there are no others. */
  private static List<String> written(Path results) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(results)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!name.equals("_lock")) {
          assertThat(name).as("a file that was left").startsWith("part-");
          lines.addAll(Files.readAllLines(file));
        }
      }
    }
    lines.sort(null);
    return lines;
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "fs", "rocksdb"})
  @Timeout(300)
  void run_writesExactlyTheExpectedResults(String engine) throws Exception {
    Path results = directory.resolve("results");
    StateBackendConfig config =
        StateBackendConfig.from(
            Map.of(
                "engine",
                engine,
                "working-directory",
                directory.resolve("working").toString(),
                "storage",
                directory.resolve("checkpoints").toString(),
                "interval",
                "20 ms"));
    PaymentsJob.build(config, results, 2000, 2, 3, 2, 1).run();
    assertThat(written(results)).isEqualTo(ExpectedResults.of(2000));
  }

  @Test
  @Timeout(600)
  void kill_someTimes_writesExactlyTheExpectedResults() throws Exception {
    killAndCompare("memory", 4, 8_000);
    killAndCompare("fs", 2, 8_000);
    killAndCompare("rocksdb", 2, 8_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "fs", "rocksdb"})
  @Tag("slow")
  @Timeout(7200)
  void kill_threeHundredTimes_writesExactlyTheExpectedResults(String engine) throws Exception {
    killAndCompare(engine, KILLS_IN_SOAK, 100_000);
  }

  /** Kills processes, and lets each job come to its end in between when one is quick enough. */
  private void killAndCompare(String engine, int kills, long payments) throws Exception {
    List<String> expected = ExpectedResults.of(payments);
    int killed = 0;
    for (int job = 0; killed < kills; job++) {
      Path place = Files.createDirectory(directory.resolve(engine + job));
      boolean isEnded = false;
      while (!isEnded && killed < kills) {
        isEnded = !killAtRandom(engine, place, payments);
        killed += isEnded ? 0 : 1;
      }
      while (!isEnded) {
        isEnded = !run(engine, place, payments, Long.MAX_VALUE);
      }
      assertThat(written(place.resolve("results"))).as("seed=%d", seed).isEqualTo(expected);
    }
    LOGGER.log(
        Level.INFO,
        "kill -9 of the payments job, engine={0}, seed={1}: kills={2}",
        engine,
        Long.toString(seed),
        kills);
  }

  private boolean killAtRandom(String engine, Path place, long payments) throws Exception {
    return run(engine, place, payments, random.nextLong(lifeMillis));
  }

  /** Runs a process, and returns whether it was killed. */
  private boolean run(String engine, Path place, long payments, long millis) throws Exception {
    Path config = place.resolve("job.yaml");
    Files.writeString(
        config,
        """
        engine: %s
        working-directory: %s
        storage: %s
        interval: 20 ms
        """
            .formatted(engine, place.resolve("working"), place.resolve("checkpoints")));
    List<String> arguments =
        new ArrayList<>(
            List.of(config.toString(), place.resolve("results").toString(), payments + ""));
    for (int part = 0; part < 4; part++) {
      arguments.add(String.valueOf(1 + random.nextInt(4)));
    }
    Path output = place.resolve("output.txt");
    long start = System.nanoTime();
    ProcessBuilder builder = ChildJvm.of(PaymentsJob.class, arguments).redirectErrorStream(true);
    builder.command().addAll(1, QUICK_START);
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        int status = process.destroyForcibly().waitFor();
        // One that came to its end at this very moment was not killed.
        assertThat(status).as("seed=%d", seed).isIn(KILLED, 0);
        return status == KILLED;
      }
      assertThat(process.exitValue())
          .as("seed=%d, arguments=%s, output=%s", seed, arguments, Files.readString(output, UTF_8))
          .isZero();
      lifeMillis = Math.max(500, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      return false;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
