// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Leaves out steps of a sequence that fails, as long as it still fails (delta debugging). */
final class Shrinking {
  private static final int ATTEMPTS_MAX = 300;

  private final Predicate<List<Integer>> fails;
  private List<Integer> steps;
  private int attempts;

  private Shrinking(List<Integer> failing, Predicate<List<Integer>> fails) {
    this.steps = failing;
    this.fails = fails;
  }

  /**
   * Shrinks a sequence: halves are left out first, then quarters, and so on to single steps; at
   * last pairs, such as there and back again.
   *
   * @param failing steps that fail together
   * @param fails runs steps and tells whether they fail
   * @return some of the steps, in their order, that fail; few, if not the fewest
   */
  static List<Integer> shrink(List<Integer> failing, Predicate<List<Integer>> fails) {
    Shrinking shrinking = new Shrinking(failing, fails);
    for (int chunk = (failing.size() + 1) / 2; chunk > 0; chunk /= 2) {
      shrinking.leaveOutChunks(chunk);
    }
    shrinking.leaveOutPairs();
    return shrinking.steps;
  }

  private void leaveOutChunks(int length) {
    for (int from = 0; from < steps.size(); ) {
      List<Integer> fewer = new ArrayList<>(steps);
      fewer.subList(from, Math.min(from + length, steps.size())).clear();
      if (!isStillFailing(fewer)) {
        from += length;
      }
    }
  }

  private void leaveOutPairs() {
    for (int first = 0; first < steps.size(); first++) {
      for (int second = first + 1; second < steps.size(); second++) {
        List<Integer> fewer = new ArrayList<>(steps);
        fewer.remove(second);
        fewer.remove(first);
        if (isStillFailing(fewer)) {
          second = first;
        }
      }
    }
  }

  private boolean isStillFailing(List<Integer> fewer) {
    boolean failing = attempts++ < ATTEMPTS_MAX && fails.test(fewer);
    if (failing) {
      steps = fewer;
    }
    return failing;
  }
}
