// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import java.util.Comparator;
import java.util.List;

/**
 * What one backend did on one line.
 *
 * @param line what was measured
 * @param backend who was measured
 * @param samples operations per millisecond, one figure per iteration, at least one
 */
record Measurement(Line line, Backend backend, List<Double> samples) {
  /** The order in which they are shown. */
  static final Comparator<Measurement> ORDER =
      Comparator.<Measurement, GarbageCollector>comparing(m -> m.line().gc())
          .thenComparing(m -> m.line().type())
          .thenComparing(m -> m.line().keys())
          .thenComparing(m -> m.line().distribution())
          .thenComparing(m -> m.line().benchmark())
          .thenComparing(Measurement::backend);

  Measurement {
    if (samples.isEmpty() || samples.stream().anyMatch(sample -> !(sample > 0))) {
      throw new IllegalArgumentException(
          "samples must be some numbers above zero: line=%s, backend=%s, samples=%s"
              .formatted(line, backend, samples));
    }
  }

  /** The figure of the line: half of the iterations were slower, half faster. */
  double median() {
    return quantile(2);
  }

  /** A quarter of the iterations was slower. */
  double lowerQuartile() {
    return quantile(1);
  }

  /** A quarter of the iterations was faster. */
  double upperQuartile() {
    return quantile(3);
  }

  /** Interpolates between the two iterations around a quarter, a half or three quarters. */
  private double quantile(int quarters) {
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double position = (sorted.length - 1) * quarters / 4.0;
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
  }
}
