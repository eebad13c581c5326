// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A random sequence of steps that is shrunk when it fails. */
final class ModelSequence {
  private static final int OPERATIONS_SHOWN_MAX = 40;

  private final StateBackend backend;
  private final StateBackend other;
  private final long seed;
  private final int restartRarity;

  /**
   * Describes a sequence.
   *
   * @param backend where the state is at first
   * @param other where it is moved, and back
   * @param seed what makes the steps random
   * @param restartRarity how much rarer than by default checkpoints, restores and moves are
   */
  ModelSequence(StateBackend backend, StateBackend other, long seed, int restartRarity) {
    this.backend = backend;
    this.other = other;
    this.seed = seed;
    this.restartRarity = restartRarity;
  }

  /** How a sequence failed: what was done, and what was found. */
  private record Failure(List<String> operations, Throwable cause) {}

  /**
   * Runs the sequence.
   *
   * @param stepCount the number of steps
   * @return what was done
   * @throws AssertionError if the backend differs from the model
   */
  ModelCounts check(int stepCount) {
    ModelCounts counts = new ModelCounts();
    List<Integer> all = IntStream.rangeClosed(1, stepCount).boxed().toList();
    Failure failure = failure(all, counts);
    if (failure != null) {
      throw shrunk(all.subList(0, failure.operations.size()), failure);
    }
    counts.sequences++;
    return counts;
  }

  private @Nullable Failure failure(List<Integer> steps, ModelCounts counts) {
    try (TestOperator<String> operator = new TestOperator<>(backend, Serializers.STRING, 1)) {
      ModelRun run = new ModelRun(operator, backend, other, seed, restartRarity);
      try {
        steps.forEach(run::step);
        run.checkAll();
        counts.add(run.counts());
        return null;
      } catch (AssertionError | RuntimeException e) {
        return new Failure(run.operations(), e);
      }
    }
  }

  private AssertionError shrunk(List<Integer> steps, Failure first) {
    ModelCounts uncounted = new ModelCounts();
    List<Integer> few = Shrinking.shrink(steps, fewer -> failure(fewer, uncounted) != null);
    Failure found = failure(few, uncounted);
    // One that does not fail alone, by chance or by what ran before it, is told as it was.
    Failure told = found == null ? first : found;
    List<String> operations = told.operations;
    int shown = Math.min(OPERATIONS_SHOWN_MAX, operations.size());
    return new AssertionError(
        "the backend differs from the model: seed=%d, step=%d, shrunk to %d steps, the last of them:%n  %s%n%s"
            .formatted(
                seed,
                steps.size(),
                operations.size(),
                String.join(
                    System.lineSeparator() + "  ",
                    operations.subList(operations.size() - shown, operations.size())),
                Seeds.replay(seed)),
        told.cause);
  }
}
