// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.time.Instant;
import java.util.stream.Stream;

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
    long sizeBytes = files(metadata).mapToLong(FileRef::length).sum();
    return new CompletedCheckpoint(
        metadata.checkpointId(),
        directory,
        Instant.ofEpochMilli(metadata.timestampMillis()),
        sizeBytes);
  }

  static Stream<FileRef> files(CheckpointMetadata metadata) {
    return metadata.operators().stream()
        .flatMap(operator -> operator.subtasks().stream())
        .flatMap(CompletedCheckpoint::files);
  }

  private static Stream<FileRef> files(SubtaskSnapshot subtask) {
    Stream<FileRef> own = Stream.of(subtask.snapshot());
    return subtask.nativeSnapshot() == null
        ? own
        : Stream.concat(own, subtask.nativeSnapshot().files().stream());
  }
}
