// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Measures {@link SerializerBenchmark} for all types, or for those named, and prints a table of
 * nanoseconds per value with the ratio of Flink's time and Kryo's to ours: more than 1 is faster
 * than they are.
 *
 * <pre>
 * statebackend-bench/bench --list
 * java -cp 'statebackend-bench/target/benchmarks.jar.lib/*' \
 *     io.statebackend.bench.serializers.SerializerProgram LONG RECORD
 * </pre>
 */
public final class SerializerProgram {
  private SerializerProgram() {}

  /** Runs it; the arguments are names of types. */
  public static void main(String[] types) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(SerializerBenchmark.class.getName())
            .forks(2)
            .warmupIterations(4)
            .warmupTime(TimeValue.milliseconds(400))
            .measurementIterations(5)
            .measurementTime(TimeValue.milliseconds(300))
            .jvmArgsAppend("-Xms512m", "-Xmx512m");
    if (types.length > 0) {
      options.param("type", types);
    }
    print(new Runner(options.build()).run(), System.out);
  }

  private static void print(Collection<RunResult> results, PrintStream out) {
    Map<SerializedType, Map<String, Map<SerializerCandidate, Double>>> times = new TreeMap<>();
    for (RunResult result : results) {
      SerializedType type = SerializedType.valueOf(result.getParams().getParam("type"));
      SerializerCandidate candidate =
          SerializerCandidate.valueOf(result.getParams().getParam("candidate"));
      times
          .computeIfAbsent(type, key -> new TreeMap<>())
          .computeIfAbsent(result.getPrimaryResult().getLabel(), key -> new TreeMap<>())
          .put(candidate, result.getPrimaryResult().getStatistics().getPercentile(50));
    }
    out.println("| Type | Operation | ours, ns | Flink, ns | Kryo, ns | Flink/ours | Kryo/ours |");
    out.println("|---|---|---|---|---|---|---|");
    times.forEach(
        (type, operations) ->
            operations.forEach((operation, row) -> out.println(line(type, operation, row))));
  }

  private static String line(
      SerializedType type, String operation, Map<SerializerCandidate, Double> times) {
    double ours = times.getOrDefault(SerializerCandidate.OURS, Double.NaN);
    double flink = times.getOrDefault(SerializerCandidate.FLINK, Double.NaN);
    double kryo = times.getOrDefault(SerializerCandidate.KRYO, Double.NaN);
    return "| %s | %s | %.1f | %.1f | %.1f | %.2f | %.2f |"
        .formatted(type, operation, ours, flink, kryo, flink / ours, kryo / ours);
  }
}
