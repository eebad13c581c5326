// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.storage.FileCheckpointStorage;
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

  @ParameterizedTest(name = "{0}, {1}, {2} subtasks")
  @CsvSource({
    "MEMORY,memory,1",
    "MEMORY,memory,2",
    "MEMORY,memory,3",
    "FS,fs,1",
    "FS,fs,2",
    "FS,fs,3",
    "FS,fs-2,1",
    "FS,fs-2,2",
    "FS,fs-2,3",
    "ROCKSDB,rocksdb,1",
    "ROCKSDB,rocksdb,2",
    "ROCKSDB,rocksdb,3"
  })
  void restore_goldenCheckpoint_equalsWhatWasWritten(
      Engine engine, String goldenDirectory, int parallelism) throws IOException {
    Path checkpoints = copyOf("golden", goldenDirectory);
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend backend = engine.open(directory.resolve("restored"));
        GoldenCheckpoint job = GoldenCheckpoint.restore(storage, backend, parallelism)) {
      job.check();
      job.checkpoint();
    }
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend backend = engine.open(directory.resolve("again"));
        GoldenCheckpoint job = GoldenCheckpoint.restore(storage, backend, parallelism)) {
      job.check();
    }
  }

  @ParameterizedTest(name = "{0}, {1} subtasks")
  @CsvSource({"MEMORY,1", "MEMORY,3", "FS,1", "FS,3", "ROCKSDB,1", "ROCKSDB,3"})
  void restore_goldenTimers_fireAsTheyWereRegistered(Engine engine, int parallelism)
      throws IOException {
    Path checkpoints = copyOf("golden-timers", engine.directoryName());
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend backend = engine.open(directory.resolve("restored"));
        GoldenTimers job = GoldenTimers.restore(storage, backend, parallelism)) {
      job.declare();
      job.checkpoint();
    }
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        StateBackend backend = engine.open(directory.resolve("again"));
        GoldenTimers job = GoldenTimers.restore(storage, backend, parallelism)) {
      job.check();
    }
  }

  /** Copies golden checkpoints to where they may be deleted once there are later ones. */
  private Path copyOf(String set, String goldenDirectory) throws IOException {
    Path golden = Path.of("src/test/resources", set, goldenDirectory);
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
