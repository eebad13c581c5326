// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.bench.Backend;
import io.statebackend.bench.Distribution;
import io.statebackend.bench.EntryType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The arithmetic from what JMH writes to the table of ratios. */
class RatioTest {
  private static final Line GET = line(Benchmark.VALUE_GET);
  private static final Line ADD = line(Benchmark.VALUE_ADD);
  private static final Environment ENVIRONMENT =
      new Environment("cpu </script>", 2, 24, "os", "jdk", "abc", "now");

  private static Line line(Benchmark benchmark) {
    return new Line(
        benchmark, EntryType.LONG_LONG, 1000, Distribution.UNIFORM, GarbageCollector.G1);
  }

  private static Measurement measurement(Line line, Backend backend, Double... samples) {
    return new Measurement(line, backend, List.of(samples));
  }

  private static Results.Run run(Measurement... measurements) {
    return new Results.Run(ENVIRONMENT, JmhSettings.QUICK, List.of(measurements));
  }

  @Test
  void value_mediansAndQuartiles() {
    Ratio ratio =
        new Ratio(
            measurement(GET, Backend.MEMORY, 50.0, 10.0, 40.0, 30.0, 20.0),
            measurement(GET, Backend.FLINK_HASHMAP, 1.0, 5.0, 2.0, 4.0, 3.0));
    assertThat(ratio.value()).isEqualTo(10.0);
    assertThat(ratio.low()).isEqualTo(20.0 / 4.0);
    assertThat(ratio.high()).isEqualTo(40.0 / 2.0);
  }

  @Test
  void median_evenCount_betweenTheMiddleTwo() {
    assertThat(measurement(GET, Backend.MEMORY, 1.0, 2.0, 4.0, 8.0).median()).isEqualTo(3.0);
    assertThat(measurement(GET, Backend.MEMORY, 7.0).lowerQuartile()).isEqualTo(7.0);
  }

  @Test
  void of_pairsOursWithPeersOfTheSameLine() {
    Measurement ours = measurement(GET, Backend.MEMORY, 2.0);
    Measurement flink = measurement(GET, Backend.FLINK_HASHMAP, 1.0);
    Measurement map = measurement(GET, Backend.JAVA_HASHMAP, 1.0);
    Measurement other = measurement(ADD, Backend.FLINK_HASHMAP, 1.0);
    assertThat(Ratio.of(List.of(ours, flink, map, other)))
        .containsExactly(new Ratio(ours, flink), new Ratio(ours, map));
  }

  @Test
  void ratio_ofDifferentLines_isRefused() {
    assertThatThrownBy(
            () ->
                new Ratio(
                    measurement(GET, Backend.MEMORY, 1.0),
                    measurement(ADD, Backend.FLINK_HASHMAP, 1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not comparable");
  }

  @Test
  void measurement_withoutSamplesOrWithZero_isRefused() {
    assertThatThrownBy(() -> measurement(GET, Backend.MEMORY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> measurement(GET, Backend.MEMORY, 0.0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void csv_hasTheColumnsThatProgramsRead() {
    Ratio ratio =
        new Ratio(
            measurement(GET, Backend.MEMORY, 3.0), measurement(GET, Backend.FLINK_HASHMAP, 1.5));
    assertThat(RatioTable.csv(List.of(ratio)))
        .isEqualTo(
            """
            benchmark,type,keys,distribution,gc,ours,peer,ours_ops_ms,peer_ops_ms,ratio,low,high
            ValueState.get,LONG_LONG,1000,UNIFORM,G1,MEMORY,FLINK_HASHMAP,3.0,1.5,2.000,2.000,2.000
            """);
  }

  @Test
  void samples_throughput_asTheyAre() {
    assertThat(JmhRun.samples(GET, jmh("ops/ms", "[[1.5, 2.5], [3.5]]")))
        .containsExactly(1.5, 2.5, 3.5);
  }

  @Test
  void samples_passes_becomeOperationsPerMilli() {
    assertThat(JmhRun.samples(ADD, jmh("ms/op", "[[100.0, 250.0]]"))).containsExactly(10.0, 4.0);
  }

  private static String jmh(String unit, String rawData) {
    return "[{\"primaryMetric\": {\"scoreUnit\": \"%s\", \"rawData\": %s}}]"
        .formatted(unit, rawData);
  }

  @Test
  void results_writtenAndRead_areTheSame(@TempDir Path directory) throws IOException {
    Results results =
        Results.none()
            .plus(
                run(
                    measurement(GET, Backend.MEMORY, 1.0, 2.0),
                    measurement(GET, Backend.FASTUTIL, 3.0)));
    results.write(directory);
    assertThat(Results.read(directory)).isEqualTo(results);
    assertThat(Results.read(directory.resolve("missing"))).isEqualTo(Results.none());
  }

  @Test
  void ratios_lineMeasuredAgain_lastRunAndNeverAcrossRuns() {
    Measurement ours = measurement(GET, Backend.MEMORY, 10.0);
    Measurement peer = measurement(GET, Backend.FLINK_HASHMAP, 1.0);
    Measurement oursAgain = measurement(GET, Backend.MEMORY, 30.0);
    Measurement peerAgain = measurement(GET, Backend.FLINK_HASHMAP, 10.0);
    Measurement oursAlone = measurement(GET, Backend.MEMORY, 99.0);
    Results results =
        Results.none().plus(run(ours, peer)).plus(run(oursAgain, peerAgain)).plus(run(oursAlone));
    assertThat(results.ratios()).containsExactly(new Ratio(oursAgain, peerAgain));
  }

  @Test
  void report_isOnePageWithTableAndChartLibrary() throws IOException {
    Results results =
        Results.none()
            .plus(
                run(
                    measurement(GET, Backend.MEMORY, 3.0),
                    measurement(GET, Backend.FLINK_HASHMAP, 1.0)));
    String page = HtmlReport.of(results);
    assertThat(page)
        .contains("<td class=\"number\">3.00</td>", "Chart.js v", "cpu &lt;/script&gt;")
        .contains("\"benchmark\":\"ValueState.get\",\"backend\":\"MEMORY\",\"median\":3.0")
        .doesNotContain("@data@", "@script@", "@library@", "@ratios@", "@environments@")
        .doesNotContainPattern("<(script|link|img)[^>]*(src|href)=");
  }
}
