// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What is put on a disk that fails.
 *
 * @param newBackend makes a backend in a directory
 * @param openStorage opens a storage in a directory
 */
record FaultySetup(
    Function<Path, StateBackend> newBackend, Function<Path, CheckpointStorage> openStorage) {}
