// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import java.util.List;
import java.util.Locale;

/** The ratios as text: for people, and as comma-separated values for programs. */
final class RatioTable {
  private static final String HEADING =
      "benchmark,type,keys,distribution,gc,ours,peer,ours_ops_ms,peer_ops_ms,ratio,low,high";

  private RatioTable() {}

  /** Writes one line per ratio, under a heading. */
  static String csv(List<Ratio> ratios) {
    StringBuilder csv = new StringBuilder(HEADING).append('\n');
    for (Ratio ratio : ratios) {
      Line line = ratio.line();
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%d,%s,%s,%s,%s,%.1f,%.1f,%.3f,%.3f,%.3f%n",
              line.benchmark(),
              line.type(),
              line.keys(),
              line.distribution(),
              line.gc(),
              ratio.ours().backend(),
              ratio.peer().backend(),
              ratio.ours().median(),
              ratio.peer().median(),
              ratio.value(),
              ratio.low(),
              ratio.high()));
    }
    return csv.toString();
  }

  /** Writes a table for the console; throughput is in operations per millisecond. */
  static String text(List<Ratio> ratios) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "%-26s %-13s %9s %-7s %-8s %-8s %-13s %10s %10s %7s  %s%n",
            "benchmark",
            "type",
            "keys",
            "keys are",
            "gc",
            "ours",
            "peer",
            "ours/ms",
            "peer/ms",
            "ratio",
            "low..high"));
    for (Ratio ratio : ratios) {
      Line line = ratio.line();
      text.append(
          String.format(
              Locale.ROOT,
              "%-26s %-13s %9d %-8s %-8s %-8s %-13s %10.0f %10.0f %6.2fx  %.2f..%.2f%n",
              line.benchmark(),
              line.type(),
              line.keys(),
              line.distribution(),
              line.gc(),
              ratio.ours().backend(),
              ratio.peer().backend(),
              ratio.ours().median(),
              ratio.peer().median(),
              ratio.value(),
              ratio.low(),
              ratio.high()));
    }
    return text.toString();
  }
}
