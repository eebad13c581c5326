// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Shows in half a minute what the library is for: a word count crashes, is started again with
 * another number of workers, and ends with exactly the counts of an independent count.
 */
public final class Demo {
  private static final String ROUNDS = "200";
  private static final String CRASH_AT = "25000000";
  private static final long TIMEOUT_SECONDS = 240;

  private final PrintStream out;
  private final Path checkpoints;

  private Demo(PrintStream out, Path checkpoints) {
    this.out = out;
    this.checkpoints = checkpoints;
  }

  /**
   * Runs it and exits with 0 if all went well, 1 if not, and 2 if there are arguments.
   *
   * @param args none
   * @throws IOException if the temporary directory or a process cannot be created
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0) {
      System.err.println("demo: takes no arguments; " + WordCount.class.getName() + " does");
      System.exit(2);
    }
    Path checkpoints = Files.createTempDirectory("word-count-demo-");
    boolean passed;
    try {
      passed = new Demo(System.out, checkpoints).run();
    } finally {
      deleteAll(checkpoints);
    }
    System.exit(passed ? 0 : 1);
  }

  private boolean run() throws IOException, InterruptedException {
    out.println();
    out.println(
        "== 1. Count Moby-Dick " + ROUNDS + " times over with 2 workers, and crash on the way");
    int crashed = wordCount("--parallelism", "2", "--crash-at", CRASH_AT);
    if (crashed != CrashPoint.HALT_STATUS) {
      return failed("the process should have crashed, but ended with status " + crashed);
    }
    out.println("-- the JVM is gone: halted in the middle of its work, exit status " + crashed);
    out.println();
    out.println("== 2. Start again, now with 3 workers, and compare with an independent count");
    int status = wordCount("--parallelism", "3", "--verify");
    if (status != 0) {
      return failed("the second process ended with status " + status);
    }
    out.println();
    out.println("== Crashed, recovered, rescaled, and not one word lost or counted twice.");
    return true;
  }

  private boolean failed(String reason) {
    out.println("== FAILED: " + reason);
    return false;
  }

  private int wordCount(String... more) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(more));
    Collections.addAll(arguments, "--repeat", ROUNDS, "--checkpoint-dir", checkpoints.toString());
    out.println("$ word-count " + String.join(" ", arguments));
    Process process = ChildJvm.wordCount(arguments).inheritIO().start();
    try {
      return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> found = Files.walk(directory)) {
      paths = new ArrayList<>(found.toList());
    }
    Collections.reverse(paths);
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
