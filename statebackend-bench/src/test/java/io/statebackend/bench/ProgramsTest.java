// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every program runs on every backend that it is for, and prints its figures. */
class ProgramsTest {
  private static final int KEYS = 1000;
  private static final Effort LITTLE = new Effort(1, 1_000_000);

  @TestFactory
  Stream<DynamicTest> everyProgram() {
    return Arrays.stream(Program.values())
        .flatMap(
            program ->
                Backends.here()
                    .filter(program::isFor)
                    .map(
                        backend ->
                            dynamicTest(program + " " + backend, () -> run(program, backend))));
  }

  private static void run(Program program, Backend backend) {
    // A job of Flink takes a cluster, so one of them is enough.
    Pattern only = Pattern.compile(program == Program.FLINK ? "COUNT_LONG" : "");
    Figures figures =
        ProgramMain.run(program, backend, EntryType.LONG_LONG.entries(), KEYS, only, LITTLE);
    assertThat(printed(figures))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).matches("[a-z_0-9]+=-?[0-9]+\\.[0-9]{3}"));
  }

  @Test
  void print_severalRounds_medianLeastAndMost() {
    Figures figures = new Figures();
    for (double value : new double[] {5, 1, 3}) {
      figures.add("some_ms", value);
    }
    figures.add("once", 7);
    assertThat(printed(figures))
        .containsExactly("some_ms=3.000", "some_ms_min=1.000", "some_ms_max=5.000", "once=7.000");
  }

  private static List<String> printed(Figures figures) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    figures.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
