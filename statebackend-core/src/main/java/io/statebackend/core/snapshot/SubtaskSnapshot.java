// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import org.jspecify.annotations.Nullable;

/**
 * The part of a checkpoint that one subtask wrote.
 *
 * @param subtask the index of the subtask, 0 or more
 * @param keyGroups the key groups that it covers
 * @param snapshot the portable snapshot
 * @param nativeSnapshot the engine's own snapshot of the keyed state, or {@code null} if the
 *     portable one holds that too
 */
public record SubtaskSnapshot(
    int subtask,
    KeyGroupRange keyGroups,
    FileRef snapshot,
    @Nullable NativeSnapshot nativeSnapshot) {

  /** Checks that what is needed is there. */
  public SubtaskSnapshot {
    requireNonNull(keyGroups, "keyGroups");
    requireNonNull(snapshot, "snapshot");
  }
}
