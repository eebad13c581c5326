// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** The storages of statebackend-core keep the contract. */
final class CheckpointStoragesTest {

  @Nested
  final class Files extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return FileCheckpointStorage.open(directory.resolve("state/of/job"));
    }
  }

  @Nested
  final class FilesInMemory extends CheckpointStorageContract {
    private final FaultFileSystem files = FaultFileSystem.create();

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return FileCheckpointStorage.open(files.getPath("/state"));
    }
  }

  @Nested
  final class Memory extends CheckpointStorageContract {
    private MemoryCheckpointStorage last;

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      last = last == null ? MemoryCheckpointStorage.create() : last.reopen();
      return last;
    }
  }
}
