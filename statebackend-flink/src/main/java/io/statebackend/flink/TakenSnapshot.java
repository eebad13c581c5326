// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryOutput;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueStateSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * All of a backend as it was at one moment: an image of its tables, its timers, and what Flink
 * knows of its states. Read by another thread while the backend goes on; given up by Flink when the
 * snapshot has ended, however.
 */
final class TakenSnapshot<K> implements FullSnapshotResources<K> {
  private final FlinkImage image;
  private final List<StateMetaInfoSnapshot> descriptions;
  private final List<CanonicalForm> forms;
  private final List<HeapPriorityQueueStateSnapshot<?>> timers;
  private final KeyGroupRange keyGroups;
  private final int maxParallelism;
  private final TypeSerializer<K> keySerializer;
  private final StreamCompressionDecorator compression;

  /**
   * Takes a snapshot. For the owner.
   *
   * @param image an image of the tables, which the snapshot releases
   * @param states the states that the image has, in the order of their ids
   */
  TakenSnapshot(
      FlinkImage image,
      List<? extends KeyedTable<K, ?, ?>> states,
      List<HeapPriorityQueueStateSnapshot<?>> timers,
      KeyGroupRange keyGroups,
      int maxParallelism,
      TypeSerializer<K> keySerializer,
      StreamCompressionDecorator compression) {
    this.image = image;
    this.timers = timers;
    this.keyGroups = keyGroups;
    this.maxParallelism = maxParallelism;
    this.keySerializer = keySerializer;
    this.compression = compression;
    this.descriptions = new ArrayList<>();
    this.forms = new ArrayList<>();
    for (KeyedTable<K, ?, ?> state : states) {
      descriptions.add(state.meta().snapshot());
      forms.add(state.canonicalForm(image));
    }
    for (HeapPriorityQueueStateSnapshot<?> queue : timers) {
      descriptions.add(queue.getMetaInfoSnapshot());
    }
  }

  FlinkImage image() {
    return image;
  }

  List<HeapPriorityQueueStateSnapshot<?>> timers() {
    return timers;
  }

  @Override
  public List<StateMetaInfoSnapshot> getMetaInfoSnapshots() {
    return descriptions;
  }

  @Override
  public KeyValueStateIterator createKVStateIterator() {
    int prefixLength =
        CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(maxParallelism);
    List<CanonicalForm> all = new ArrayList<>(forms);
    for (HeapPriorityQueueStateSnapshot<?> queue : timers) {
      all.add(keyGroup -> new TimerEntries<>(queue, keyGroup, prefixLength));
    }
    return new CanonicalIterator(all, keyGroups);
  }

  @Override
  public KeyGroupRange getKeyGroupRange() {
    return keyGroups;
  }

  @Override
  public TypeSerializer<K> getKeySerializer() {
    return keySerializer;
  }

  @Override
  public StreamCompressionDecorator getStreamCompressionDecorator() {
    return compression;
  }

  @Override
  public void release() {
    image.close();
  }

  /** The timers of a queue and key group: their bytes are the key, and there is no value. */
  private static final class TimerEntries<T> implements CanonicalForm.Entries {
    private static final byte[] NO_VALUE = {};

    private final Iterator<T> elements;
    private final Wrapped<T> serializer;
    private final BinaryOutput out = new BinaryOutput();
    private final int prefixLength;

    TimerEntries(HeapPriorityQueueStateSnapshot<T> queue, int keyGroup, int prefixLength) {
      this.elements = queue.getIteratorForKeyGroup(keyGroup);
      this.serializer = new Wrapped<>(queue.getMetaInfo().getElementSerializer());
      this.prefixLength = prefixLength;
      KeyLayout.writeKeyGroup(keyGroup, prefixLength, out);
    }

    @Override
    public boolean next() {
      if (!elements.hasNext()) {
        return false;
      }
      out.truncate(prefixLength);
      serializer.serialize(elements.next(), out);
      return true;
    }

    @Override
    public byte[] key() {
      return out.toByteArray();
    }

    @Override
    public byte[] value() {
      return NO_VALUE;
    }

    @Override
    public void close() {}
  }
}
