// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one backend writes in the portable format another one reads, from each to each.
 *
 * <p>The state of a random sequence of operations begins in one backend and is moved to the other
 * one by savepoints, and back, several times, each time with another number of subtasks. The
 * minimal backend of this kit, over sorted maps of bytes, is one of them.
 */
public abstract class PortableContract {
  private static final int STEP_COUNT = 800;
  private static final long SEED = 11;

  private final List<StateBackend> backends = new ArrayList<>();

  /** Creates the contract, for one test. */
  protected PortableContract() {}

  /**
   * Makes the backends to test, as many as there are.
   *
   * @param directory an empty directory, for them alone; the contract closes them
   * @return new backends, each of another kind
   */
  protected abstract List<StateBackend> newBackends(Path directory);

  @BeforeEach
  final void openBackends(@TempDir Path directory) {
    backends.add(new SortedMapStateBackend());
    backends.addAll(newBackends(directory));
  }

  @AfterEach
  final void closeBackends() {
    Closing.all(backends, StateBackend::close);
  }

  private static void checkBetween(StateBackend from, StateBackend to) {
    ModelCounts unused = new ModelSequence(from, to, SEED, 1).check(STEP_COUNT);
  }

  @TestFactory
  final Stream<DynamicTest> move_fromEachToEach() {
    return backends.stream()
        .flatMap(
            from ->
                backends.stream()
                    .map(
                        to ->
                            dynamicTest(
                                from.name() + " to " + to.name(), () -> checkBetween(from, to))));
  }
}
