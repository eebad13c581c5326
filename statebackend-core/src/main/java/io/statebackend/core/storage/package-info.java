// SPDX-License-Identifier: Apache-2.0
/**
 * Places where checkpoints live: directories and memory. {@link
 * io.statebackend.core.storage.CheckpointStorages} opens these and those of other modules by their
 * addresses, {@link io.statebackend.core.storage.StateBackends} engines by their names.
 */
@NullMarked
package io.statebackend.core.storage;

import org.jspecify.annotations.NullMarked;
