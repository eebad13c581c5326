// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.NativeFormat;
import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;

/** The rocksdb engine as the reader of its own snapshots, for tools; programs need it not. */
public final class RocksDbNativeFormat implements NativeFormat {

  /** Creates it, as {@link java.util.ServiceLoader} does. */
  public RocksDbNativeFormat() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code rocksdb-1}
   */
  @Override
  public String format() {
    return RocksDbSnapshots.FORMAT;
  }

  /** {@inheritDoc} All of it is native memory: nothing is looked up, so there is no cache. */
  @Override
  public StateBackend open(Path directory, long memoryBytes) {
    return RocksDbStateBackend.builder(directory)
        .memoryBudgetBytes(memoryBytes)
        .heapCacheBytes(0)
        .open();
  }
}
