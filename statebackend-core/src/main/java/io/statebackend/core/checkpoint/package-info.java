// SPDX-License-Identifier: Apache-2.0
/**
 * Checkpoints of the operators of one process: trigger, snapshot, publish, subsume, restore.
 *
 * <p>{@link io.statebackend.core.checkpoint.CheckpointCoordinator} is the entry; each subtask of an
 * operator joins it as a {@link io.statebackend.core.checkpoint.Subtask}.
 */
@NullMarked
package io.statebackend.core.checkpoint;

import org.jspecify.annotations.NullMarked;
