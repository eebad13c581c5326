// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import io.statebackend.testkit.PortableContract;
import java.nio.file.Path;
import java.util.List;

/** Portable snapshots go from each engine to each other one. */
final class EnginePairsTest extends PortableContract {
  @Override
  protected List<StateBackend> newBackends(Path directory) {
    return List.of(
        MemoryStateBackend.create(),
        FsStateBackend.builder(directory.resolve("fs")).open(),
        RocksDbStateBackend.builder(directory.resolve("rocksdb")).open());
  }
}
