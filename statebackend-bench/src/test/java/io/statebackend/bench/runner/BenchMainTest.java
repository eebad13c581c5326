// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.bench.Backend;
import io.statebackend.bench.ListStateBenchmark;
import io.statebackend.bench.MapStateBenchmark;
import io.statebackend.bench.ReducingStateBenchmark;
import io.statebackend.bench.ValueStateBenchmark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchMainTest {
  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();

  private int run(String... args) {
    return BenchMain.run(
        args,
        new PrintStream(outBytes, true, StandardCharsets.UTF_8),
        new PrintStream(errBytes, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--keys=7",
        "--keys=1001",
        "--keys=many",
        "--backends=NOBODY",
        "--types=LONG",
        "--gc=Serial",
        "--only=(",
        "--only=NoSuchBenchmark",
        "--only=MapState --backends=FASTUTIL",
        "--program=nothing",
        "--program=checkpoint --backends=FASTUTIL",
        "--unknown",
        "surplus"
      })
  void badArguments_exitWith2AndSayWhat(String arguments) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err()).startsWith("bench: ").contains("--help").doesNotContain("Exception");
    assertThat(out()).isEmpty();
  }

  @Test
  void help_namesEveryOption() {
    assertThat(run("--help")).isEqualTo(0);
    assertThat(out())
        .contains(
            "--quick", "--only", "--backends", "--keys", "--types", "--gc", "--out", "--program")
        .contains("MEMORY, FS, ROCKSDB");
  }

  @Test
  void list_saysWhatWouldBeMeasured() {
    assertThat(
            run("--list", "--only", "^ValueState.get$", "--keys", "1000", "--types", "long_long"))
        .isEqualTo(0);
    assertThat(out().lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("ValueState.get LONG_LONG keys=1000"));
  }

  @Test
  void quickSet_hasEveryBenchmarkAndBackend() {
    assertThat(run("--list", "--quick")).isEqualTo(0);
    assertThat(out())
        .contains(Arrays.stream(Benchmark.values()).map(Benchmark::id).toArray(String[]::new))
        .contains(Arrays.stream(Backend.values()).map(Backend::name).toArray(String[]::new));
  }

  @Test
  void benchmarks_areExactlyTheMethodsOfJmh() {
    Stream<String> methods =
        Stream.of(
                ValueStateBenchmark.class,
                MapStateBenchmark.class,
                ListStateBenchmark.class,
                ReducingStateBenchmark.class)
            .flatMap(type -> Arrays.stream(type.getMethods()))
            .filter(m -> m.isAnnotationPresent(org.openjdk.jmh.annotations.Benchmark.class))
            .map(BenchMainTest::nameOf);
    assertThat(Arrays.stream(Benchmark.values()).map(Benchmark::method))
        .containsExactlyInAnyOrderElementsOf(methods.toList());
  }

  private static String nameOf(Method method) {
    return method.getDeclaringClass().getName() + "." + method.getName();
  }

  @Test
  void classPathFor_leavesOutTheOtherRocksDb() {
    assertThat(ChildJvm.without("frocksdbjni-", "a/frocksdbjni-8.jar:b/rocksdbjni-10.jar:classes"))
        .isEqualTo("b/rocksdbjni-10.jar:classes");
    assertThat(ChildJvm.without("rocksdbjni-", "a/frocksdbjni-8.jar:b/rocksdbjni-10.jar:classes"))
        .isEqualTo("a/frocksdbjni-8.jar:classes");
  }

  @Test
  @Tag("slow")
  void run_measuresAndWritesAllFiles(@TempDir Path directory) {
    int status =
        run(
            "--quick",
            "--only=ValueState.get$",
            "--keys=1000",
            "--types=LONG_LONG",
            "--backends=MEMORY,JAVA_HASHMAP",
            "--out=" + directory);
    assertThat(status).as(err()).isEqualTo(0);
    assertThat(out()).containsPattern("ValueState.get .* MEMORY +JAVA_HASHMAP .*x ");
    assertThat(directory.resolve("results.json")).isNotEmptyFile();
    assertThat(directory.resolve("report.html")).isNotEmptyFile();
    assertThat(directory.resolve("ratios.csv"))
        .isRegularFile()
        .satisfies(file -> assertThat(Files.readAllLines(file)).hasSize(2));
  }
}
