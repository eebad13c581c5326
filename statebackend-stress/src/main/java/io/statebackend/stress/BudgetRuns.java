// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.StateIoException;
import io.statebackend.stress.BudgetJob.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What fits into a memory budget once can be checkpointed, restored and rescaled under it. Each run
 * writes until all is written or a write is refused, with checkpoints in between that must all
 * complete, changes a tenth, and restores with each other parallelism under the same budget.
 *
 * <p>A bounded part runs in every build; all of it with {@code main}, which takes a directory, and
 * perhaps which runs, from 0.
 */
final class BudgetRuns {
  private static final int CHECK_STEP = 37;
  private static final int CHANGE_STEP = 10;

  private BudgetRuns() {}

  /**
   * A run.
   *
   * @param kind what is under a key
   * @param budgetBytes the memory budget
   * @param keyCount how many keys are written
   * @param valueBytes how much is under each
   * @param isInTurn whether the keys of one subtask are written after those of another, so that all
   *     but one are idle
   * @param checkpoints how many checkpoints are taken while the keys are written
   * @param parallelisms the first is that which writes, the others restore
   */
  record Run(
      Kind kind,
      long budgetBytes,
      int keyCount,
      int valueBytes,
      boolean isInTurn,
      int checkpoints,
      List<Integer> parallelisms) {
    Run {
      parallelisms = List.copyOf(parallelisms);
    }
  }

  private static Run run(
      Kind kind, int budgetMegabytes, int keys, int bytes, Integer... parallelisms) {
    return new Run(
        kind, (long) budgetMegabytes << 20, keys, bytes, false, 3, List.of(parallelisms));
  }

  private static Run inTurn(
      Kind kind, int budgetMegabytes, int keys, int bytes, Integer... parallelisms) {
    return new Run(
        kind, (long) budgetMegabytes << 20, keys, bytes, true, 20, List.of(parallelisms));
  }

  /** Returns runs that are small enough for every build. */
  static List<Run> small() {
    return List.of(
        run(Kind.VALUES, 1, 18_000, 60, 2, 1, 2, 4),
        run(Kind.VALUES, 1, 1_000, 8_000, 2, 3, 1),
        run(Kind.LISTS, 1, 3_000, 1_000, 3, 2, 4),
        run(Kind.MAPS, 1, 2_000, 2_000, 1, 4, 3),
        inTurn(Kind.VALUES, 2, 20_000, 100, 20, 5, 20),
        inTurn(Kind.MAPS, 1, 1_500, 1_500, 4, 4, 1));
  }

  /** Returns all runs, from the smallest to the largest. */
  static List<Run> all() {
    List<Run> runs = new ArrayList<>(small());
    for (int megabytes : List.of(1, 2, 4, 8)) {
      runs.add(run(Kind.VALUES, megabytes, megabytes * 40_000, 8, 2, 1, 3));
      runs.add(run(Kind.VALUES, megabytes, megabytes * 18_000, 60, 3, 2, 5));
      runs.add(run(Kind.VALUES, megabytes, megabytes * 3_000, 2_000, 2, 4, 1));
      runs.add(run(Kind.LISTS, megabytes, megabytes * 2_000, 3_000, 2, 1, 4));
      runs.add(run(Kind.MAPS, megabytes, megabytes * 2_000, 3_000, 4, 2, 3));
      runs.add(inTurn(Kind.VALUES, megabytes, megabytes * 10_000, 100, 4, 2, 4));
    }
    runs.add(inTurn(Kind.VALUES, 16, 200_000, 100, 20, 5, 20));
    runs.add(inTurn(Kind.LISTS, 16, 20_000, 2_000, 20, 10, 20));
    runs.add(run(Kind.VALUES, 16, 300_000, 60, 2, 1, 2, 4, 8, 16));
    runs.add(run(Kind.VALUES, 16, 20_000, 2_000, 2, 7, 8, 1));
    runs.add(run(Kind.VALUES, 16, 1_200_000, 8, 1, 1, 2, 4));
    runs.add(run(Kind.VALUES, 16, 16_000, 100_000, 2, 1, 4));
    runs.add(run(Kind.VALUES, 128, 4, 100 << 20, 1, 1));
    runs.add(run(Kind.VALUES, 256, 4_000_000, 60, 2, 2, 4, 8));
    return runs;
  }

  /**
   * Does a run.
   *
   * @param directory for its files, which it deletes if it succeeds
   * @return how many keys were written
   * @throws AssertionError if state is lost or wrong, or memory beyond its budget
   */
  static int run(Run run, Path directory) throws IOException {
    List<Long> keys = new ArrayList<>(LongStream.range(0, run.keyCount).boxed().toList());
    int written;
    int changed;
    try (BudgetJob job = open(run, directory, run.parallelisms.get(0))) {
      if (run.isInTurn) {
        keys.sort(Comparator.comparing(job::taskOf));
      }
      written = write(run, job, keys);
      job.checkpoint();
      changed = written < run.keyCount ? 0 : change(job, keys);
      job.checkpoint();
    }
    for (int parallelism : run.parallelisms.subList(1, run.parallelisms.size())) {
      try (BudgetJob job = open(run, directory, parallelism)) {
        if (job.keyCount() != written) {
          throw new AssertionError(
              "keys are missing: expected=%d, actual=%d, parallelism=%d"
                  .formatted(written, job.keyCount(), parallelism));
        }
        for (int i = 0; i < written; i += CHECK_STEP) {
          job.check(keys.get(i), i % CHANGE_STEP == 0 && i < changed ? 1 : 0);
        }
        job.checkpoint();
      }
    }
    delete(directory);
    return written;
  }

  private static BudgetJob open(Run run, Path directory, int parallelism) {
    return new BudgetJob(directory, run.budgetBytes, run.kind, run.valueBytes, parallelism);
  }

  /** Writes all keys, or as many as memory is enough for; returns how many. */
  private static int write(Run run, BudgetJob job, List<Long> keys) {
    int each = Math.max(1, keys.size() / (run.checkpoints + 1));
    for (int i = 0; i < keys.size(); i++) {
      try {
        job.write(keys.get(i), 0);
      } catch (StateIoException e) {
        job.clear(keys.get(i));
        return i;
      }
      if (i % each == each - 1) {
        job.checkpoint();
      }
    }
    return keys.size();
  }

  /** Changes a tenth of the keys, or as many as memory is enough for; returns up to where. */
  private static int change(BudgetJob job, List<Long> keys) {
    for (int i = 0; i < keys.size(); i += CHANGE_STEP) {
      try {
        job.write(keys.get(i), 1);
      } catch (StateIoException e) {
        // As it was: what is refused is not done.
        job.write(keys.get(i), 0);
        return i;
      }
    }
    return keys.size();
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  /** Does all runs in a directory, or those that are named by their numbers. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    List<Run> runs = all();
    List<Integer> numbers =
        arguments.length > 1
            ? Stream.of(arguments).skip(1).map(Integer::valueOf).toList()
            : IntStream.range(0, runs.size()).boxed().toList();
    PrintStream out = System.out;
    int failures = 0;
    for (int number : numbers) {
      Run run = runs.get(number);
      long begin = System.nanoTime();
      String outcome;
      try {
        outcome = "ok, keys=" + run(run, directory.resolve("run-" + number));
      } catch (RuntimeException | AssertionError e) {
        outcome = "FAILED: " + e;
        failures++;
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      out.println("%d %s: %s, %d ms".formatted(number, run, outcome, millis));
    }
    if (failures > 0) {
      throw new AssertionError(failures + " runs have failed");
    }
  }
}
