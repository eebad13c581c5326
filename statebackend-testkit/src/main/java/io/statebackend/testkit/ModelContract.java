// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.spi.StateBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * A backend equals plain maps after any sequence of operations, snapshots, restores and rescales.
 *
 * <p>Now and then the state is moved to another backend by a savepoint, and later back.
 *
 * <p>The sequences are random, each from a seed. One that fails is shrunk: steps are left out as
 * long as it still fails. The failure tells the steps that are left, and the seed with the option
 * that runs the whole sequence alone, in the test that failed: {@code -Dstatebackend.seed=7}.
 */
public abstract class ModelContract extends BackendContract {
  private static final Logger LOGGER = System.getLogger(ModelContract.class.getName());
  private static final int STEP_COUNT = 4_000;
  private static final int STEP_COUNT_IN_SOAK = 20_000;
  private static final int STEPS_IN_SOAK = 10_000_000;

  // In a soak, one sequence in ten restarts as often as those of a build. The others have long
  // stretches between: a restart takes hundreds of times as long as another step.
  private static final int DENSE_SEQUENCE_STEP = 10;
  private static final int RARITY_BETWEEN_DENSE = 20;

  /** One out of this number of sequences reports the progress. */
  private static final int REPORT_STEP = 10;

  private final ModelCounts counts = new ModelCounts();
  private boolean hasFailed;

  /** Creates the contract, for one test. */
  protected ModelContract() {}

  /**
   * Returns how much rarer than by default checkpoints, restores, rescalings and moves to the other
   * backend are among the steps; by default 1, which means one in twenty. A backend that takes long
   * to open or to take checkpoints has longer stretches of other operations between them.
   *
   * @return a number, 1 or more
   */
  protected int restartRarity() {
    return 1;
  }

  /**
   * Returns how many steps are done on the backend itself, and not while the state is in the other
   * one, by the test that is tagged {@code slow}; by default 10,000,000.
   *
   * @return a number of steps
   */
  protected int stepsInSoak() {
    return STEPS_IN_SOAK;
  }

  @TestFactory
  final Stream<DynamicTest> equalsModel() {
    return sequences(LongStream.rangeClosed(1, 8), seed -> run(seed, STEP_COUNT, restartRarity()));
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> equalsModel_manySeeds() {
    // JUnit asks for the next one when the one before is done.
    return sequences(
        LongStream.iterate(1_000, seed -> isToGoOn(), seed -> seed + 1), this::runInSoak);
  }

  private void runInSoak(long seed) {
    boolean isDense = seed % DENSE_SEQUENCE_STEP == 0;
    run(seed, STEP_COUNT_IN_SOAK, restartRarity() * (isDense ? 1 : RARITY_BETWEEN_DENSE));
    if (counts.sequences % REPORT_STEP == 0 || !isToGoOn()) {
      LOGGER.log(Level.INFO, "model of {0} so far: {1}", backend().name(), counts);
    }
  }

  private boolean isToGoOn() {
    return !hasFailed && counts.stepsOnTested < stepsInSoak();
  }

  private static Stream<DynamicTest> sequences(LongStream seeds, LongConsumer run) {
    return Seeds.onlyOf(seeds)
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> run.accept(seed)));
  }

  /**
   * Makes the backend to which the state is moved by savepoints, and back; by default the minimal
   * one, over sorted maps of bytes.
   *
   * @param directory as in {@link #newBackend}, and another one than that
   * @return a new backend; the contract closes it
   */
  protected StateBackend newOtherBackend(Path directory) {
    return new SortedMapStateBackend();
  }

  private void run(long seed, int stepCount, int rarity) {
    Path directory = createDirectory("other-" + seed);
    hasFailed = true;
    try (StateBackend other = newOtherBackend(directory)) {
      counts.add(new ModelSequence(backend(), other, seed, rarity).check(stepCount));
      LOGGER.log(
          Level.INFO,
          "sequence of the model, seed={0}, restarts 1 in {1} of usual: points={2}",
          Long.toString(seed),
          rarity,
          Integer.toString(stepCount));
    }
    hasFailed = false;
  }
}
