// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.core.host.HostFile;
import io.statebackend.core.host.HostSnapshot;
import io.statebackend.core.host.HostSnapshots;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.SnapshotType.SharingFilesStrategy;
import org.apache.flink.runtime.checkpoint.filemerging.FileMergingSnapshotManager;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.SnapshotStrategy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.util.IOUtils;

/** Writes what the engine has not written before, as files that checkpoints share. */
final class NativeStrategy<K> implements SnapshotStrategy<KeyedStateHandle, TakenSnapshot<K>> {
  static final String DESCRIPTION = "Asynchronous incremental snapshot of the table state backend";

  private final TakenSnapshot<K> taken;
  private final HostSnapshots<StreamStateHandle> snapshots;
  private final UUID backendId;
  private final Figures figures;

  NativeStrategy(
      TakenSnapshot<K> taken,
      HostSnapshots<StreamStateHandle> snapshots,
      UUID backendId,
      Figures figures) {
    this.taken = taken;
    this.snapshots = snapshots;
    this.backendId = backendId;
    this.figures = figures;
  }

  @Override
  public TakenSnapshot<K> syncPrepareResources(long checkpointId) {
    return taken;
  }

  @Override
  public SnapshotResultSupplier<KeyedStateHandle> asyncSnapshot(
      TakenSnapshot<K> snapshot,
      long checkpointId,
      long timestamp,
      CheckpointStreamFactory streamFactory,
      CheckpointOptions options) {
    SharingFilesStrategy sharing = options.getCheckpointType().getSharingFilesStrategy();
    return registry -> write(snapshot, checkpointId, streamFactory, sharing, registry);
  }

  private SnapshotResult<KeyedStateHandle> write(
      TakenSnapshot<K> snapshot,
      long checkpointId,
      CheckpointStreamFactory streamFactory,
      SharingFilesStrategy sharing,
      CloseableRegistry registry)
      throws IOException {
    boolean isShared = sharing != SharingFilesStrategy.NO_SHARING;
    FlinkFiles.Written files =
        new FlinkFiles.Written(
            streamFactory,
            isShared ? CheckpointedStateScope.SHARED : CheckpointedStateScope.EXCLUSIVE,
            sharing == SharingFilesStrategy.FORWARD_BACKWARD,
            registry);
    try {
      HostSnapshot<StreamStateHandle> written =
          snapshots.write(checkpointId, snapshot.image().frozen(), files);
      StreamStateHandle description = writeDescription(snapshot, written, streamFactory, registry);
      if (!isShared) {
        // Nobody else may refer to the files of a savepoint.
        snapshots.settled(checkpointId, false);
      }
      files.reportShared();
      figures.wrote(written.newBytes(), written.reusedBytes());
      return SnapshotResult.of(
          new IncrementalRemoteKeyedStateHandle(
              backendId,
              snapshot.getKeyGroupRange(),
              checkpointId,
              handles(written, files),
              new ArrayList<>(),
              description,
              written.newBytes() + description.getStateSize()));
    } catch (Throwable e) {
      snapshots.settled(checkpointId, false);
      files.discard(e);
      throw e;
    }
  }

  /**
   * Returns the files as Flink is to know them. It has those of earlier checkpoints already, so a
   * reference is enough, by which it also notices if a file is gone.
   */
  private static List<HandleAndLocalPath> handles(
      HostSnapshot<StreamStateHandle> written, FlinkFiles.Written files) {
    List<HandleAndLocalPath> handles = new ArrayList<>();
    for (HostFile<StreamStateHandle> file : written.files()) {
      StreamStateHandle handle = file.handle();
      handles.add(
          HandleAndLocalPath.of(
              files.isShared(handle)
                  ? new PlaceholderStreamStateHandle(
                      handle.getStreamStateHandleID(),
                      handle.getStateSize(),
                      FileMergingSnapshotManager.isFileMergingHandle(handle))
                  : handle,
              file.name()));
    }
    return handles;
  }

  private static StreamStateHandle writeDescription(
      TakenSnapshot<?> snapshot,
      HostSnapshot<StreamStateHandle> written,
      CheckpointStreamFactory streamFactory,
      CloseableRegistry registry)
      throws IOException {
    CheckpointStateOutputStream stream =
        streamFactory.createCheckpointStateOutputStream(CheckpointedStateScope.EXCLUSIVE);
    registry.registerCloseable(stream);
    try {
      NativeDescription.write(
          written.manifest(), snapshot, new DataOutputViewStreamWrapper(stream));
      if (!registry.unregisterCloseable(stream)) {
        throw new IOException("the snapshot was cancelled");
      }
      return stream.closeAndGetHandle();
    } catch (IOException | RuntimeException | Error e) {
      if (registry.unregisterCloseable(stream)) {
        IOUtils.closeQuietly(stream);
      }
      throw e;
    }
  }
}
