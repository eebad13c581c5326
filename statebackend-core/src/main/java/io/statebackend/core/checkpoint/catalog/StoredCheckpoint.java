// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.Checksums;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
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
public record StoredCheckpoint(
    CheckpointStorage storage, String directory, CheckpointMetadata metadata) {

  /** The longest metadata that is written and read, in bytes. */
  public static final int METADATA_SIZE_BYTES_MAX = 64 << 20;

  /** The maximum memory that a byte of metadata takes while it is read, in bytes. */
  private static final int HEAP_BYTES_PER_BYTE = 4;

  /**
   * Reads the metadata of a checkpoint.
   *
   * @throws CorruptStateException if it is missing or damaged
   * @throws IncompatibleStateException if it is of a format that this version does not read
   * @throws StateIoException if it cannot be read, or this heap is too small for it ({@link
   *     #isHeapTooSmall})
   */
  static StoredCheckpoint read(CheckpointStorage storage, String directory) {
    String file = directory + "/" + FileNames.METADATA;
    String description = describe(storage, file);
    try (StorageInput in = open(storage, file)) {
      long length = in.length();
      if (length > METADATA_SIZE_BYTES_MAX) {
        throw new CorruptStateException(
            "metadata is too long: expected at most "
                + METADATA_SIZE_BYTES_MAX
                + " bytes, actual="
                + length,
            description,
            0);
      }
      if (length * HEAP_BYTES_PER_BYTE > Runtime.getRuntime().maxMemory()) {
        CheckpointMetadata.checkBeginning(in, description);
        throw heapTooSmall(length, description, new OutOfMemoryError("not tried"));
      }
      try {
        return new StoredCheckpoint(storage, directory, CheckpointMetadata.read(in, description));
      } catch (OutOfMemoryError e) {
        throw heapTooSmall(length, description, e);
      }
    }
  }

  private static StateIoException heapTooSmall(long length, String file, OutOfMemoryError cause) {
    return new StateIoException(
        "the heap is too small to read metadata: length=%d, heap=%d, needed=%d, file=%s; raise the heap (-Xmx)"
            .formatted(
                length, Runtime.getRuntime().maxMemory(), length * HEAP_BYTES_PER_BYTE, file),
        cause);
  }

  /**
   * Tells whether an error says that a checkpoint needs more heap than there is. It is not damaged
   * then: with more heap it is read.
   */
  static boolean isHeapTooSmall(StateIoException e) {
    return e.getCause() instanceof OutOfMemoryError;
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
   * @throws StateIoException if a file cannot be read
   */
  public void verify() {
    metadata.files().forEach(this::verify);
  }

  /**
   * Reads one file of the checkpoint and compares its length and checksum.
   *
   * @throws CorruptStateException if it is missing or damaged, with the place if it can be told
   * @throws StateIoException if it cannot be read
   */
  public void verify(FileRef file) {
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
  public SnapshotReader open(String operatorId, SubtaskSnapshot subtask) {
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

  /** Returns an engine's own snapshot of a subtask, to be restored from. */
  public NativeSnapshots.Snapshot nativeSnapshot(KeyGroupRange keyGroups, NativeSnapshot snapshot) {
    return new NativeSnapshots.Snapshot(
        keyGroups,
        snapshot.manifest(),
        SharedFiles.stored(storage, metadata.checkpointId(), SharedFiles.byName(snapshot)));
  }

  /**
   * Tells whether an operator of the checkpoint holds nothing, so that leaving it out loses
   * nothing. Reads what its snapshots tell of themselves.
   *
   * @throws CorruptStateException if a snapshot is missing or damaged
   */
  public boolean holdsNothing(OperatorSnapshots operator) {
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

  /**
   * Returns the paths in the storage of the files that belong to it alone, but for its metadata.
   */
  public List<String> ownFiles() {
    return metadata
        .files()
        .filter(file -> !file.isShared())
        .map(file -> file.pathFrom(directory))
        .distinct()
        .toList();
  }

  /** Returns where it is, for messages. */
  public String describe() {
    return describe(storage, directory);
  }
}
