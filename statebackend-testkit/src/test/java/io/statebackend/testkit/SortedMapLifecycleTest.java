// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** Checkpoints of the simplest engines, with and without native snapshots, end as they should. */
final class SortedMapLifecycleTest {

  @Nested
  final class OnFiles extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected int casesInBuild() {
      return 30; // The in-memory storage tries all.
    }
  }

  @Nested
  final class InMemory extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return MemoryCheckpointStorage.create();
    }
  }

  @Nested
  final class Incremental extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return MemoryCheckpointStorage.create();
    }
  }
}
