// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.testkit.StoreModelContract;
import java.nio.file.Path;

/** With so little memory that spilling, cleaning, splitting and growing go on all the time. */
final class StoreModelTest extends StoreModelContract<FsStateBackend> {
  private static Settings settingsFor(long seed) {
    return switch ((int) (seed % 3)) {
      case 0 -> new Settings(1 << 20, 8 << 10, 1.3);
      case 1 -> new Settings(640 << 10, 16 << 10, 2);
      default -> new Settings(64 << 20, 256 << 10, 2);
    };
  }

  @Override
  protected FsStateBackend open(Path directory, long seed) {
    return FsStateBackend.open(directory, settingsFor(seed));
  }

  @Override
  protected String settings(long seed) {
    return settingsFor(seed).toString();
  }

  @Override
  protected void checkStep(FsStateBackend backend, long seed) {
    assertThat(backend.budget().usedBytes())
        .as("accounted memory")
        .isLessThanOrEqualTo(settingsFor(seed).memoryBudgetBytes());
  }

  @Override
  protected void checkEnd(FsStateBackend backend, long seed) {
    assertThat(backend.budget().peakBytes())
        .as("accounted memory at its peak")
        .isLessThanOrEqualTo(settingsFor(seed).memoryBudgetBytes());
  }
}
