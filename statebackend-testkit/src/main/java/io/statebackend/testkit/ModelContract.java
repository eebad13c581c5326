// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.spi.StateBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
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
 * that runs the whole sequence alone: {@code -Dstatebackend.seed=7}.
 */
public abstract class ModelContract extends BackendContract {
  private static final Logger LOGGER = System.getLogger(ModelContract.class.getName());
  private static final int STEP_COUNT = 4_000;
  private static final int SOAK_STEP_COUNT = 10_000_000;

  /** Creates the contract, for one test. */
  protected ModelContract() {}

  @TestFactory
  final Stream<DynamicTest> equalsModel() {
    return sequences(LongStream.rangeClosed(1, 8));
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> equalsModel_manySeeds() {
    return sequences(LongStream.range(1_000, 1_000 + SOAK_STEP_COUNT / STEP_COUNT));
  }

  private Stream<DynamicTest> sequences(LongStream seeds) {
    return Seeds.onlyOf(seeds).mapToObj(seed -> dynamicTest("seed " + seed, () -> run(seed)));
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

  private void run(long seed) {
    Path directory = createDirectory("other-" + seed);
    try (StateBackend other = newOtherBackend(directory)) {
      ModelSequence.check(backend(), other, seed, STEP_COUNT);
      LOGGER.log(Level.INFO, "sequence of the model, seed={0}: points={1}", seed, STEP_COUNT);
    }
  }
}
