// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StateBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store equals plain maps after any sequence of operations on its tables, with values, lists and
 * maps of many sizes, while images and iterators are in use.
 *
 * <p>Other than {@link ModelContract} it uses the engine contract itself, and far more state: give
 * the backend so little memory that whatever it does when memory runs short goes on all the time. A
 * failure names the seed and the option that replays it: {@code -Dstatebackend.seed=7}.
 *
 * @param <B> the backend
 */
public abstract class StoreModelContract<B extends StateBackend> {
  private static final Logger LOGGER = System.getLogger(StoreModelContract.class.getName());
  private static final int STEP_COUNT = 20_000;

  private Path temporary;

  /** Creates the contract, for one test. */
  protected StoreModelContract() {}

  /**
   * Opens the backend to test.
   *
   * @param directory a directory for the backend alone, which is not there yet
   * @param seed the seed of the sequence, for settings that differ from one to the next
   * @return a new backend; the contract closes it
   */
  protected abstract B open(Path directory, long seed);

  /**
   * Tells with what settings a backend is opened, for the message of a failure.
   *
   * @param seed the seed of the sequence
   * @return such as {@code cacheBytes=0}
   */
  protected abstract String settings(long seed);

  /**
   * Checks what has to be true of the backend after each step; by default nothing.
   *
   * @param backend the backend under test
   * @param seed the seed of the sequence
   */
  protected void checkStep(B backend, long seed) {}

  /**
   * Checks what has to be true of the backend after the last step; by default nothing.
   *
   * @param backend the backend, whose store is still open
   * @param seed the seed of the sequence
   */
  protected void checkEnd(B backend, long seed) {}

  /**
   * Tells whether the tables know how many entries they have; by default they do.
   *
   * @return {@code false} if they answer {@link KeyedStore#NOT_COUNTED}
   */
  protected boolean countsEntries() {
    return true;
  }

  @BeforeEach
  final void keepDirectory(@TempDir Path directory) {
    temporary = directory;
  }

  @TestFactory
  final Stream<DynamicTest> equalsModel() {
    return sequences(LongStream.rangeClosed(1, 6));
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> equalsModel_manySeeds() {
    return sequences(LongStream.rangeClosed(1_000, 1_400));
  }

  private Stream<DynamicTest> sequences(LongStream seeds) {
    return Seeds.onlyOf(seeds).mapToObj(seed -> dynamicTest("seed " + seed, () -> run(seed)));
  }

  private void run(long seed) {
    try (B backend = open(temporary.resolve("seed-" + seed), seed);
        StoreModelRun run = new StoreModelRun(backend, countsEntries(), new Random(seed))) {
      int step = 0;
      try {
        for (; step < STEP_COUNT; step++) {
          run.step();
          checkStep(backend, seed);
        }
        run.checkImages();
        checkEnd(backend, seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "the store differs from the model: seed=%d, step=%d, settings: %s; %s"
                .formatted(seed, step, settings(seed), Seeds.replay(seed)),
            e);
      }
    }
    LOGGER.log(Level.INFO, "sequence of a store, seed={0}: points={1}", seed, STEP_COUNT);
  }
}
