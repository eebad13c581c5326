// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.Checksums;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A complete checkpoint in its storage.
 *
 * @param storage where it is
 * @param directory its directory in the storage
 * @param metadata what it consists of
 */
record StoredCheckpoint(CheckpointStorage storage, String directory, CheckpointMetadata metadata) {
  static final String METADATA_FILE = "_metadata";
  static final String SHARED_DIRECTORY = "shared";

  private static final int METADATA_SIZE_BYTES_MAX = 1 << 28;

  /**
   * Reads the metadata of a checkpoint.
   *
   * @throws CorruptStateException if it is missing or damaged
   * @throws IncompatibleStateException if it is of a newer format
   */
  static StoredCheckpoint read(CheckpointStorage storage, String directory) {
    String file = directory + "/" + METADATA_FILE;
    try (StorageInput in = open(storage, file)) {
      if (in.length() > METADATA_SIZE_BYTES_MAX) {
        throw new CorruptStateException(
            "metadata is too long: expected at most "
                + METADATA_SIZE_BYTES_MAX
                + " bytes, actual="
                + in.length(),
            describe(storage, file),
            0);
      }
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      CheckpointMetadata metadata = CheckpointMetadata.decode(bytes, describe(storage, file));
      return new StoredCheckpoint(storage, directory, metadata);
    }
  }

  /**
   * Opens a file of a checkpoint.
   *
   * @throws CorruptStateException if it is missing
   */
  static StorageInput open(CheckpointStorage storage, String file) {
    try {
      return storage.open(file);
    } catch (StateIoException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        throw new CorruptStateException(
            "file of a checkpoint is missing",
            describe(storage, file),
            CorruptStateException.UNKNOWN_OFFSET,
            e);
      }
      throw e;
    }
  }

  /**
   * Makes a local file of a file of a checkpoint.
   *
   * @throws CorruptStateException if it is missing
   */
  static void export(CheckpointStorage storage, String file, Path target) {
    open(storage, file).close();
    storage.exportFile(file, target);
  }

  private static String describe(CheckpointStorage storage, String file) {
    return storage.location() + "/" + file;
  }

  /**
   * Reads every file of the checkpoint and compares its length and checksum.
   *
   * @throws CorruptStateException if a file is missing or damaged, with the place if it can be told
   */
  void verify() {
    metadata.files().forEach(this::verify);
  }

  private void verify(FileRef file) {
    String path = file.pathFrom(directory);
    String description = describe(storage, path);
    try (StorageInput in = open(storage, path)) {
      Checksums.verifyFile(in, description, file.length(), file.crc32c());
    } catch (CorruptStateException damage) {
      if (damage.offset() == CorruptStateException.UNKNOWN_OFFSET && !file.isShared()) {
        locate(path, description, damage);
      }
      throw damage;
    }
  }

  /** Throws where in a snapshot the damage is, if its own checksums tell. */
  private void locate(String path, String description, CorruptStateException damage) {
    try (SnapshotReader reader = SnapshotReader.open(open(storage, path), description)) {
      reader.verify();
    } catch (CorruptStateException located) {
      located.addSuppressed(damage);
      throw located;
    } catch (IncompatibleStateException other) {
      damage.addSuppressed(other); // Another file altogether: that its checksum is wrong says it.
    }
  }

  /**
   * Opens the snapshot of a subtask, and checks that it is the one that the metadata means.
   *
   * @throws CorruptStateException if it is missing, damaged, or of another checkpoint or subtask
   */
  SnapshotReader open(String operatorId, SubtaskSnapshot subtask) {
    String file = subtask.snapshot().pathFrom(directory);
    SnapshotReader reader = SnapshotReader.open(open(storage, file), describe(storage, file));
    SnapshotHeader header = reader.header();
    if (header.checkpointId() != metadata.checkpointId()
        || !header.operatorId().equals(operatorId)
        || header.subtask() != subtask.subtask()
        || !header.keyGroups().equals(subtask.keyGroups())) {
      reader.close();
      throw new CorruptStateException(
          "snapshot belongs elsewhere: expected checkpoint=%d, operator='%s', subtask=%d; actual checkpoint=%d, operator='%s', subtask=%d"
              .formatted(
                  metadata.checkpointId(),
                  operatorId,
                  subtask.subtask(),
                  header.checkpointId(),
                  header.operatorId(),
                  header.subtask()),
          describe(storage, file),
          0);
    }
    return reader;
  }

  /**
   * Tells whether an operator of the checkpoint holds nothing, so that leaving it out loses
   * nothing. Reads what its snapshots tell of themselves.
   *
   * @throws CorruptStateException if a snapshot is missing or damaged
   */
  boolean holdsNothing(OperatorSnapshots operator) {
    for (SubtaskSnapshot subtask : operator.subtasks()) {
      try (SnapshotReader reader = open(operator.operatorId(), subtask)) {
        List<StateMeta> states = reader.header().states();
        boolean mayHaveNativeEntries =
            subtask.nativeSnapshot() != null
                && states.stream().anyMatch(state -> state.kind().isKeyed());
        if (mayHaveNativeEntries || reader.entryCount() > 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the paths in the storage of the files that it may share with other checkpoints. */
  Set<String> sharedFiles() {
    return metadata
        .files()
        .filter(FileRef::isShared)
        .map(file -> file.pathFrom(directory))
        .collect(Collectors.toSet());
  }

  CompletedCheckpoint summary() {
    return CompletedCheckpoint.of(directory, metadata);
  }

  String describe() {
    return describe(storage, directory);
  }
}
