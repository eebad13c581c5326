// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.Options;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StateBackendFactory;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the rocksdb engine known by its name. Its settings are {@code memory-budget} and {@code
 * heap-cache} in bytes, {@code transfer-threads} and {@code preset}; {@link
 * RocksDbStateBackend.Builder} tells of them.
 */
public final class RocksDbStateBackendFactory implements StateBackendFactory {

  /** Called by the service loader. */
  public RocksDbStateBackendFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code rocksdb}
   */
  @Override
  public String name() {
    return "rocksdb";
  }

  @Override
  public Supplier<StateBackend> configure(@Nullable Path directory, Options options) {
    RocksDbStateBackend.Builder builder =
        RocksDbStateBackend.builder(StateBackendFactory.requireDirectory(name(), directory));
    Long memoryBudget = options.bytes("memory-budget");
    if (memoryBudget != null) {
      builder.memoryBudgetBytes(memoryBudget);
    }
    Long heapCache = options.bytes("heap-cache");
    if (heapCache != null) {
      builder.heapCacheBytes(heapCache);
    }
    Integer transferThreads = options.integer("transfer-threads");
    if (transferThreads != null) {
      builder.transferThreads(transferThreads);
    }
    Preset preset = options.constant("preset", Preset.class);
    if (preset != null) {
      builder.preset(preset);
    }
    return builder::open;
  }
}
