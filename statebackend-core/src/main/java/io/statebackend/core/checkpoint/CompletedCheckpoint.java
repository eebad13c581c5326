// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

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
 */
public record CompletedCheckpoint(long id, String directory, Instant timestamp, long sizeBytes) {

  static CompletedCheckpoint of(String directory, CheckpointMetadata metadata) {
    long sizeBytes = metadata.files().mapToLong(FileRef::length).sum();
    return new CompletedCheckpoint(
        metadata.checkpointId(),
        directory,
        Instant.ofEpochMilli(metadata.timestampMillis()),
        sizeBytes);
  }
}
