// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import java.time.Instant;

/**
 * A checkpoint or savepoint that is complete and durable.
 *
 * @param id the number of the checkpoint, greater than that of every earlier one
 * @param directory where in the storage it is, such as {@code chk-7} or {@code savepoint-upgrade}
 * @param timestamp when it was published
 * @param sizeBytes the size of all files that it refers to, those shared with others included
 * @param isSavepoint whether it is a savepoint. A restart restores the latest checkpoint and never
 *     a savepoint, unless the program asks for it; so nothing is committed because of a savepoint
 * @param figures what it cost
 */
public record CompletedCheckpoint(
    long id,
    String directory,
    Instant timestamp,
    long sizeBytes,
    boolean isSavepoint,
    CheckpointFigures figures) {

  static CompletedCheckpoint of(StoredCheckpoint checkpoint) {
    return of(checkpoint, CheckpointFigures.UNKNOWN);
  }

  static CompletedCheckpoint of(StoredCheckpoint checkpoint, CheckpointFigures figures) {
    CheckpointMetadata metadata = checkpoint.metadata();
    return new CompletedCheckpoint(
        metadata.checkpointId(),
        checkpoint.directory(),
        Instant.ofEpochMilli(metadata.timestampMillis()),
        metadata.files().mapToLong(FileRef::length).sum(),
        metadata.savepoint() != null,
        figures);
  }
}
