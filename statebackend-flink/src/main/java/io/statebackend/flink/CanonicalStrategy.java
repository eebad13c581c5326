// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointStreamWithResultProvider;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.FullSnapshotAsyncWriter;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.LocalSnapshotDirectoryProvider;
import org.apache.flink.runtime.state.SnapshotStrategy;

/** Writes all of a backend into one file, in Flink's canonical form. */
final class CanonicalStrategy<K> implements SnapshotStrategy<KeyedStateHandle, TakenSnapshot<K>> {
  static final String DESCRIPTION = "Asynchronous full snapshot of the table state backend";

  private final TakenSnapshot<K> taken;
  private final LocalRecoveryConfig localRecovery;

  CanonicalStrategy(TakenSnapshot<K> taken, LocalRecoveryConfig localRecovery) {
    this.taken = taken;
    this.localRecovery = localRecovery;
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
    LocalSnapshotDirectoryProvider directory =
        options.getCheckpointType().isSavepoint() || !localRecovery.isLocalBackupEnabled()
            ? null
            : localRecovery.getLocalStateDirectoryProvider().orElse(null);
    return new FullSnapshotAsyncWriter<>(
        options.getCheckpointType(),
        () ->
            directory == null
                ? CheckpointStreamWithResultProvider.createSimpleStream(
                    CheckpointedStateScope.EXCLUSIVE, streamFactory)
                : CheckpointStreamWithResultProvider.createDuplicatingStream(
                    checkpointId, CheckpointedStateScope.EXCLUSIVE, streamFactory, directory),
        snapshot);
  }
}
