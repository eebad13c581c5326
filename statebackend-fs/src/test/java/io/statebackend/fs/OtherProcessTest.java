// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A working directory that another process uses is refused, until that process has died. */
@Timeout(120)
final class OtherProcessTest {
  private static final String HELD = "held";

  @TempDir private Path directory;

  /** The other process: holds the directory until it is killed. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (FsStateBackend backend = FsStateBackend.builder(Path.of(arguments[0])).open()) {
        System.out.println(HELD + " by " + backend.name());
        int unused = System.in.read();
      }
    }
  }

  @Test
  void open_otherProcessHoldsIt_untilItIsKilled() throws IOException, InterruptedException {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(holder.inputReader(UTF_8).readLine()).startsWith(HELD);

      assertThatThrownBy(() -> FsStateBackend.builder(directory).open())
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining(directory.getFileName().toString());
    } finally {
      holder.destroyForcibly().waitFor();
    }
    FsStateBackend.builder(directory).open().close();
  }
}
