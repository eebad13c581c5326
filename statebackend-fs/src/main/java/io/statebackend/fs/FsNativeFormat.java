// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.NativeFormat;
import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;

/** The fs engine as the reader of its own snapshots, for tools; programs need it not. */
public final class FsNativeFormat implements NativeFormat {

  /** The index of the smallest records takes most of what these take themselves. */
  private static final int MEMORY_PER_SNAPSHOT_BYTE = 2;

  /** Creates it, as {@link java.util.ServiceLoader} does. */
  public FsNativeFormat() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code fs-1}
   */
  @Override
  public String format() {
    return FsSnapshots.FORMAT;
  }

  @Override
  public StateBackend open(Path directory, long memoryBytes) {
    return FsStateBackend.builder(directory).memoryBudgetBytes(memoryBytes).open();
  }

  @Override
  public long snapshotBytesMax(long memoryBytes) {
    return memoryBytes / MEMORY_PER_SNAPSHOT_BYTE;
  }
}
