// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Leaves out steps of a sequence that fails, as long as it still fails (delta debugging). */
final class Shrinking {
  private static final int ATTEMPTS_MAX = 300;

  private Shrinking() {}

  /**
   * Shrinks a sequence: halves are left out first, then quarters, and so on to single steps.
   *
   * @param failing steps that fail together
   * @param fails runs steps and tells whether they fail
   * @return some of the steps, in their order, that fail; few, if not the fewest
   */
  static List<Integer> shrink(List<Integer> failing, Predicate<List<Integer>> fails) {
    List<Integer> steps = failing;
    int attempts = 0;
    int chunk = (steps.size() + 1) / 2;
    while (chunk > 0 && steps.size() > 1 && attempts < ATTEMPTS_MAX) {
      boolean shrunk = false;
      for (int from = 0; from < steps.size() && attempts < ATTEMPTS_MAX; ) {
        List<Integer> fewer = new ArrayList<>(steps.subList(0, from));
        fewer.addAll(steps.subList(Math.min(from + chunk, steps.size()), steps.size()));
        attempts++;
        if (fails.test(fewer)) {
          steps = fewer;
          shrunk = true;
        } else {
          from += chunk;
        }
      }
      if (!shrunk || chunk > steps.size() / 2) {
        chunk /= 2;
      }
    }
    return steps;
  }
}
