// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.StoreSpec;
import io.statebackend.core.host.HostSnapshots;
import io.statebackend.core.host.HostedStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.StateBackend.KeyedStateBackendParameters;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.restore.FullSnapshotRestoreOperation;
import org.apache.flink.runtime.state.restore.KeyGroup;
import org.apache.flink.runtime.state.restore.SavepointRestoreResult;
import org.apache.flink.runtime.state.restore.ThrowingIterator;
import org.apache.flink.util.StateMigrationException;
import org.jspecify.annotations.Nullable;

/** Makes a backend of what Flink hands over, with the state of the snapshots that are restored. */
final class KeyedBackendBuilder<K> {
  final KeyedStateBackendParameters<K> parameters;
  final OpaqueMemoryResource<SlotEngine> engine;
  final boolean isIncremental;
  final LatencyTrackingStateConfig latencyTracking;
  final SizeTrackingStateConfig sizeTracking;
  final StreamCompressionDecorator compression;
  final KeyGroupRange keyGroups;
  final Timers timers;
  final Map<String, KeyedTable<K, ?, ?>> states = new LinkedHashMap<>();
  final HostedStore<K> store;
  final @Nullable HostSnapshots<StreamStateHandle> nativeSnapshots;
  private final StateSerializerProvider<K> keySerializer;
  private final Wrapped<K> keys;
  private final CloseableRegistry registry;
  private final ClassLoader userClasses;
  private boolean isKeyChecked;

  /** The tables that were restored natively. */
  Set<String> restoredTables = Set.of();

  KeyedBackendBuilder(
      KeyedStateBackendParameters<K> parameters,
      OpaqueMemoryResource<SlotEngine> engine,
      boolean isIncremental,
      LatencyTrackingStateConfig latencyTracking,
      SizeTrackingStateConfig sizeTracking,
      StreamCompressionDecorator compression) {
    this.parameters = parameters;
    this.engine = engine;
    this.isIncremental = isIncremental;
    this.latencyTracking = latencyTracking;
    this.sizeTracking = sizeTracking;
    this.compression = compression;
    this.keyGroups = parameters.getKeyGroupRange();
    this.timers = new Timers(keyGroups, parameters.getNumberOfKeyGroups());
    this.keySerializer =
        StateSerializerProvider.fromNewRegisteredSerializer(parameters.getKeySerializer());
    this.keys = Wrapped.of(parameters.getKeySerializer().duplicate());
    this.registry = parameters.getCancelStreamRegistry();
    this.userClasses = parameters.getEnv().getUserCodeClassLoader().asClassLoader();
    this.store =
        HostedStore.open(
            engine.getResourceHandle().backend(),
            new StoreSpec<>(
                parameters.getOperatorIdentifier(),
                parameters.getEnv().getTaskInfo().getIndexOfThisSubtask(),
                new io.statebackend.api.KeyGroupRange(
                    keyGroups.getStartKeyGroup(), keyGroups.getEndKeyGroup()),
                parameters.getNumberOfKeyGroups(),
                keys));
    this.nativeSnapshots = store.nativeSnapshots();
  }

  /** Gives the share of an engine back because of a failure. */
  static void release(OpaqueMemoryResource<SlotEngine> engine, Throwable failure) {
    try {
      engine.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  TypeSerializer<K> keySerializer() {
    return keySerializer.currentSchemaSerializer();
  }

  ClassLoader userClasses() {
    return userClasses;
  }

  /**
   * Restores, and makes the backend.
   *
   * @throws BackendBuildingException if the state cannot be restored
   */
  KeyedBackend<K> build() throws BackendBuildingException {
    try {
      restore(parameters.getStateHandles());
      return new KeyedBackend<>(this);
    } catch (BackendBuildingException e) {
      closeAfter(e);
      throw e;
    } catch (Exception e) {
      closeAfter(e);
      throw new BackendBuildingException("cannot restore keyed state: reason=" + e, e);
    } catch (Error e) {
      closeAfter(e);
      throw e;
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      store.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void restore(Collection<KeyedStateHandle> all)
      throws IOException, StateMigrationException {
    List<KeyedStateHandle> handles = new ArrayList<>();
    for (KeyedStateHandle handle : all) {
      if (handle != null
          && handle.getKeyGroupRange().getIntersection(keyGroups).getNumberOfKeyGroups() > 0) {
        handles.add(handle);
      }
    }
    if (handles.isEmpty()) {
      return;
    }
    if (handles.stream().allMatch(handle -> handle instanceof IncrementalRemoteKeyedStateHandle)) {
      restoreNatively(
          handles.stream().map(handle -> (IncrementalRemoteKeyedStateHandle) handle).toList());
    } else {
      restoreCanonically(handles);
    }
  }

  private void restoreCanonically(List<KeyedStateHandle> handles)
      throws IOException, StateMigrationException {
    FullSnapshotRestoreOperation<K> operation =
        new FullSnapshotRestoreOperation<>(keyGroups, userClasses, handles, keySerializer);
    try (ThrowingIterator<SavepointRestoreResult> results = operation.restore()) {
      while (results.hasNext()) {
        SavepointRestoreResult result = results.next();
        keyChecked();
        load(result);
      }
    }
  }

  private void load(SavepointRestoreResult result) throws IOException, StateMigrationException {
    Map<Integer, KeyedTable<K, ?, ?>> tables = new HashMap<>();
    Map<Integer, HeapPriorityQueueSnapshotRestoreWrapper<?>> queues = new HashMap<>();
    List<StateMetaInfoSnapshot> descriptions = result.getStateMetaInfoSnapshots();
    for (int id = 0; id < descriptions.size(); id++) {
      StateMetaInfoSnapshot description = descriptions.get(id);
      if (description.getBackendStateType() == BackendStateType.PRIORITY_QUEUE) {
        queues.put(id, timers.restored(description));
      } else {
        KeyedTable<K, ?, ?> state = restored(description);
        state.create(Set.of());
        tables.put(id, state);
      }
    }
    int prefixLength = parameters.getNumberOfKeyGroups() > Byte.MAX_VALUE + 1 ? 2 : 1;
    try (ThrowingIterator<KeyGroup> groups = result.getRestoredKeyGroups()) {
      while (groups.hasNext()) {
        KeyGroup group = groups.next();
        CanonicalEntries entries = new CanonicalEntries(group.getKeyGroupEntries());
        for (int id = entries.nextState(); id >= 0; id = entries.nextState()) {
          KeyedTable<K, ?, ?> table = tables.get(id);
          if (table != null) {
            table.load(group.getKeyGroupId(), entries);
          } else {
            Timers.load(
                requireNonNull(queues.get(id), "no state has the id of an entry"),
                prefixLength,
                entries);
          }
        }
      }
    }
  }

  private KeyedTable<K, ?, ?> restored(StateMetaInfoSnapshot description) {
    return states.computeIfAbsent(
        description.getName(),
        name ->
            KeyedTable.of(
                store,
                (RegisteredKeyValueStateBackendMetaInfo<?, ?>)
                    RegisteredKeyValueStateBackendMetaInfo.fromMetaInfoSnapshot(description)));
  }

  private void restoreNatively(List<IncrementalRemoteKeyedStateHandle> handles)
      throws IOException, StateMigrationException {
    HostSnapshots<StreamStateHandle> snapshots = nativeSnapshots;
    if (snapshots == null) {
      throw new IOException(
          ("the storage engine has no snapshots of its own, and those of another one are to be"
               + " restored: engine=%s; restore them with that engine, and take a savepoint in the"
               + " canonical format")
              .formatted(engine.getResourceHandle().backend().name()));
    }
    Map<String, StreamStateHandle> files = new HashMap<>();
    List<byte[]> manifests = new ArrayList<>();
    for (IncrementalRemoteKeyedStateHandle handle : handles) {
      for (HandleAndLocalPath file : handle.getSharedState()) {
        files.put(file.getLocalPath(), file.getHandle());
      }
      manifests.add(
          NativeDescription.read(
              handle.getMetaDataStateHandle(),
              handle.getKeyGroupRange(),
              userClasses,
              registry,
              timers,
              new Descriptions()));
    }
    restoredTables = snapshots.restore(manifests, files::get, new FlinkFiles.Restored(registry));
  }

  /** Takes the states of native snapshots over. */
  private final class Descriptions implements NativeDescription.Reader<K> {
    @Override
    public void states(KeyedBackendSerializationProxy<K> proxy) throws IOException {
      checkKey(proxy.getKeySerializerSnapshot());
      for (StateMetaInfoSnapshot description : proxy.getStateMetaInfoSnapshots()) {
        if (description.getBackendStateType() != BackendStateType.PRIORITY_QUEUE) {
          KeyedTable<K, ?, ?> unused = restored(description);
        }
      }
    }

    @Override
    public HeapPriorityQueueSnapshotRestoreWrapper<?> queue(StateMetaInfoSnapshot description) {
      return timers.restored(description);
    }
  }

  private void checkKey(TypeSerializerSnapshot<K> stored) throws IOException {
    if (isKeyChecked) {
      return;
    }
    TypeSerializer<K> declared = keySerializer.currentSchemaSerializer();
    TypeSerializerSchemaCompatibility<K> compatibility =
        keySerializer.setPreviousSerializerSnapshotForRestoredState(stored);
    if (compatibility.isCompatibleAfterMigration() || compatibility.isIncompatible()) {
      throw new BackendBuildingException(
          "cannot restore keyed state",
          new StateMigrationException(
              "The new key serializer (%s) must be compatible with the previous key serializer (%s)."
                  .formatted(declared, keySerializer.previousSchemaSerializer())));
    }
    keyChecked();
  }

  /** Goes on with the serializer of the keys that Flink may have changed while it checked it. */
  private void keyChecked() {
    isKeyChecked = true;
    boolean unused = keys.replace(Wrapped.of(keySerializer.currentSchemaSerializer().duplicate()));
  }
}
