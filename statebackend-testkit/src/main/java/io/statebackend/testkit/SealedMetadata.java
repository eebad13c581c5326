// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The metadata of a checkpoint whose files are changed, with the checksums that they have then. */
final class SealedMetadata {
  private final CheckpointMetadata intact;

  SealedMetadata(byte[] metadata) {
    intact = CheckpointMetadata.decode(metadata, "_metadata");
  }

  /** Returns the files of the checkpoint, as the metadata refers to them. */
  Set<String> paths() {
    return intact.files().map(FileRef::path).collect(Collectors.toSet());
  }

  /** Tells whether an engine has written something of its own. */
  boolean hasManifests() {
    return intact.operators().stream()
        .flatMap(operator -> operator.subtasks().stream())
        .anyMatch(subtask -> subtask.nativeSnapshot() != null);
  }

  /**
   * Returns the metadata with another content of a file.
   *
   * @param path the file, as the metadata refers to it
   * @param content what is in it
   */
  byte[] withFile(String path, byte[] content) {
    FileRef changed =
        new FileRef(path, content.length, SealedSnapshot.crc32c(content, 0, content.length));
    UnaryOperator<FileRef> change = file -> file.path().equals(path) ? changed : file;
    return with(
        subtask ->
            with(
                subtask,
                change.apply(subtask.snapshot()),
                withFiles(subtask.nativeSnapshot(), change)));
  }

  private static @Nullable NativeSnapshot withFiles(
      @Nullable NativeSnapshot snapshot, UnaryOperator<FileRef> change) {
    return snapshot == null
        ? null
        : new NativeSnapshot(
            snapshot.format(),
            manifestOf(snapshot),
            snapshot.files().stream().map(change).toList());
  }

  /** Returns the metadata with other manifests. */
  byte[] withManifests(UnaryOperator<byte[]> change) {
    return with(
        subtask ->
            with(subtask, subtask.snapshot(), withManifest(subtask.nativeSnapshot(), change)));
  }

  private static @Nullable NativeSnapshot withManifest(
      @Nullable NativeSnapshot snapshot, UnaryOperator<byte[]> change) {
    return snapshot == null
        ? null
        : new NativeSnapshot(
            snapshot.format(), change.apply(manifestOf(snapshot)), snapshot.files());
  }

  private static byte[] manifestOf(NativeSnapshot snapshot) {
    return snapshot.manifest().readBytes(snapshot.manifest().remaining());
  }

  private byte[] with(UnaryOperator<SubtaskSnapshot> change) {
    return new CheckpointMetadata(
            intact.checkpointId(),
            intact.timestampMillis(),
            intact.savepoint(),
            intact.operators().stream().map(operator -> with(operator, change)).toList())
        .encode();
  }

  private static OperatorSnapshots with(
      OperatorSnapshots operator, UnaryOperator<SubtaskSnapshot> change) {
    return new OperatorSnapshots(
        operator.operatorId(),
        operator.parallelism(),
        operator.maxParallelism(),
        operator.subtasks().stream().map(change).toList());
  }

  private static SubtaskSnapshot with(
      SubtaskSnapshot subtask, FileRef snapshot, @Nullable NativeSnapshot nativeSnapshot) {
    return new SubtaskSnapshot(subtask.subtask(), subtask.keyGroups(), snapshot, nativeSnapshot);
  }
}
