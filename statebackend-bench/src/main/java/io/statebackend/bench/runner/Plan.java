// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import io.statebackend.bench.Distribution;
import io.statebackend.bench.EntryType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to measure.
 *
 * @param steps lines with the backends to measure on each, in the order of running
 */
record Plan(List<Step> steps) {
  static final List<Integer> KEYS = List.of(500_000, 5_000_000);

  static final Set<Distribution> QUICK_DISTRIBUTIONS = Set.of(Distribution.UNIFORM);

  /** With more keys than this, the quick set has the two operations that tell most. */
  private static final int QUICK_KEYS_MAX = 1_000_000;

  private static final Set<Benchmark> TELLING_MOST =
      Set.of(Benchmark.VALUE_GET, Benchmark.VALUE_READ_MODIFY_WRITE);

  /**
   * One line and who is measured on it.
   *
   * @param line the line to measure
   * @param backends the backends, at least one
   */
  record Step(Line line, List<Backend> backends) {}

  /**
   * Which of all that can be measured is wanted.
   *
   * @param quick whether only what fits into ten minutes
   * @param only what the benchmark's name must contain a match of
   * @param backends the backends to measure
   * @param keys the numbers of keys
   * @param types the types to measure
   * @param distributions the distributions of keys to measure
   * @param gc the garbage collector
   */
  record Wish(
      boolean quick,
      Pattern only,
      Set<Backend> backends,
      List<Integer> keys,
      Set<EntryType> types,
      Set<Distribution> distributions,
      GarbageCollector gc) {}

  static Plan of(Wish wish) {
    List<Step> steps = new ArrayList<>();
    for (EntryType type : wish.types()) {
      for (int keys : wish.keys()) {
        for (Distribution distribution : wish.distributions()) {
          for (Benchmark benchmark : Benchmark.values()) {
            Line line = new Line(benchmark, type, keys, distribution, wish.gc());
            List<Backend> backends =
                wish.backends().stream().filter(backend -> isWanted(wish, line, backend)).toList();
            if (!backends.isEmpty()) {
              steps.add(new Step(line, backends));
            }
          }
        }
      }
    }
    return new Plan(List.copyOf(steps));
  }

  private static boolean isWanted(Wish wish, Line line, Backend backend) {
    Benchmark benchmark = line.benchmark();
    return benchmark.isFor(backend)
        && wish.only().matcher(benchmark.id()).find()
        // Skewed keys and bytes tell something about tables of values only.
        && (benchmark.isOfValueState()
            || (line.distribution() == Distribution.UNIFORM
                && line.type() != EntryType.LONG_BYTES128))
        && (!wish.quick() || isQuick(line, backend));
  }

  /** The quick set: all operations of ours and Flink's heap, the telling ones of the others. */
  private static boolean isQuick(Line line, Backend backend) {
    boolean isMain = backend == Backend.FLINK_HASHMAP || (backend.isOurs() && !backend.hasFiles());
    boolean tellsMost = TELLING_MOST.contains(line.benchmark());
    if (line.keys() > QUICK_KEYS_MAX) {
      return isMain && tellsMost && line.type() == EntryType.LONG_LONG;
    }
    return switch (line.type()) {
      case LONG_LONG ->
          isMain || (line.benchmark().isOfValueState() && (tellsMost || !backend.hasFiles()));
      case STRING_RECORD -> isMain && line.benchmark().isOfValueState();
      case LONG_BYTES128 -> false;
    };
  }
}
