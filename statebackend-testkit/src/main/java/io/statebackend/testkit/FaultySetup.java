// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * What is put on a disk that fails.
 *
 * @param newBackend makes a backend in a directory
 * @param openStorage opens a storage in a directory
 * @param ballastBytes tells how much state there is besides a few entries
 */
record FaultySetup(
    Function<Path, StateBackend> newBackend,
    Function<Path, CheckpointStorage> openStorage,
    IntSupplier ballastBytes) {

  /** What has no ballast. */
  FaultySetup(
      Function<Path, StateBackend> newBackend, Function<Path, CheckpointStorage> openStorage) {
    this(newBackend, openStorage, () -> 0);
  }
}
