// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.statebackend.bench.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures one backend on one line, with JMH in JVMs of their own.
 *
 * @param settings how often
 * @param profiler a profiler of JMH, whose figures are printed; may be {@code null}
 * @param log where the output of JMH goes
 */
record JmhRun(JmhSettings settings, @Nullable String profiler, Path log) {
  private static final String JMH = "org.openjdk.jmh.Main";
  private static final String UNIT_OF_PASSES = "ms/op";
  private static final String UNIT = "ops/ms";

  Measurement measure(Line line, Backend backend) throws IOException, InterruptedException {
    Path json = Files.createTempFile("statebackend-bench-", ".json");
    try {
      ProcessBuilder jmh =
          ChildJvm.command(backend, List.of(), JMH, arguments(line, backend, json))
              .redirectErrorStream(true);
      if (profiler == null) {
        jmh.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      } else {
        jmh.inheritIO();
      }
      int status = ChildJvm.run(jmh);
      if (status != 0) {
        throw new BenchException(
            "%s of %s failed with status %d%s"
                .formatted(line, backend, status, profiler == null ? "; see " + log : ""));
      }
      return new Measurement(line, backend, samples(line, Files.readString(json)));
    } finally {
      Files.delete(json);
    }
  }

  private List<String> arguments(Line line, Backend backend, Path json) {
    List<String> arguments = new ArrayList<>();
    arguments.add("^" + line.benchmark().method().replace(".", "\\.") + "$");
    arguments.addAll(List.of("-p", "backend=" + backend));
    arguments.addAll(List.of("-p", "keys=" + line.keys()));
    arguments.addAll(List.of("-p", "type=" + line.type()));
    arguments.addAll(List.of("-p", "distribution=" + line.distribution()));
    arguments.addAll(List.of("-f", Integer.toString(settings.forks())));
    arguments.addAll(List.of("-wi", Integer.toString(settings.warmups())));
    arguments.addAll(List.of("-w", settings.iterationMillis() + "ms"));
    arguments.addAll(List.of("-i", Integer.toString(settings.iterations())));
    arguments.addAll(List.of("-r", settings.iterationMillis() + "ms"));
    arguments.addAll(List.of("-foe", "true"));
    arguments.addAll(List.of("-rf", "json", "-rff", json.toString()));
    arguments.addAll(List.of("-jvmArgs", String.join(" ", jvmOptions(line, backend))));
    if (profiler != null) {
      arguments.addAll(List.of("-prof", profiler));
    }
    return arguments;
  }

  private static List<String> jvmOptions(Line line, Backend backend) {
    List<String> options = new ArrayList<>(ChildJvm.options(line.gc(), line.keys()));
    options.addAll(backend.jvmOptions());
    return options;
  }

  /** Reads the iterations of all forks as operations per millisecond. */
  static List<Double> samples(Line line, String json) {
    JsonObject metric =
        JsonParser.parseString(json)
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .getAsJsonObject("primaryMetric");
    String unit = metric.get("scoreUnit").getAsString();
    int operations = line.benchmark().operationsPerPass(line.keys());
    List<Double> samples = new ArrayList<>();
    for (JsonElement fork : metric.getAsJsonArray("rawData")) {
      for (JsonElement iteration : fork.getAsJsonArray()) {
        double score = iteration.getAsDouble();
        samples.add(
            switch (unit) {
              case UNIT -> score;
              case UNIT_OF_PASSES -> operations / score;
              default -> throw new IllegalStateException("unexpected unit of JMH: " + unit);
            });
      }
    }
    return samples;
  }
}
