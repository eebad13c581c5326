// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of checkpoints: what a directory of a storage holds.
 *
 * @param directory its directory in the storage, such as {@code chk-7} or {@code savepoint-upgrade}
 * @param status whether it can be restored, as far as can be told without reading all of it
 * @param checkpointId its number; 0 if that cannot be told
 * @param savepoint the name of the savepoint, or {@code null} if it is a checkpoint or that cannot
 *     be told
 * @param timestamp when it was published, or {@code null} if that cannot be told
 * @param sizeBytes the size of all files that it refers to, those shared with others included; 0 if
 *     that cannot be told
 * @param ownBytes the part of the size that lies in files that only it refers to
 * @param problem what is wrong with it; empty if nothing is
 */
public record CheckpointSummary(
    String directory,
    Status status,
    long checkpointId,
    @Nullable String savepoint,
    @Nullable Instant timestamp,
    long sizeBytes,
    long ownBytes,
    String problem) {

  /** Whether a checkpoint can be restored. */
  public enum Status {
    /** Its metadata is there and intact, and so is every file that it names, by name and length. */
    COMPLETE,
    /** It has no metadata: it is being written, or its writer ended before it was complete. */
    UNFINISHED,
    /** Its metadata is damaged, or a file is missing or has another length. */
    DAMAGED,
    /** It is of a format that this library does not read, or cannot be read just now. */
    UNREADABLE
  }

  /** Checks that what is always known is there. */
  public CheckpointSummary {
    requireNonNull(directory, "directory");
    requireNonNull(status, "status");
    requireNonNull(problem, "problem");
  }
}
