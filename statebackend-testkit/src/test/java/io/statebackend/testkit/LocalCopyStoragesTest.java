// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.LocalCopyStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Storages with local copies keep the contracts, use the copies, and never trust them. */
final class LocalCopyStoragesTest {
  private static final long ROOM_BYTES = 100 << 20;
  private static KeyFile keys;

  @BeforeAll
  static void createKeys(@TempDir Path directory) {
    keys = KeyFile.create(directory.resolve("keys"), "correct horse".toCharArray());
  }

  @Nested
  final class AroundFiles extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return LocalCopyStorage.open(
          FileCheckpointStorage.open(directory.resolve("state")),
          directory.resolve("copies"),
          ROOM_BYTES);
    }
  }

  @Nested
  final class WithoutRoomForMost extends CheckpointStorageContract {
    private MemoryCheckpointStorage last;

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      last = last == null ? MemoryCheckpointStorage.create() : last.reopen();
      return LocalCopyStorage.open(last, directory.resolve("copies"), 10);
    }
  }

  @Nested
  final class Faults extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return LocalCopyStorage.open(
          FileCheckpointStorage.open(directory), directory.resolveSibling("copies"), 2_000);
    }

    @Override
    protected int pointsInBuild() {
      return 10;
    }
  }

  @Nested
  final class FaultsAroundEncryption extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      FileCheckpointStorage files = FileCheckpointStorage.open(directory);
      try {
        return LocalCopyStorage.open(
            EncryptedCheckpointStorage.open(files, keys),
            directory.resolveSibling("copies"),
            ROOM_BYTES);
      } catch (RuntimeException e) {
        files.close();
        throw e;
      }
    }

    @Override
    protected int pointsInBuild() {
      return 3;
    }
  }

  /** What happens to copies between two runs of a program. */
  @Nested
  final class Copies {
    private final FaultFileSystem files = FaultFileSystem.create();
    private final AtomicInteger openCount = new AtomicInteger();
    private final FaultySetup setup =
        new FaultySetup(directory -> new IncrementalBackend(), this::openCounted);
    private final History history = new History();

    private CheckpointStorage openCounted(Path directory) {
      CheckpointStorage counted =
          new CountedStorage(FileCheckpointStorage.open(directory), openCount);
      return LocalCopyStorage.open(counted, copies(), ROOM_BYTES);
    }

    private Path copies() {
      return files.getPath("/job/copies");
    }

    private Map<String, String> run(long round) {
      try (FaultySession session = FaultySession.start(setup, files.getPath("/job"), 2)) {
        Map<String, String> restored = session.state();
        session.change(round);
        assertThat(session.checkpoint(history)).isTrue();
        session.change(round + 1);
        assertThat(session.checkpoint(history)).isTrue();
        return restored;
      }
    }

    /** Starts the program; returns how many files it has read from afar, but for metadata. */
    private int restoreAndCount() {
      openCount.set(0);
      try (FaultySession session = FaultySession.start(setup, files.getPath("/job"), 3)) {
        history.checkRestored(session.restoredId(), session.state());
      }
      return openCount.get();
    }

    private List<Path> copiesThere() throws IOException {
      try (Stream<Path> found = Files.list(copies())) {
        return found.filter(path -> !path.endsWith("_lock")).toList();
      }
    }

    @Test
    void restore_readsFromAfarTheMetadataOnly() {
      assertThat(run(1)).isEmpty();
      assertThat(restoreAndCount()).isZero();
    }

    @Test
    void restore_eachCopyDamagedInTurn() throws IOException {
      assertThat(run(1)).isEmpty();
      List<Path> copies = copiesThere();
      int neededCount = 0;
      for (Path copy : copies) {
        byte[] bytes = Files.readAllBytes(copy);
        byte[] flipped = bytes.clone();
        flipped[bytes.length / 2] ^= 4;
        Files.write(copy, flipped);
        if (restoreAndCount() > 0) {
          neededCount++;
          assertThat(copy).doesNotExist();
        }
        Files.write(copy, bytes);
        assertThat(restoreAndCount()).as("%s brought back", copy).isZero();
      }
      assertThat(neededCount).as("copies whose damage was met").isPositive();
    }

    @Test
    void restore_copiesCutEmptyOrGone() throws IOException {
      assertThat(run(1)).isEmpty();
      List<Path> copies = copiesThere();
      for (int i = 0; i < copies.size(); i++) {
        if (i % 3 == 0) {
          Files.delete(copies.get(i));
        } else {
          byte[] bytes = Files.readAllBytes(copies.get(i));
          Files.delete(copies.get(i));
          Files.write(copies.get(i), i % 3 == 1 ? new byte[0] : new byte[bytes.length - 1]);
        }
      }
      assertThat(restoreAndCount()).isPositive();
    }

    /** Another machine has begun anew in the storage, with the same names. */
    @Test
    void restore_copiesOfAnEarlierLife() throws IOException {
      assertThat(run(1)).isEmpty();
      Path away = files.getPath("/away");
      Files.move(copies(), away);
      try (CheckpointStorage storage =
          FileCheckpointStorage.open(files.getPath("/job/checkpoints"))) {
        storage.list("").forEach(storage::delete);
      }
      History other = new History();
      try (FaultySession session = FaultySession.start(setup, files.getPath("/job"), 2)) {
        for (long round = 5; round <= 6; round++) {
          session.change(round);
          assertThat(session.checkpoint(other)).isTrue();
        }
      }
      for (Path copy : copiesThere()) {
        Files.delete(copy);
      }
      try (Stream<Path> found = Files.list(away)) {
        for (Path copy : found.filter(path -> !path.endsWith("_lock")).toList()) {
          Files.write(copies().resolve(copy.getFileName().toString()), Files.readAllBytes(copy));
        }
      }
      try (FaultySession session = FaultySession.start(setup, files.getPath("/job"), 3)) {
        other.checkRestored(session.restoredId(), session.state());
      }
    }

    @Test
    void copies_takeNoMoreRoomThanThereIs() throws IOException {
      Path small = files.getPath("/job/small");
      try (CheckpointStorage storage =
          LocalCopyStorage.open(MemoryCheckpointStorage.create(), small, 1_000)) {
        for (int i = 0; i < 50; i++) {
          try (var output = storage.create("shared/" + i)) {
            output.write(new byte[7 * i], 0, 7 * i);
            output.commit();
          }
          long sum = 0;
          try (Stream<Path> found = Files.list(small)) {
            for (Path copy : found.toList()) {
              sum += Files.size(copy);
            }
          }
          assertThat(sum).isLessThanOrEqualTo(1_000);
        }
        storage.delete("shared");
        try (Stream<Path> found = Files.list(small)) {
          assertThat(found.filter(path -> !path.endsWith("_lock"))).isEmpty();
        }
      }
    }

    @Test
    void open_directoryThatCannotBeUsed_isNoError() throws IOException {
      Files.createDirectories(files.getPath("/job"));
      Files.write(files.getPath("/job/copies"), new byte[1]);
      assertThat(run(1)).isEmpty();
      assertThat(restoreAndCount()).isPositive();
    }
  }

  /** Counts the files that are opened, but for metadata. */
  private static final class CountedStorage extends ForwardingStorage {
    private final AtomicInteger openCount;

    CountedStorage(CheckpointStorage storage, AtomicInteger openCount) {
      super(storage);
      this.openCount = openCount;
    }

    @Override
    public StorageInput open(String file) {
      if (!file.endsWith("_metadata")) {
        openCount.incrementAndGet();
      }
      return super.open(file);
    }
  }
}
