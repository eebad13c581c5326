// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.nio.file.Path;
import java.util.Locale;

/** The engines there are. */
enum Engine {
  MEMORY {
    @Override
    StateBackend open(Path unused) {
      return MemoryStateBackend.create();
    }
  },
  FS {
    @Override
    StateBackend open(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  },
  ROCKSDB {
    @Override
    StateBackend open(Path directory) {
      return RocksDbStateBackend.builder(directory).open();
    }
  };

  /** Opens the engine with a working directory, if it needs one. */
  abstract StateBackend open(Path directory);

  /** Returns how directories of the engine are called. */
  String directoryName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
