// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of several rounds; printed as the median of each, with the least and the most. */
final class Figures {
  private final Map<String, List<Double>> valuesByName = new LinkedHashMap<>();

  void add(String name, double value) {
    valuesByName.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
  }

  /** Prints {@code name=median}, and {@code name_min} and {@code name_max} if there are several. */
  void print(PrintStream out) {
    valuesByName.forEach(
        (name, values) -> {
          List<Double> sorted = values.stream().sorted().toList();
          print(out, name, sorted.get(sorted.size() / 2));
          if (sorted.size() > 1) {
            print(out, name + "_min", sorted.get(0));
            print(out, name + "_max", sorted.get(sorted.size() - 1));
          }
        });
  }

  private static void print(PrintStream out, String name, double value) {
    out.printf(Locale.ROOT, "%s=%.3f%n", name, value);
  }
}
