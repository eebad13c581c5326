// SPDX-License-Identifier: Apache-2.0
/**
 * Checkpoints as something to look into, without the program that wrote them.
 *
 * <p>{@link io.statebackend.core.reader.CheckpointReader} is where to begin. Nothing here writes to
 * the storage it reads, or locks it; a running program is not disturbed.
 */
@NullMarked
package io.statebackend.core.reader;

import org.jspecify.annotations.NullMarked;
