// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** How often which key comes. */
public enum Distribution {
  /** Every key once, in random order, and again. */
  UNIFORM {
    @Override
    int[] numbers(int keyCount) {
      return permutation(keyCount, new SplittableRandom(SEED));
    }
  },

  /** The k-th most frequent key is k^0.99 times rarer than the most frequent one. */
  ZIPF {
    @Override
    int[] numbers(int keyCount) {
      SplittableRandom random = new SplittableRandom(SEED);
      int[] keyOfRank = permutation(keyCount, random);
      double[] cumulated = new double[keyCount];
      double sum = 0;
      for (int rank = 0; rank < keyCount; rank++) {
        sum += 1 / Math.pow(rank + 1, ZIPF_EXPONENT);
        cumulated[rank] = sum;
      }
      int[] numbers = new int[keyCount];
      for (int i = 0; i < keyCount; i++) {
        numbers[i] = keyOfRank[rankOf(random.nextDouble() * sum, cumulated)];
      }
      return numbers;
    }
  };

  private static final long SEED = 20261121;
  private static final double ZIPF_EXPONENT = 0.99;

  /** Returns the numbers of the keys in the order in which they come. */
  abstract int[] numbers(int keyCount);

  private static int[] permutation(int count, SplittableRandom random) {
    int[] numbers = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int number = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = number;
    }
    return numbers;
  }

  private static int rankOf(double target, double[] cumulated) {
    int low = 0;
    int high = cumulated.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulated[middle] < target) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
