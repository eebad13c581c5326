// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.stress.BudgetJob.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Kills a process whose state just fits into its memory budget, again and again, at any moment, and
 * goes on each time with another parallelism. In each round the process writes all keys anew and
 * takes a checkpoint, so what is restored must be all keys as of one round, and never an earlier
 * one than what was restored before.
 */
final class BudgetKills {
  private static final long BUDGET_BYTES = 1 << 20;
  private static final int KEY_COUNT = 12_000;
  private static final int VALUE_BYTES = 60;
  private static final int LINES_MAX = 6;
  private static final List<Integer> PARALLELISMS = List.of(1, 2, 3, 5, 8);
  private static final String RESTORED = "restored ";
  private static final String COMPLETED = "completed ";

  private BudgetKills() {}

  /** Kills so many times; the arguments are a directory, how often, and a seed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[0]);
    if (arguments[1].equals("child")) {
      work(directory, Integer.parseInt(arguments[2]), System.out);
      return;
    }
    long last = run(directory, Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
    System.out.println("last round restored: " + last);
  }

  /**
   * Kills so many times.
   *
   * @return the last round that was restored
   * @throws AssertionError if a process fails, or restores less than one before it has completed
   */
  static long run(Path directory, int kills, long seed) throws IOException, InterruptedException {
    Random random = new Random(seed);
    long completed = 0;
    long restored = 0;
    for (int i = 0; i < kills; i++) {
      int parallelism = PARALLELISMS.get(random.nextInt(PARALLELISMS.size()));
      Process process = start(directory, parallelism);
      int lines = 1 + random.nextInt(LINES_MAX);
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (int line = 0; line < lines; line++) {
          String said = reader.readLine();
          if (said == null || !(said.startsWith(RESTORED) || said.startsWith(COMPLETED))) {
            throw new AssertionError(
                "a process has failed: kill=%d, parallelism=%d, seed=%d, it said: %s"
                    .formatted(i, parallelism, seed, said));
          }
          if (said.startsWith(RESTORED)) {
            restored = Long.parseLong(said.substring(RESTORED.length()));
            if (restored < completed) {
              throw new AssertionError(
                  "a completed round is gone: completed=%d, restored=%d, kill=%d, seed=%d"
                      .formatted(completed, restored, i, seed));
            }
          } else {
            completed = Long.parseLong(said.substring(COMPLETED.length()));
          }
        }
        // Somewhere in the round that it is at now.
        Thread.sleep(random.nextInt(300));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    return restored;
  }

  private static Process start(Path directory, int parallelism) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            BudgetKills.class.getName(),
            directory.toString(),
            "child",
            Integer.toString(parallelism))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What the process does that is killed. */
  private static void work(Path directory, int parallelism, PrintStream out) {
    try (BudgetJob job =
        new BudgetJob(directory, BUDGET_BYTES, Kind.VALUES, VALUE_BYTES, parallelism)) {
      long round = job.keyCount() == 0 ? 0 : roundOf(job);
      out.println(RESTORED + round);
      while (true) {
        round++;
        for (long key = 0; key < KEY_COUNT; key++) {
          job.write(key, round);
        }
        job.checkpoint();
        out.println(COMPLETED + round);
      }
    }
  }

  /** Returns the round in which all keys were written that were restored. */
  private static long roundOf(BudgetJob job) {
    long round = 1;
    while (!job.isOf(0, round)) {
      round++;
      if (round > 1_000_000) {
        throw new AssertionError("the first key is of no round");
      }
    }
    for (long key = 0; key < KEY_COUNT; key++) {
      job.check(key, round);
    }
    return round;
  }
}
