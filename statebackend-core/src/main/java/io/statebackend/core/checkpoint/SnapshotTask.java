// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import org.jspecify.annotations.Nullable;

/**
 * Writes the snapshot of one subtask for one checkpoint: the asynchronous part.
 *
 * @param lock the coordinator's lock, which guards the checkpoint
 * @param storage where to write
 * @param compression how blocks are compressed
 * @param checkpoint the checkpoint
 * @param subtask the subtask
 * @param image what to write, closed with the task
 */
record SnapshotTask(
    Object lock,
    CheckpointStorage storage,
    Compression compression,
    PendingCheckpoint checkpoint,
    Subtask subtask,
    FrozenSubtask image)
    implements AutoCloseable {

  /** Writes everything and returns where it is. */
  SubtaskSnapshot write() {
    NativeSnapshot nativeSnapshot =
        checkpoint.isSavepoint()
            ? null
            : subtask.states().nativeSnapshots().map(this::writeNative).orElse(null);
    String fileName = FileNames.of(subtask.position()) + ".snapshot";
    try (StorageOutput out = storage.create(checkpoint.directory + "/" + fileName)) {
      opened(out);
      SnapshotFile file = image.write(out, checkpoint.id, compression, nativeSnapshot == null);
      return new SubtaskSnapshot(
          subtask.position().subtask(),
          subtask.keyGroupRange(),
          new FileRef(fileName, file.length(), file.crc32c()),
          nativeSnapshot);
    }
  }

  private @Nullable NativeSnapshot writeNative(NativeSnapshots engine) {
    if (image.store().isEmpty()) {
      return null;
    }
    SharedFiles files;
    synchronized (lock) {
      files =
          new SharedFiles(
              storage, FileNames.of(subtask.position()), checkpoint.id, subtask.nativeFiles());
      checkpoint.opened(files);
    }
    byte[] manifest = engine.write(checkpoint.id, image.store().get(), files);
    return new NativeSnapshot(engine.format(), manifest, files.files());
  }

  /** Remembers an output, so that an abort can make this thread give up. */
  private void opened(StorageOutput out) {
    synchronized (lock) {
      if (checkpoint.phase != PendingCheckpoint.Phase.WRITING) {
        throw new StateClosedException(checkpoint.describe() + " was aborted");
      }
      checkpoint.opened(out);
    }
  }

  @Override
  public void close() {
    image.close();
  }
}
