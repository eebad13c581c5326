// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.RunnableFuture;
import java.util.function.BinaryOperator;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.filesystem.FsCheckpointStreamFactory;
import org.jspecify.annotations.Nullable;

/**
 * Value state of Flink with its checkpoints, written by another thread as Flink's task does it.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class FlinkDurableState<K, V> implements DurableState<K, V> {
  /** Flink's defaults: `state.storage.fs.memory-threshold` and `.write-buffer-size`. */
  private static final int FILE_THRESHOLD_BYTES = 20 << 10;

  private static final int WRITE_BUFFER_BYTES = 4096;

  private final AbstractKeyedStateBackend<K> keyed;
  private final ValueSubject<K, V> state;
  private final Path directory;
  private long lastCheckpointId;

  FlinkDurableState(AbstractKeyedStateBackend<K> keyed, ValueSubject<K, V> state, Path directory) {
    this.keyed = keyed;
    this.state = state;
    this.directory = directory;
  }

  @Override
  public @Nullable V get(K key) {
    return state.get(key);
  }

  @Override
  public void update(K key, V value) {
    state.update(key, value);
  }

  @Override
  public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
    state.readModifyWrite(key, added, combine);
  }

  @Override
  public Checkpoint beginCheckpoint() {
    long id = ++lastCheckpointId;
    RunnableFuture<SnapshotResult<KeyedStateHandle>> written =
        FlinkCalls.unchecked(
            () ->
                keyed.snapshot(
                    id,
                    System.currentTimeMillis(),
                    new FsCheckpointStreamFactory(
                        LocalFileSystem.getSharedInstance(),
                        place("chk-" + id),
                        place("shared"),
                        FILE_THRESHOLD_BYTES,
                        WRITE_BUFFER_BYTES),
                    CheckpointOptions.forCheckpointWithDefaultLocation()));
    Thread writer = new Thread(written, "flink-checkpoint-" + id);
    writer.start();
    return new FlinkCheckpoint(keyed, id, written);
  }

  private org.apache.flink.core.fs.Path place(String name) {
    try {
      return new org.apache.flink.core.fs.Path(
          Files.createDirectories(directory.resolve(name)).toUri());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A checkpoint of Flink, and the handle that it is restored with. */
  record FlinkCheckpoint(
      AbstractKeyedStateBackend<?> keyed,
      long id,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> written)
      implements Checkpoint {

    @Override
    public boolean isComplete() {
      return written.isDone();
    }

    KeyedStateHandle handle() {
      KeyedStateHandle handle =
          FlinkCalls.unchecked(() -> written.get().getJobManagerOwnedSnapshot());
      if (handle == null) {
        throw new IllegalStateException("the checkpoint of Flink is empty");
      }
      return handle;
    }

    /** Also tells the backend, so that the next checkpoint refers to the files of this one. */
    @Override
    public long await() {
      long bytes = handle().getStateSize();
      FlinkCalls.unchecked(
          () -> {
            keyed.notifyCheckpointComplete(id);
            return true;
          });
      return bytes;
    }
  }
}
