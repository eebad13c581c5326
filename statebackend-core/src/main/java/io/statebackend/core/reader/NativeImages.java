// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.NativeFormat;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.SnapshotHeader;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keyed state of one subtask that lies in an engine's own snapshot, read by that engine in a
 * working directory of its own. What is too large for the memory is restored some key groups at a
 * time. Not thread-safe.
 */
final class NativeImages implements AutoCloseable {
  private final StoredCheckpoint checkpoint;
  private final SnapshotHeader header;
  private final NativeSnapshot snapshot;
  private final StateBackend engine;
  private final int groupsPerStep;

  private @Nullable Step step;

  /** The key groups that are restored at this time. */
  private record Step(
      KeyGroupRange keyGroups, KeyedStore<byte[]> store, FrozenStore image, Set<String> tables) {
    void close() {
      Closing.all(List.of(image::close, store::close));
    }
  }

  private NativeImages(
      StoredCheckpoint checkpoint,
      SnapshotHeader header,
      NativeSnapshot snapshot,
      StateBackend engine,
      int groupsPerStep) {
    this.checkpoint = checkpoint;
    this.header = header;
    this.snapshot = snapshot;
    this.engine = engine;
    this.groupsPerStep = groupsPerStep;
  }

  /**
   * Opens an engine's own snapshot of a subtask.
   *
   * @param header what the portable snapshot tells about the subtask
   * @param place where engines work
   * @throws IncompatibleStateException if the engine is not there
   */
  static NativeImages open(
      StoredCheckpoint checkpoint,
      SnapshotHeader header,
      NativeSnapshot snapshot,
      WorkPlace place) {
    NativeFormat format = find(snapshot.format(), checkpoint.describe());
    long bytes = snapshot.files().stream().mapToLong(FileRef::length).sum();
    long bytesPerStep = format.snapshotBytesMax(place.memoryBytes());
    long steps = Math.max(1, (bytes + bytesPerStep - 1) / bytesPerStep);
    int groups = header.keyGroups().size();
    return new NativeImages(
        checkpoint,
        header,
        snapshot,
        format.open(place.newDirectory(), place.memoryBytes()),
        (int) Math.max(1, groups / steps));
  }

  /**
   * Finds an engine by the name of its format.
   *
   * @throws IncompatibleStateException if it is not there
   */
  private static NativeFormat find(String name, String where) {
    for (NativeFormat format : ServiceLoader.load(NativeFormat.class)) {
      if (format.format().equals(name)) {
        return format;
      }
    }
    throw new IncompatibleStateException(
        "keyed state in %s is in the engine's own format '%s', and that engine is not here: add the module statebackend-%s to the class path, or read a savepoint, which needs no engine"
            .formatted(where, name, name.replaceFirst("-[0-9]+$", "")));
  }

  /** Returns the pages or entries of a table, or {@code null} if the snapshot has no such table. */
  @Nullable EntryCursor entries(String table, int keyGroup) {
    Step current = step;
    if (current == null || !current.keyGroups.contains(keyGroup)) {
      current = restore(keyGroup);
    }
    return current.tables.contains(table) ? current.image.entries(table, keyGroup) : null;
  }

  private Step restore(int firstKeyGroup) {
    closeStep();
    int last = Math.min(header.keyGroups().last(), firstKeyGroup + groupsPerStep - 1);
    KeyGroupRange range = new KeyGroupRange(firstKeyGroup, last);
    KeyedStore<byte[]> store =
        engine.open(
            new StoreSpec<>(
                header.operatorId(),
                header.subtask(),
                range,
                header.maxParallelism(),
                RawSerializer.of(header.key())));
    try {
      NativeSnapshots restoring = store.nativeSnapshots().orElseThrow();
      Set<String> tables =
          restoring.restore(List.of(checkpoint.nativeSnapshot(header.keyGroups(), snapshot)));
      Step restored = new Step(range, store, store.freeze(FreezePurpose.READ), tables);
      step = restored;
      return restored;
    } catch (Throwable e) {
      Closing.allAfter(e, List.of(store::close));
      throw e;
    }
  }

  private void closeStep() {
    Step current = step;
    step = null;
    if (current != null) {
      current.close();
    }
  }

  /** Closes the engine. Closing twice does nothing. */
  @Override
  public void close() {
    Closing.all(List.of(this::closeStep, engine::close));
  }
}
