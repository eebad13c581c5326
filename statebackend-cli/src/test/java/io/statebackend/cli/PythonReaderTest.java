// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The reader in tools/python, which was written from docs/format alone, says the same as this one,
 * byte by byte, and refuses what is damaged.
 */
final class PythonReaderTest {
  private static final int MINUTES_MAX = 5;

  @TempDir private Path directory;

  private record Ran(int status, String out, String err) {}

  @BeforeAll
  static void needsPython() {
    boolean isThere;
    try {
      isThere =
          python(List.of("-c", "import sys; sys.exit(sys.version_info < (3, 8))")).status == 0;
    } catch (IOException e) {
      isThere = false;
    }
    assumeTrue(isThere, "skipped: there is no python3 of version 3.8 or later on the path");
  }

  private static Ran python(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(arguments);
    Path out = Files.createTempFile("python", ".out");
    Path err = Files.createTempFile("python", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Goldens.project().resolve("tools/python").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // Nothing is left behind in the tree.
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    try {
      if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("python3 takes more than minutes: " + command);
      }
      return new Ran(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError(e);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static Ran read(Path checkpoint) throws IOException {
    return python(List.of("-m", "statebackend_reader", checkpoint.toString()));
  }

  private static Stream<String> snapshots() {
    return Goldens.SNAPSHOTS.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("snapshots")
  void read_goldenSnapshot_isTheSameByteByByte(String snapshot) throws IOException {
    checkSame(Goldens.checkpointOf(snapshot, directory));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"memory,chk-1", "memory,chk-2", "timers,chk-1", "timers,chk-2"})
  void read_goldenCheckpoint_isTheSameByteByByte(String set, String name) throws IOException {
    Path copy = directory.resolve(set);
    Path checkpoints =
        set.equals("timers") ? Goldens.timers("memory", copy) : Goldens.checkpoints(set, copy);
    checkSame(checkpoints.resolve(name));
  }

  private static void checkSame(Path checkpoint) throws IOException {
    Goldens.Ran ours = Goldens.run("cat", "--json", checkpoint.toString());
    assertThat(ours.err()).isEmpty();
    assertThat(ours.status()).isZero();
    Ran theirs = read(checkpoint);
    assertThat(theirs.err()).isEmpty();
    assertThat(theirs.out()).isEqualTo(ours.out()).isNotEmpty();
    assertThat(theirs.status()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"fs", "fs-2", "rocksdb"})
  void read_nativeSnapshot_saysWhatToDo(String engine) throws IOException {
    Path checkpoints = Goldens.checkpoints(engine, directory.resolve(engine));
    Ran ran = read(checkpoints.resolve("chk-2"));
    assertThat(ran.status()).isEqualTo(ExitStatus.INCOMPATIBLE);
    assertThat(ran.err()).contains("own format", "convert");
  }

  /** Bits are flipped, and files are cut, in one process: see the test in tools/python. */
  @Test
  void read_damagedFiles_areRefused() throws IOException {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    Path types = Goldens.checkpointOf("snapshot-v1-lz4.bin", directory.resolve("types"));
    Ran ran =
        python(
            List.of("tests/damage.py", checkpoints.resolve("chk-2").toString(), types.toString()));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("refused");
    assertThat(ran.status()).isZero();
  }
}
