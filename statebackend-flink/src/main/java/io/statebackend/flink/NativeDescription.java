// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSnapshotRestoreWrapper;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * The file of a native snapshot that is not the engine's: which states there are, the engine's
 * manifest, and the timers. Specified in docs/format/flink-snapshot-v1.md.
 */
final class NativeDescription {
  private static final int MAGIC = 0x5342464B;
  private static final int VERSION = 1;
  private static final int MANIFEST_LENGTH_MAX = 64 << 20;

  private NativeDescription() {}

  static void write(byte[] manifest, TakenSnapshot<?> snapshot, DataOutputView out)
      throws IOException {
    out.writeInt(MAGIC);
    out.writeShort(VERSION);
    out.writeInt(manifest.length);
    out.write(manifest);
    writeProxy(snapshot, out);
    Timers.write(snapshot.timers(), snapshot.getKeyGroupRange(), out);
  }

  private static <K> void writeProxy(TakenSnapshot<K> snapshot, DataOutputView out)
      throws IOException {
    new KeyedBackendSerializationProxy<>(
            snapshot.getKeySerializer(), snapshot.getMetaInfoSnapshots(), false)
        .write(out);
  }

  /** What is done with the parts of a description, in their order. */
  interface Reader<K> {

    void states(KeyedBackendSerializationProxy<K> proxy) throws IOException;

    /** Returns the queue that the timers of a description go to. */
    HeapPriorityQueueSnapshotRestoreWrapper<?> queue(StateMetaInfoSnapshot description);
  }

  /**
   * Reads a description.
   *
   * @param range the key groups of the snapshot
   * @return the engine's manifest
   * @throws IOException if it cannot be read, or is that of another backend
   */
  static <K> byte[] read(
      StreamStateHandle handle,
      KeyGroupRange range,
      ClassLoader userClasses,
      CloseableRegistry registry,
      Timers timers,
      Reader<K> reader)
      throws IOException {
    FSDataInputStream stream = handle.openInputStream();
    registry.registerCloseable(stream);
    try (stream) {
      DataInputView in = new DataInputViewStreamWrapper(stream);
      byte[] manifest = readManifest(in);
      KeyedBackendSerializationProxy<K> proxy = new KeyedBackendSerializationProxy<>(userClasses);
      proxy.read(in);
      reader.states(proxy);
      List<HeapPriorityQueueSnapshotRestoreWrapper<?>> queues = new ArrayList<>();
      for (StateMetaInfoSnapshot description : proxy.getStateMetaInfoSnapshots()) {
        if (description.getBackendStateType()
            == StateMetaInfoSnapshot.BackendStateType.PRIORITY_QUEUE) {
          queues.add(reader.queue(description));
        }
      }
      timers.read(queues, range, in, proxy.getReadVersion());
      return manifest;
    } finally {
      boolean unused = registry.unregisterCloseable(stream);
    }
  }

  private static byte[] readManifest(DataInputView in) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new IOException(
          ("the snapshot was taken by another state backend: expected magic=%08x, actual=%08x;"
                  + " take a savepoint in the canonical format with that backend, and restore it")
              .formatted(MAGIC, magic));
    }
    int version = in.readUnsignedShort();
    if (version != VERSION) {
      throw new IOException(
          "the snapshot is of a version that is not read: found=%d, supported=%d; restore it with a"
                  .formatted(version, VERSION)
              + " library that reads it, and take a savepoint in the canonical format");
    }
    int length = in.readInt();
    if (length < 0 || length > MANIFEST_LENGTH_MAX) {
      throw new IOException(
          "the snapshot is damaged: length of manifest=%d, expected 0 to %d"
              .formatted(length, MANIFEST_LENGTH_MAX));
    }
    byte[] manifest = new byte[length];
    in.readFully(manifest);
    return manifest;
  }
}
