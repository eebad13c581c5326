// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.core.snapshot.EventTime;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint tells about one subtask.
 *
 * @param index its index, 0 or more
 * @param keyGroups the key groups that it covers
 * @param sizeBytes the size of its files, those shared with other checkpoints included
 * @param nativeFormat the engine's own format that its keyed state is in, such as {@code fs-1}, or
 *     {@code null} if all of it is in the portable one
 * @param eventTime its event time, or {@code null} if it never had a watermark
 */
public record StoredSubtask(
    int index,
    KeyGroupRange keyGroups,
    long sizeBytes,
    @Nullable String nativeFormat,
    @Nullable EventTime eventTime) {

  /** Checks that what is always known is there. */
  public StoredSubtask {
    requireNonNull(keyGroups, "keyGroups");
  }
}
