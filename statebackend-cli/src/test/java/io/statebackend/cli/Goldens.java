// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.Checksums;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Ansi;

/** The golden files of other modules, and the command line as tests run it. */
final class Goldens {
  private static final Path PROJECT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Path CHECKPOINTS =
      PROJECT.resolve("statebackend-stress/src/test/resources/golden");
  private static final Path TIMERS =
      PROJECT.resolve("statebackend-stress/src/test/resources/golden-timers");
  private static final Path FILES = PROJECT.resolve("statebackend-core/src/test/resources/format");

  /** The golden portable snapshots of single subtasks. */
  static final List<String> SNAPSHOTS =
      List.of(
          "snapshot-v1.bin",
          "snapshot-v1-lz4.bin",
          "snapshot-v1-ttl.bin",
          "types-v1-jdk17.bin",
          "types-v1-jdk17-lz4.bin",
          "types-v1-jdk25.bin",
          "types-v1-jdk25-lz4.bin");

  private Goldens() {}

  static Path project() {
    return PROJECT.toAbsolutePath().normalize();
  }

  /** Copies the checkpoints of an engine, {@code memory}, {@code fs}, {@code fs-2}, ... */
  static Path checkpoints(String engine, Path target) {
    return copy(CHECKPOINTS.resolve(engine), target);
  }

  static Path timers(String engine, Path target) {
    return copy(TIMERS.resolve(engine), target);
  }

  static Path copy(Path source, Path target) {
    try (Stream<Path> walk = Files.walk(source)) {
      for (Path path : walk.toList()) {
        Path copy = target.resolve(source.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
      return target;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes a checkpoint of a golden snapshot; returns its directory. */
  static Path checkpointOf(String snapshot, Path target) {
    try {
      byte[] bytes = Files.readAllBytes(FILES.resolve(snapshot));
      SnapshotHeader header = header(snapshot);
      String id = header.operatorId();
      KeyGroupRange groups = header.keyGroups();
      String file = "part.snapshot";
      CheckpointMetadata metadata =
          new CheckpointMetadata(
              header.checkpointId(),
              1_700_000_000_000L,
              null,
              List.of(
                  new OperatorSnapshots(
                      id,
                      header.parallelism(),
                      header.maxParallelism(),
                      List.of(
                          new SubtaskSnapshot(
                              header.subtask(),
                              groups,
                              new FileRef(
                                  file, bytes.length, Checksums.crc32c(bytes, 0, bytes.length)),
                              null)))));
      Path directory = target.resolve("chk-" + header.checkpointId());
      Files.createDirectories(directory);
      Files.write(directory.resolve(file), bytes);
      Files.write(directory.resolve("_metadata"), metadata.encode());
      return directory;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SnapshotHeader header(String snapshot) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(FILES)) {
      StorageInput in = storage.open(snapshot);
      try (SnapshotReader reader = SnapshotReader.open(in, snapshot)) {
        return reader.header();
      }
    }
  }

  /** What a command has written, and its status. */
  record Ran(int status, String out, String err) {}

  static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(new PrintWriter(out), new PrintWriter(err), Ansi.OFF, false);
    int status = Main.run(console, args);
    console.out().flush();
    console.err().flush();
    return new Ran(status, out.toString(), err.toString());
  }
}
