// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What fits into a memory budget once is checkpointed, restored and rescaled under it. */
final class BudgetRunsTest {
  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> small() {
    return tests(BudgetRuns.small());
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> all() {
    return tests(BudgetRuns.all());
  }

  private Stream<DynamicTest> tests(List<BudgetRuns.Run> runs) {
    return runs.stream()
        .map(
            run ->
                dynamicTest(
                    run.toString(),
                    () ->
                        assertThat(
                                BudgetRuns.run(run, directory.resolve("run-" + runs.indexOf(run))))
                            .as("keys written")
                            .isPositive()));
  }

  @Test
  void killed_withAStateThatJustFits() throws IOException, InterruptedException {
    assertThat(BudgetKills.run(directory, 3, 1)).as("the last round restored").isNotNegative();
  }
}
