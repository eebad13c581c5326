// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.state.HeapPriorityQueuesManager;
import org.apache.flink.runtime.state.KeyExtractorFunction;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.Keyed;
import org.apache.flink.runtime.state.PriorityComparable;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueElement;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSet;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSetFactory;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueStateSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/** The timers of a backend, in Flink's queues on the heap. */
final class Timers {
  private static final int QUEUE_CAPACITY_MIN = 128;

  private final Map<String, HeapPriorityQueueSnapshotRestoreWrapper<?>> queues =
      new LinkedHashMap<>();
  private final KeyGroupRange keyGroups;
  private final int maxParallelism;
  private final HeapPriorityQueueSetFactory factory;
  private final HeapPriorityQueuesManager manager;

  Timers(KeyGroupRange keyGroups, int maxParallelism) {
    this.keyGroups = keyGroups;
    this.maxParallelism = maxParallelism;
    this.factory = new HeapPriorityQueueSetFactory(keyGroups, maxParallelism, QUEUE_CAPACITY_MIN);
    this.manager = new HeapPriorityQueuesManager(queues, factory, keyGroups, maxParallelism);
  }

  <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      KeyGroupedInternalPriorityQueue<T> create(
          String name, TypeSerializer<T> elements, boolean allowFutureMetadataUpdates) {
    return manager.createOrUpdate(name, elements, allowFutureMetadataUpdates);
  }

  boolean isEmpty() {
    return queues.isEmpty();
  }

  /** Copies the references of all timers; elements never change. */
  List<HeapPriorityQueueStateSnapshot<?>> snapshot() {
    List<HeapPriorityQueueStateSnapshot<?>> snapshots = new ArrayList<>();
    queues.values().forEach(queue -> snapshots.add(queue.stateSnapshot()));
    return snapshots;
  }

  /** Returns the queue of a description that was restored, created if need be. */
  HeapPriorityQueueSnapshotRestoreWrapper<?> restored(StateMetaInfoSnapshot description) {
    return queues.computeIfAbsent(
        description.getName(),
        name -> created(new RegisteredPriorityQueueStateBackendMetaInfo<>(description)));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the type of the elements is known to Flink only
  private <T extends HeapPriorityQueueElement & PriorityComparable<? super T> & Keyed<?>>
      HeapPriorityQueueSnapshotRestoreWrapper<T> created(
          RegisteredPriorityQueueStateBackendMetaInfo description) {
    HeapPriorityQueueSet<T> queue =
        factory.create(description.getName(), description.getElementSerializer());
    return new HeapPriorityQueueSnapshotRestoreWrapper<>(
        queue, description, KeyExtractorFunction.forKeyedObjects(), keyGroups, maxParallelism);
  }

  /** Adds the timers of one queue and key group in Flink's canonical form. */
  @SuppressWarnings("unchecked") // the elements of a queue are what its serializer reads
  static void load(
      HeapPriorityQueueSnapshotRestoreWrapper<?> queue,
      int prefixLength,
      CanonicalEntries entries) {
    HeapPriorityQueueSnapshotRestoreWrapper<HeapPriorityQueueElement> any =
        (HeapPriorityQueueSnapshotRestoreWrapper<HeapPriorityQueueElement>) queue;
    Wrapped<HeapPriorityQueueElement> elements =
        new Wrapped<>(any.getMetaInfo().getElementSerializer().duplicate());
    while (entries.next()) {
      entries.key().skip(prefixLength);
      boolean unused = any.getPriorityQueue().add(elements.deserialize(entries.key()));
    }
  }

  /** Writes the timers of some queues, key group by key group. */
  static void write(
      List<HeapPriorityQueueStateSnapshot<?>> snapshots, KeyGroupRange range, DataOutputView out)
      throws IOException {
    DataOutputSerializer buffer = new DataOutputSerializer(64);
    for (int keyGroup = range.getStartKeyGroup(); keyGroup <= range.getEndKeyGroup(); keyGroup++) {
      for (HeapPriorityQueueStateSnapshot<?> snapshot : snapshots) {
        buffer.clear();
        snapshot.getKeyGroupWriter().writeStateInKeyGroup(buffer, keyGroup);
        out.writeInt(buffer.length());
        out.write(buffer.getSharedBuffer(), 0, buffer.length());
      }
    }
  }

  /** Reads what {@link #write} wrote, and keeps the timers of the backend's key groups. */
  void read(
      List<HeapPriorityQueueSnapshotRestoreWrapper<?>> restored,
      KeyGroupRange range,
      DataInputView in,
      int formatVersion)
      throws IOException {
    for (int keyGroup = range.getStartKeyGroup(); keyGroup <= range.getEndKeyGroup(); keyGroup++) {
      for (HeapPriorityQueueSnapshotRestoreWrapper<?> queue : restored) {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        if (keyGroups.contains(keyGroup)) {
          queue
              .keyGroupReader(formatVersion)
              .readMappingsInKeyGroup(new DataInputDeserializer(bytes), keyGroup);
        }
      }
    }
  }
}
