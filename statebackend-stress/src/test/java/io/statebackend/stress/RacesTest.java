// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs all races under jcstress, in JVMs of their own. */
final class RacesTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir private Path directory;

  @Test
  @Timeout(240)
  void races_fewSamples() throws IOException, InterruptedException {
    run("-time", "200", "-iters", "1", "-sc", "false");
  }

  /** With each actor interpreted, and compiled by either compiler. */
  @Test
  @Tag("slow")
  @Timeout(3600)
  void races_manySamples() throws IOException, InterruptedException {
    run("-time", "1000", "-iters", "3", "-sc", "true");
  }

  private void run(String... times) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    // Few samples at a time: each opens a store or a job.
    command.addAll(List.of("-af", "NONE", "-f", "1", "-strideSize", "8", "-strideCount", "4"));
    command.addAll(
        List.of("-jvmArgs", "-Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-v"));
    command.addAll(List.of(times));
    Path report = directory.resolve("report");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();
    try {
      int exitCode = process.waitFor();
      String output = Files.readString(report);
      System.getLogger(RacesTest.class.getName()).log(System.Logger.Level.INFO, output);
      assertThat(exitCode).as("the exit code of jcstress, which said:%n%s", output).isZero();
      assertThat(output)
          .contains("RUN RESULTS:", " 0 failed, 0 soft errs, 0 hard errs")
          .as("the bait, which shows that actors meet")
          .containsPattern("Interesting tests: [1-9]\\d* matching test results");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
