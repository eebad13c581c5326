// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.spi.Options;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StateBackendFactory;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the memory engine known by its name. It has no settings, and needs no directory. */
public final class MemoryStateBackendFactory implements StateBackendFactory {

  /** Called by the service loader. */
  public MemoryStateBackendFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code memory}
   */
  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Supplier<StateBackend> configure(@Nullable Path directory, Options options) {
    return MemoryStateBackend::create;
  }
}
