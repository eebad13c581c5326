// SPDX-License-Identifier: Apache-2.0
/**
 * The portable snapshot of a subtask and the metadata of a checkpoint, as files.
 *
 * <p>The formats are specified in docs/format. Reading one never runs code that the file chooses.
 */
@NullMarked
package io.statebackend.core.snapshot;

import org.jspecify.annotations.NullMarked;
