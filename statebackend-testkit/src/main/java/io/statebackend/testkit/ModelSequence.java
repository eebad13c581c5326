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

  private ModelSequence(StateBackend backend, StateBackend other, long seed) {
    this.backend = backend;
    this.other = other;
    this.seed = seed;
  }

  /** How a sequence failed: what was done, and what was found. */
  private record Failure(List<String> operations, Throwable cause) {}

  /**
   * Runs a sequence.
   *
   * @param backend where the state is at first
   * @param other where it is moved, and back
   * @param seed what makes the steps random
   * @param stepCount the number of steps
   * @throws AssertionError if the backend differs from the model
   */
  static void check(StateBackend backend, StateBackend other, long seed, int stepCount) {
    ModelSequence sequence = new ModelSequence(backend, other, seed);
    List<Integer> all = IntStream.rangeClosed(1, stepCount).boxed().toList();
    Failure failure = sequence.failure(all);
    if (failure != null) {
      throw sequence.shrunk(all.subList(0, failure.operations.size()), failure);
    }
  }

  private @Nullable Failure failure(List<Integer> steps) {
    try (TestOperator<String> operator = new TestOperator<>(backend, Serializers.STRING, 1)) {
      ModelRun run = new ModelRun(operator, backend, other, seed);
      try {
        steps.forEach(run::step);
        run.checkAll();
        return null;
      } catch (AssertionError | RuntimeException e) {
        return new Failure(run.operations(), e);
      }
    }
  }

  private AssertionError shrunk(List<Integer> steps, Failure first) {
    List<Integer> few = Shrinking.shrink(steps, fewer -> failure(fewer) != null);
    Failure found = failure(few);
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
