// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * One of our backends beside one peer on the same line: how many times faster it is.
 *
 * @param ours what ours did
 * @param peer what the peer did
 */
record Ratio(Measurement ours, Measurement peer) {
  /** The order in which they are shown. */
  static final Comparator<Ratio> ORDER =
      Comparator.comparing(Ratio::ours, Measurement.ORDER)
          .thenComparing(Ratio::peer, Measurement.ORDER);

  Ratio {
    if (!ours.line().equals(peer.line())) {
      throw new IllegalArgumentException(
          "not comparable: ours=%s, peer=%s".formatted(ours.line(), peer.line()));
    }
  }

  /** Pairs each of ours with each peer that was measured on the same line. */
  static List<Ratio> of(Collection<Measurement> measurements) {
    List<Ratio> ratios = new ArrayList<>();
    for (Measurement ours : measurements) {
      if (ours.backend().isOurs()) {
        measurements.stream()
            .filter(peer -> !peer.backend().isOurs() && peer.line().equals(ours.line()))
            .forEach(peer -> ratios.add(new Ratio(ours, peer)));
      }
    }
    return ratios;
  }

  Line line() {
    return ours.line();
  }

  /** Our median by the peer's. */
  double value() {
    return ours.median() / peer.median();
  }

  /** Our lower quartile by the peer's upper one. */
  double low() {
    return ours.lowerQuartile() / peer.upperQuartile();
  }

  /** Our upper quartile by the peer's lower one. */
  double high() {
    return ours.upperQuartile() / peer.lowerQuartile();
  }
}
