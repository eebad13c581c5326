// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.StateBackendMigrationTestBase;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameter;
import org.apache.flink.testutils.junit.extensions.parameterized.ParameterizedTestExtension;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Flink's suite for types that change between two runs. */
@ExtendWith(ParameterizedTestExtension.class)
abstract class MigrationSuite extends StateBackendMigrationTestBase<FlinkStateBackend> {
  private final Engine engine;
  private final boolean isIncremental;

  @TempDir Path directory;

  @Parameter public StateBackendSuite.Storage storage;

  MigrationSuite(Engine engine, boolean isIncremental) {
    this.engine = engine;
    this.isIncremental = isIncremental;
  }

  @Parameters(name = "{0}")
  public static List<StateBackendSuite.Storage> storages() {
    return List.of(StateBackendSuite.Storage.values());
  }

  @Override
  protected FlinkStateBackend getStateBackend() {
    return Backends.of(engine, isIncremental, directory);
  }

  @Override
  protected CheckpointStorage getCheckpointStorage() throws IOException {
    return storage == StateBackendSuite.Storage.JOB_MANAGER
        ? new JobManagerCheckpointStorage()
        : new FileSystemCheckpointStorage(
            Files.createTempDirectory(directory, "checkpoints").toUri());
  }
}
