// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.spi.NativeSnapshots;

/**
 * The keyed state of one old subtask in an engine's own format.
 *
 * @param format the engine's name for its format
 * @param snapshot manifest and files
 */
public record NativePart(String format, NativeSnapshots.Snapshot snapshot) {}
