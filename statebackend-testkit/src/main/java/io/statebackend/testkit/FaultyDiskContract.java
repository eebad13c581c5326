// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;

/** What a contract needs to know that puts a backend and a storage on a disk which fails. */
abstract class FaultyDiskContract {

  /**
   * Makes the backend to test.
   *
   * @param directory a directory for the backend alone, which need not be there and may hold what a
   *     backend left that crashed; on a file system in memory. A backend that cannot work there
   *     uses another place: its working files need not survive
   * @return a new backend
   */
  protected abstract StateBackend newBackend(Path directory);

  /**
   * Opens the checkpoint storage to test; by default {@link FileCheckpointStorage}.
   *
   * @param directory where, on a file system in memory
   * @return the storage
   */
  protected CheckpointStorage openStorage(Path directory) {
    return FileCheckpointStorage.open(directory);
  }
}
