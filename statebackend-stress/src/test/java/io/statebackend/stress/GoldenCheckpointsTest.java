// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints of every version of a native format are restored by every later build. */
final class GoldenCheckpointsTest {
  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}, {1} subtasks")
  @CsvSource({
    "memory,1",
    "memory,2",
    "memory,3",
    "fs,1",
    "fs,2",
    "fs,3",
    "rocksdb,1",
    "rocksdb,2",
    "rocksdb,3"
  })
  void restore_goldenCheckpoint_equalsWhatWasWritten(String name, int parallelism)
      throws IOException {
    Path checkpoints = copyOf(name);
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend engine = open(name, "restored");
        GoldenCheckpoint job = GoldenCheckpoint.restore(storage, engine, parallelism)) {
      job.check();
      job.checkpoint();
    }
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend engine = open(name, "again");
        GoldenCheckpoint job = GoldenCheckpoint.restore(storage, engine, parallelism)) {
      job.check();
    }
  }

  private StateBackend open(String engine, String workingDirectory) {
    Path working = directory.resolve(workingDirectory);
    return switch (engine) {
      case "memory" -> MemoryStateBackend.create();
      case "fs" -> FsStateBackend.builder(working).open();
      case "rocksdb" -> RocksDbStateBackend.builder(working).open();
      default -> throw new AssertionError(engine);
    };
  }

  /** Copies the checkpoints of an engine to where they may be deleted once there are later ones. */
  private Path copyOf(String engine) throws IOException {
    Path golden = Path.of("src/test/resources/golden", engine);
    assertThat(golden).isDirectory();
    Path copy = directory.resolve("checkpoints");
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(golden)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      Files.copy(path, copy.resolve(golden.relativize(path)));
    }
    return copy;
  }
}
