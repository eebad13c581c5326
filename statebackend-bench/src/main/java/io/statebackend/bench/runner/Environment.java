// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/**
 * Where and of what a run was.
 *
 * @param cpu the model of the processor
 * @param cores how many of them there are
 * @param memoryGib how much memory
 * @param os the operating system
 * @param jdk the version and vendor of the JDK
 * @param commit the commit of the sources, with {@code -dirty} if files had been changed
 * @param time when the run began
 */
record Environment(
    String cpu, int cores, long memoryGib, String os, String jdk, String commit, String time) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String BUILT_COMMIT = "STATEBACKEND_BENCH_COMMIT";
  private static final String UNKNOWN = "unknown";

  static Environment current() {
    return new Environment(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        memoryBytes() >> 30,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"),
        describeCommit(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static String cpuModel() {
    if (!Files.isReadable(CPU_INFO)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(() -> System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long memoryBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  /** What the script built, else what git says of the current directory, if it is there. */
  private static String describeCommit() {
    String built = System.getenv(BUILT_COMMIT);
    if (built != null) {
      return built;
    }
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? answer : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }
}
