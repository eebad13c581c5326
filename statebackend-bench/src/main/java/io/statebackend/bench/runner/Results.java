// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.statebackend.bench.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that was measured, as it is kept in {@code results.json}.
 *
 * @param runs the runs, the oldest first
 */
record Results(List<Run> runs) {
  private static final String FILE = "results.json";
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /**
   * What was measured with one command.
   *
   * @param environment where
   * @param settings how: iterations and forks
   * @param measurements what
   */
  record Run(Environment environment, JmhSettings settings, List<Measurement> measurements) {}

  static Results none() {
    return new Results(List.of());
  }

  /**
   * Reads the results in a directory.
   *
   * @return the results, none if there is no file
   */
  static Results read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return none();
    }
    try {
      return GSON.fromJson(Files.readString(file), Results.class);
    } catch (JsonParseException e) {
      throw new IOException(
          "%s is not what this program wrote; delete it, or leave out --append: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  void write(Path directory) throws IOException {
    Files.writeString(directory.resolve(FILE), GSON.toJson(this) + "\n");
  }

  Results plus(Run run) {
    List<Run> all = new ArrayList<>(runs);
    all.add(run);
    return new Results(List.copyOf(all));
  }

  /** Returns all measurements; where a line was measured again, the last one. */
  List<Measurement> measurements() {
    record Key(Line line, Backend backend) {}
    Map<Key, Measurement> latest = new LinkedHashMap<>();
    for (Run run : runs) {
      for (Measurement measurement : run.measurements()) {
        latest.put(new Key(measurement.line(), measurement.backend()), measurement);
      }
    }
    return latest.values().stream().sorted(Measurement.ORDER).toList();
  }

  /** Returns the ratios within each run; where a line was measured again, the last one. */
  List<Ratio> ratios() {
    record Key(Line line, Backend ours, Backend peer) {}
    Map<Key, Ratio> latest = new LinkedHashMap<>();
    for (Run run : runs) {
      for (Ratio ratio : Ratio.of(run.measurements())) {
        latest.put(new Key(ratio.line(), ratio.ours().backend(), ratio.peer().backend()), ratio);
      }
    }
    return latest.values().stream().sorted(Ratio.ORDER).toList();
  }
}
