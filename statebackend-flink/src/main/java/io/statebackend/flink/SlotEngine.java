// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.WorkDirectory;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.Preset;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.jspecify.annotations.Nullable;

/**
 * The engine that all tasks in a slot share, and so its limits. Flink counts who uses it, and
 * closes it after the last one.
 */
final class SlotEngine implements AutoCloseable {
  private static final String DIRECTORY_PREFIX = "statebackend-";

  private final StateBackend backend;

  /** The working directory, which ends with the engine; {@code null} if there is none. */
  private final @Nullable Path directory;

  private SlotEngine(StateBackend backend, @Nullable Path directory) {
    this.backend = backend;
    this.directory = directory;
  }

  /**
   * Takes a share of the slot's engine, which is opened if need be.
   *
   * @param managedFraction which part of the slot's managed memory is for state backends
   * @return the engine, to be closed by who asked
   * @throws IOException if it cannot be opened
   */
  static OpaqueMemoryResource<SlotEngine> lease(
      EngineSettings settings, Environment environment, double managedFraction) throws IOException {
    MemoryManager memory = environment.getMemoryManager();
    Path parent = directory(settings, environment);
    String type = DIRECTORY_PREFIX + settings;
    try {
      if (settings.usesManagedMemory()) {
        if (managedFraction <= 0) {
          throw new IllegalConfigurationException(
              ("no managed memory for rocksdb: fraction=%s; give state backends a share of"
                      + " taskmanager.memory.managed.size, or set %s")
                  .formatted(managedFraction, StatebackendOptions.ROCKSDB_NATIVE_MEMORY.key()));
        }
        return memory.getSharedMemoryResourceForManagedMemory(
            type, bytes -> open(settings, parent, bytes), managedFraction);
      }
      Long fixed = settings.nativeBytes();
      long bytes = settings.heapBytes() + (fixed == null ? 0 : fixed);
      return memory.getExternalSharedMemoryResource(
          type, unused -> open(settings, parent, fixed == null ? 0 : fixed), bytes);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("cannot open the storage engine: settings=" + settings, e);
    }
  }

  private static Path directory(EngineSettings settings, Environment environment) {
    List<String> directories = settings.directories();
    Path parent =
        directories.isEmpty()
            ? environment.getTaskManagerInfo().getTmpWorkingDirectory().toPath()
            : Path.of(directories.get(ThreadLocalRandom.current().nextInt(directories.size())));
    return parent.toAbsolutePath();
  }

  private static SlotEngine open(EngineSettings settings, Path parent, long nativeBytes) {
    Path directory = parent.resolve(DIRECTORY_PREFIX + UUID.randomUUID());
    return switch (settings.engine()) {
      case MEMORY -> new SlotEngine(MemoryStateBackend.create(), null);
      case FS ->
          new SlotEngine(
              FsStateBackend.builder(directory).memoryBudgetBytes(settings.heapBytes()).open(),
              directory);
      case ROCKSDB -> new SlotEngine(RocksDb.open(settings, directory, nativeBytes), directory);
    };
  }

  /** Apart, so that its classes are looked for only by who wants it. */
  private static final class RocksDb {
    private RocksDb() {}

    static StateBackend open(EngineSettings settings, Path directory, long nativeBytes) {
      if (nativeBytes < EngineSettings.NATIVE_BYTES_MIN) {
        throw new IllegalConfigurationException(
            "too little managed memory for rocksdb in a slot: available=%d bytes, smallest=%d; raise"
                    .formatted(nativeBytes, EngineSettings.NATIVE_BYTES_MIN)
                + " taskmanager.memory.managed.size, or have fewer slots");
      }
      long heapBytes = Math.min(settings.heapBytes(), nativeBytes);
      return RocksDbStateBackend.builder(directory)
          .memoryBudgetBytes(nativeBytes + heapBytes)
          .heapCacheBytes(heapBytes)
          .transferThreads(settings.transferThreads())
          .preset(preset(settings.preset()))
          .open();
    }

    private static Preset preset(String name) {
      try {
        return Preset.valueOf(name.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalConfigurationException(
            "%s is no preset of rocksdb: value=%s, known=%s"
                .formatted(
                    StatebackendOptions.ROCKSDB_PRESET.key(),
                    name,
                    Arrays.toString(Preset.values())),
            e);
      }
    }
  }

  StateBackend backend() {
    return backend;
  }

  /** Returns the figures of this moment, or nothing if the engine is closed. */
  Optional<MemoryUse> memoryUse() {
    try {
      return Optional.of(backend.memoryUse());
    } catch (StateClosedException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      backend.close();
    } finally {
      if (directory != null) {
        WorkDirectory.delete(directory);
      }
    }
  }
}
