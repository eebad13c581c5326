// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.checkpoint.catalog.SharedFiles;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the snapshot of one subtask for one checkpoint: the asynchronous part. It is run or
 * cancelled, never both, and its image is closed either way.
 */
final class SnapshotTask implements Runnable {
  private static final Logger logger = LoggerFactory.getLogger(SnapshotTask.class);

  private enum Stage {
    WAITING,
    RUNNING,
    CANCELLED
  }

  /** How the synchronous part went. */
  record Taken(@Nullable Long alignmentNanos, long freezeNanos, long takenAtNanos) {}

  private final CheckpointRun run;
  private final Subtask subtask;
  private final FrozenSubtask image;
  private final Taken taken;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);

  SnapshotTask(CheckpointRun run, Subtask subtask, FrozenSubtask image, Taken taken) {
    this.run = run;
    this.subtask = subtask;
    this.image = image;
    this.taken = taken;
  }

  Subtask subtask() {
    return subtask;
  }

  Taken taken() {
    return taken;
  }

  /** Writes, and tells the checkpoint how that ended. Does nothing if it was cancelled. */
  @Override
  public void run() {
    if (!stage.compareAndSet(Stage.WAITING, Stage.RUNNING)) {
      return;
    }
    try {
      run.write(this);
    } finally {
      // It was closed before the checkpoint was published, unless nothing could be written at all.
      try {
        image.close();
      } catch (Throwable e) {
        logger.warn("an image of {} cannot be closed", subtask.describe(), e);
      } finally {
        run.written();
      }
    }
  }

  /**
   * Makes sure that it does not run, and closes its image.
   *
   * @return {@code false} if it runs or has run, or was cancelled before
   */
  boolean cancel() {
    if (!stage.compareAndSet(Stage.WAITING, Stage.CANCELLED)) {
      return false;
    }
    image.close();
    return true;
  }

  /**
   * What was written.
   *
   * @param snapshot where it is
   * @param bytesWritten the bytes of new files
   */
  record Written(SubtaskSnapshot snapshot, long bytesWritten) {}

  /** Writes everything, and closes the image whatever happens. */
  Written write(CheckpointStorage storage, Compression compression) {
    try (image) {
      SharedFiles files = null;
      NativeSnapshot nativeSnapshot = null;
      NativeSnapshots engine = subtask.states().nativeSnapshots().orElse(null);
      if (!run.isSavepoint() && engine != null && image.store().isPresent()) {
        files =
            new SharedFiles(
                storage, FileNames.of(subtask.position()), run.id(), subtask.nativeFiles(), run);
        run.uses(subtask, files);
        nativeSnapshot = writeNative(engine, files);
      }
      String name = FileNames.snapshotOf(subtask.position());
      String path = run.directory() + "/" + name;
      SnapshotFile file;
      try (StorageOutput out = storage.create(path)) {
        run.opened(out);
        file = image.write(out, run.id(), compression, nativeSnapshot == null);
        run.created(path);
        run.ended(out);
      }
      return new Written(
          new SubtaskSnapshot(
              subtask.position().subtask(),
              subtask.keyGroupRange(),
              new FileRef(name, file.length(), file.crc32c()),
              nativeSnapshot),
          file.length() + (files == null ? 0 : files.createdBytes()));
    }
  }

  private NativeSnapshot writeNative(NativeSnapshots engine, SharedFiles files) {
    // A writer of an aborted checkpoint may still hang in there.
    synchronized (subtask.nativeWrites()) {
      run.checkNotAborted();
      try {
        byte[] manifest = engine.write(run.id(), image.store().orElseThrow(), files);
        return new NativeSnapshot(engine.format(), manifest, files.files());
      } finally {
        run.engineReturned(subtask);
      }
    }
  }
}
