// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.core.serialization.Serializers;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * A backend equals plain maps after any sequence of operations, snapshots, restores and rescales.
 *
 * <p>The sequences are random, each from a seed. A failure names the seed and the option that runs
 * that sequence alone: {@code -Dstatebackend.seed=7}.
 */
public abstract class ModelContract extends BackendContract {
  private static final String SEED_PROPERTY = "statebackend.seed";
  private static final int STEP_COUNT = 4_000;

  /** Creates the contract, for one test. */
  protected ModelContract() {}

  @TestFactory
  final Stream<DynamicTest> equalsModel() {
    return sequences(LongStream.rangeClosed(1, 8));
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> equalsModel_manySeeds() {
    return sequences(LongStream.rangeClosed(1_000, 1_500));
  }

  private Stream<DynamicTest> sequences(LongStream seeds) {
    Long only = Long.getLong(SEED_PROPERTY);
    return (only == null ? seeds : LongStream.of(only))
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> run(seed)));
  }

  private void run(long seed) {
    try (TestOperator<String> operator = new TestOperator<>(backend(), Serializers.STRING, 1)) {
      ModelRun sequence = new ModelRun(operator, backend(), seed);
      try {
        for (int step = 0; step < STEP_COUNT; step++) {
          sequence.step();
        }
        sequence.checkAll();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "the backend differs from the model: seed=%d, step=%d, last operations=%s; replay with -D%s=%d"
                .formatted(
                    seed, sequence.stepCount(), sequence.lastOperations(), SEED_PROPERTY, seed),
            e);
      }
    }
  }
}
