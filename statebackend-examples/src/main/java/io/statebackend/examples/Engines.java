// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The state backends that {@code --backend} can name. */
final class Engines {
  private static final Map<String, Function<Path, StateBackend>> BY_NAME =
      new TreeMap<>(
          Map.of(
              "memory",
              directory -> MemoryStateBackend.create(),
              "fs",
              directory -> FsStateBackend.builder(directory).open(),
              "rocksdb",
              directory -> RocksDbStateBackend.builder(directory).open()));

  private Engines() {}

  static Set<String> names() {
    return BY_NAME.keySet();
  }

  /**
   * Opens a backend.
   *
   * @param directory where it may keep working files
   * @throws IllegalArgumentException if there is none of that name
   */
  static StateBackend open(String name, Path directory) {
    Function<Path, StateBackend> engine = BY_NAME.get(name);
    if (engine == null) {
      throw new IllegalArgumentException(
          "no such backend: '%s'; there are %s".formatted(name, names()));
    }
    return engine.apply(directory);
  }
}
