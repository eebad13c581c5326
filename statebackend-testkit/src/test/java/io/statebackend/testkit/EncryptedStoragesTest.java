// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.core.encryption.KeyService;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted storages keep the contracts of storages, and refuse what was put in by others. */
final class EncryptedStoragesTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();
  private static KeyService keys;

  @BeforeAll
  static void createKeys(@TempDir Path directory) {
    keys = KeyFile.create(directory.resolve("keys"), PASSWORD);
  }

  private static CheckpointStorage encrypted(CheckpointStorage storage) {
    try {
      return EncryptedCheckpointStorage.open(storage, keys);
    } catch (RuntimeException e) {
      storage.close();
      throw e;
    }
  }

  @Nested
  final class AroundFiles extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return encrypted(FileCheckpointStorage.open(directory.resolve("state")));
    }
  }

  @Nested
  final class AroundMemory extends CheckpointStorageContract {
    private MemoryCheckpointStorage last;

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      last = last == null ? MemoryCheckpointStorage.create() : last.reopen();
      return encrypted(last);
    }
  }

  @Nested
  final class Faults extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return encrypted(FileCheckpointStorage.open(directory));
    }
  }

  @Nested
  final class FaultsOfAnEngineWithFiles extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return encrypted(FileCheckpointStorage.open(directory));
    }
  }

  @Nested
  final class Lifecycle extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return encrypted(FileCheckpointStorage.open(directory));
    }

    @Override
    protected int casesInBuild() {
      return 20;
    }
  }

  /** A program that runs twice from the beginning, so that its files have the same names. */
  @Nested
  final class Replaced {
    private final FaultFileSystem first = FaultFileSystem.create();
    private final FaultySetup setup =
        new FaultySetup(
            directory -> new SortedMapStateBackend(),
            directory -> encrypted(FileCheckpointStorage.open(directory)));

    private void run(FaultFileSystem files, long round) {
      try (FaultySession session = FaultySession.start(setup, files.getPath("/job"), 1)) {
        session.change(round);
        assertThat(session.checkpoint(new History())).isTrue();
      }
    }

    private void copy(FaultFileSystem from, FaultFileSystem to, String file) throws IOException {
      byte[] bytes = Files.readAllBytes(from.getPath("/job/checkpoints").resolve(file));
      Files.write(to.getPath("/job/checkpoints").resolve(file), bytes);
    }

    private List<String> filesOfCheckpoint() throws IOException {
      List<String> files = new ArrayList<>();
      Path top = first.getPath("/job/checkpoints");
      try (Stream<Path> found = Files.list(top.resolve("chk-1"))) {
        found.forEach(path -> files.add(top.relativize(path).toString()));
      }
      return files;
    }

    @Test
    void fileByAnOlderVersionOfItself_isRefused() throws IOException {
      run(first, 1);
      List<String> files = filesOfCheckpoint();
      assertThat(files).hasSizeGreaterThanOrEqualTo(2);
      for (String file : files) {
        FaultFileSystem attacked = FaultFileSystem.create();
        // The same keys, as in one storage: the file is authentic as such.
        Files.createDirectories(attacked.getPath("/job/checkpoints/_keys"));
        copy(first, attacked, "_keys/1");
        run(attacked, 2);
        copy(first, attacked, file);
        assertThatThrownBy(() -> FaultySession.start(setup, attacked.getPath("/job"), 1).close())
            .as(file)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining("chk-1");
      }
    }

    @Test
    void lostKey_stopsTheProgramInsteadOfGoingBack() throws IOException {
      run(first, 1);
      FaultFileSystem attacked = first.kill();
      Files.delete(attacked.getPath("/job/checkpoints/_keys/1"));
      assertThatThrownBy(() -> FaultySession.start(setup, attacked.getPath("/job"), 1).close())
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("data key");
    }
  }
}
