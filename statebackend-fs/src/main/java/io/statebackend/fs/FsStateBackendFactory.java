// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.Options;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StateBackendFactory;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the fs engine known by its name. Its settings are {@code memory-budget} and {@code
 * segment-size} in bytes, and {@code space-amplification}; {@link FsStateBackend.Builder} tells of
 * them.
 */
public final class FsStateBackendFactory implements StateBackendFactory {

  /** Called by the service loader. */
  public FsStateBackendFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code fs}
   */
  @Override
  public String name() {
    return "fs";
  }

  @Override
  public Supplier<StateBackend> configure(@Nullable Path directory, Options options) {
    FsStateBackend.Builder builder =
        FsStateBackend.builder(StateBackendFactory.requireDirectory(name(), directory));
    Long memoryBudget = options.bytes("memory-budget");
    if (memoryBudget != null) {
      builder.memoryBudgetBytes(memoryBudget);
    }
    Integer segmentSize = options.smallBytes("segment-size");
    if (segmentSize != null) {
      builder.segmentSizeBytes(segmentSize);
    }
    Double amplification = options.number("space-amplification");
    if (amplification != null) {
      builder.spaceAmplification(amplification);
    }
    return builder::open;
  }
}
