// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * How the engine of a slot is opened.
 *
 * @param heapBytes the heap that it may use
 * @param nativeBytes the native memory of rocksdb, {@code null} if it is managed memory
 * @param directories where working files may be, none if Flink says
 * @param preset the name of the preset of rocksdb
 */
record EngineSettings(
    Engine engine,
    long heapBytes,
    @Nullable Long nativeBytes,
    List<String> directories,
    String preset,
    int transferThreads)
    implements Serializable {
  private static final long HEAP_BYTES_MIN = 1 << 20;
  static final long NATIVE_BYTES_MIN = 4 << 20;

  static EngineSettings of(ReadableConfig config) {
    MemorySize heap = config.get(StatebackendOptions.MEMORY_PER_SLOT);
    MemorySize fixed = config.get(StatebackendOptions.ROCKSDB_NATIVE_MEMORY);
    List<String> directories = config.get(StatebackendOptions.DIRECTORIES);
    if (heap.getBytes() < HEAP_BYTES_MIN) {
      throw tooSmall(StatebackendOptions.MEMORY_PER_SLOT.key(), heap, HEAP_BYTES_MIN);
    }
    if (fixed != null && fixed.getBytes() < NATIVE_BYTES_MIN) {
      throw tooSmall(StatebackendOptions.ROCKSDB_NATIVE_MEMORY.key(), fixed, NATIVE_BYTES_MIN);
    }
    return new EngineSettings(
        config.get(StatebackendOptions.ENGINE),
        heap.getBytes(),
        fixed == null ? null : fixed.getBytes(),
        directories == null ? List.of() : List.copyOf(directories),
        config.get(StatebackendOptions.ROCKSDB_PRESET),
        config.get(StatebackendOptions.TRANSFER_THREADS));
  }

  private static IllegalConfigurationException tooSmall(String key, MemorySize size, long min) {
    return new IllegalConfigurationException(
        "%s is too small: value=%s, smallest=%s".formatted(key, size, new MemorySize(min)));
  }

  boolean usesManagedMemory() {
    return engine == Engine.ROCKSDB && nativeBytes == null;
  }
}
