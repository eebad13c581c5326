// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While no more files can be opened, checkpoints are aborted with an error that says so, and
 * afterwards they complete again, on each engine.
 */
@Timeout(300)
final class ShortOfFilesTest {
  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Engine.class)
  void checkpoint_noFileCanBeOpened_isAbortedAndALaterOneCompletes(Engine engine)
      throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(SHELL), "there is no shell to limit files with");
    Process process =
        new ProcessBuilder(
                SHELL.toString(),
                "-c",
                "ulimit -n 400; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                ShortOfFiles.class.getName(),
                engine.directoryName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("before: completed 1")
        .containsPattern("while short of files: .*StateIoException.*Too many open files")
        .contains("after: completed")
        .contains("verified");
  }
}
