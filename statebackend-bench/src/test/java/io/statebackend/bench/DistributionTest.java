// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private static final int KEYS = 10_000;

  @Test
  void uniform_everyKeyOnceInRandomOrder() {
    int[] numbers = Distribution.UNIFORM.numbers(KEYS);
    assertThat(numbers).isNotEqualTo(IntStream.range(0, KEYS).toArray());
    assertThat(Arrays.stream(numbers).sorted().toArray())
        .isEqualTo(IntStream.range(0, KEYS).toArray());
  }

  @Test
  void zipf_mostFrequentKeyHasItsShare() {
    int[] counts = new int[KEYS];
    int[] numbers = Distribution.ZIPF.numbers(KEYS);
    assertThat(numbers).hasSize(KEYS);
    Arrays.stream(numbers).forEach(number -> counts[number]++);
    double harmonic = IntStream.rangeClosed(1, KEYS).mapToDouble(k -> Math.pow(k, -0.99)).sum();
    int most = Arrays.stream(counts).max().orElseThrow();
    // Five standard deviations of a Poisson distribution.
    double expected = KEYS / harmonic;
    assertThat((double) most)
        .isBetween(expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
  }

  @Test
  void numbers_sameEachTime() {
    for (Distribution distribution : Distribution.values()) {
      int[] again = distribution.numbers(KEYS);
      assertThat(distribution.numbers(KEYS)).isEqualTo(again);
    }
  }
}
