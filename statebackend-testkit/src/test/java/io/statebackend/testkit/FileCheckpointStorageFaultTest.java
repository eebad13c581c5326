// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.WorkDirectory;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.Fault.Effect;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.FileCall.Operation;
import io.statebackend.testkit.fault.Unsynced;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single faults that once went wrong. {@link FaultContract} tries all there are. */
final class FileCheckpointStorageFaultTest {
  private final FaultFileSystem files = FaultFileSystem.create();

  @TempDir private Path local;

  private static CheckpointStorage open(FaultFileSystem files) {
    return FileCheckpointStorage.open(files.getPath("/a/b"));
  }

  private static void write(CheckpointStorage storage, String file) {
    try (StorageOutput out = storage.create(file)) {
      out.write(new byte[10], 0, 10);
      out.commit();
    }
  }

  /** Lets one operation on paths with an end fail, the first time. */
  private void failOnce(Operation operation, String pathEnd) {
    boolean[] failed = {false};
    files.setFault(
        call -> {
          boolean fails =
              !failed[0]
                  && call.operation() == operation
                  && call.path().toString().endsWith(pathEnd);
          failed[0] |= fails;
          return fails ? Effect.ERROR : Effect.NONE;
        });
  }

  @Test
  void open_diedBeforeItsDirectoriesWereDurable() {
    files.setFault(call -> call.operation() == Operation.FORCE ? Effect.CRASH : Effect.NONE);
    assertThatThrownBy(() -> open(files)).isInstanceOf(StateIoException.class);
    FaultFileSystem killed = files.kill();
    try (CheckpointStorage storage = open(killed)) {
      storage.publish("chk-1/_metadata", new byte[1]);
    }
    try (CheckpointStorage storage = open(killed.crash(Unsynced.dropped()))) {
      assertThat(storage.list("chk-1")).containsExactly("_metadata");
    }
  }

  @Test
  void open_foreignDirectoryThatCannotBeRead() throws IOException {
    Files.createDirectories(files.getPath("/a/b/secret"));
    files.setFault(
        call -> {
          if (call.operation() == Operation.LIST && call.path().endsWith("secret")) {
            throw FileCheckpointStorageFaultTest.<RuntimeException>sneaked(
                new AccessDeniedException("secret"));
          }
          return Effect.NONE;
        });
    try (CheckpointStorage storage = open(files)) {
      storage.publish("chk-1/_metadata", new byte[1]);
      assertThat(storage.list("")).containsExactlyInAnyOrder("chk-1", "secret");
      assertThatThrownBy(() -> storage.list("secret")).isInstanceOf(StateIoException.class);
    }
  }

  @Test
  void open_diedBeforeAPublicationWasDurable() {
    try (CheckpointStorage storage = open(files)) {
      storage.publish("chk-1/_metadata", new byte[1]);
      boolean[] renamed = {false};
      files.setFault(
          call -> {
            renamed[0] |= call.operation() == Operation.RENAME;
            boolean isLastSync = renamed[0] && call.operation() == Operation.FORCE;
            return isLastSync ? Effect.CRASH : Effect.NONE;
          });
      assertThatThrownBy(() -> storage.publish("chk-2/_metadata", new byte[1]))
          .isInstanceOf(StateIoException.class);
    }
    FaultFileSystem killed = files.kill();
    try (CheckpointStorage storage = open(killed)) {
      assertThat(storage.list("chk-2")).containsExactly("_metadata");
    }
    try (CheckpointStorage storage = open(killed.crash(Unsynced.dropped()))) {
      assertThat(storage.list("chk-2")).as("what was found before").containsExactly("_metadata");
    }
  }

  @Test
  void publish_lookingForTheFileFails() {
    try (CheckpointStorage storage = open(files)) {
      storage.publish("chk-1/_metadata", new byte[] {1});
      failOnce(Operation.LOOK_UP, "_metadata");
      assertThatThrownBy(() -> storage.publish("chk-1/_metadata", new byte[] {2}))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("cannot look for");
    }
  }

  @Test
  void publish_syncFails_thenItsFilesAreDeletedAndPowerIsLost() {
    try (CheckpointStorage storage = open(files)) {
      write(storage, "chk-1/a");
      storage.publish("published-before", new byte[1]);
      failOnce(Operation.FORCE, "chk-1");
      assertThatThrownBy(() -> storage.publish("chk-1/_metadata", new byte[1]))
          .isInstanceOf(StateIoException.class);
      storage.delete("chk-1/_metadata");
      files.setFault(call -> call.path().endsWith("chk-1") ? Effect.CRASH : Effect.NONE);
      assertThatThrownBy(() -> storage.delete("chk-1")).isInstanceOf(StateIoException.class);
    }
    for (int seed = 0; seed < 50; seed++) {
      try (CheckpointStorage storage = open(files.crash(Unsynced.random(seed)))) {
        List<String> left = storage.list("chk-1");
        assertThat(left.contains("_metadata") && !left.contains("a"))
            .as("metadata without its files, seed=%d: %s", seed, left)
            .isFalse();
      }
    }
  }

  @Test
  void delete_lookingForTheFileFails() {
    try (CheckpointStorage storage = open(files)) {
      write(storage, "a");
      failOnce(Operation.LOOK_UP, "/a");
      assertThatThrownBy(() -> storage.delete("a")).isInstanceOf(StateIoException.class);
      assertThat(storage.list("")).containsExactly("a");
    }
  }

  @Test
  void create_everyCallFails() {
    try (CheckpointStorage storage = open(files)) {
      files.setFault(Fault.errorsFrom(1));
      assertThatThrownBy(() -> storage.create("chk-1/a")).isInstanceOf(StateIoException.class);
      files.setFault(Fault.none());
      write(storage, "chk-1/a");
    }
  }

  private Path localFile() throws IOException {
    Files.createDirectories(files.getPath("/local"));
    return Files.write(files.getPath("/local/source"), new byte[] {1, 2, 3});
  }

  @Test
  void importFile_anyCallFails() throws IOException {
    Path source = localFile();
    try (CheckpointStorage storage = open(files)) {
      boolean failed = true;
      for (int number = 1; failed; number++) {
        files.setFault(Fault.errorAt(number));
        try {
          storage.importFile("chk-1/a" + number, source);
        } catch (StateIoException e) {
          assertThat(storage.list("chk-1")).doesNotContain("a" + number);
        }
        failed = files.callCount() >= number;
        files.setFault(Fault.none());
        assertThat(source).hasBinaryContent(new byte[] {1, 2, 3});
      }
    }
  }

  @Test
  void importFile_powerIsLostAtAnyChange() throws IOException {
    boolean crashed = true;
    for (int number = 1; crashed; number++) {
      FaultFileSystem disk = FaultFileSystem.create();
      Files.createDirectories(disk.getPath("/local"));
      Path source = Files.write(disk.getPath("/local/source"), new byte[] {1, 2, 3});
      CheckpointStorage storage = open(disk);
      disk.setFault(Fault.crashAt(number));
      try (storage) {
        storage.importFile("chk-1/a", source);
        storage.publish("chk-1/_metadata", new byte[1]);
        crashed = false;
      } catch (StateIoException e) {
        assertThat(disk.isCrashed()).as(e.getMessage()).isTrue();
      }
      for (int seed = 0; seed < 20; seed++) {
        try (CheckpointStorage after = open(disk.crash(Unsynced.random(seed)))) {
          if (!crashed || after.list("chk-1").contains("_metadata")) {
            assertThat(read(after, "chk-1/a")).isEqualTo(new byte[] {1, 2, 3});
          }
        }
      }
    }
  }

  private static byte[] read(CheckpointStorage storage, String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  /** What a file system of somebody else may throw, at one call of a kind of work after another. */
  private void throwAt(Throwable thrown, Consumer<CheckpointStorage> work) {
    boolean isReached = true;
    for (int number = 1; isReached; number++) {
      int at = number;
      FaultFileSystem disk = FaultFileSystem.create();
      boolean[] isThrown = {false};
      try (CheckpointStorage storage = open(disk)) {
        write(storage, "chk-1/kept");
        storage.publish("durable", new byte[1]);
        disk.setFault(
            call -> {
              if (call.number() == at) {
                isThrown[0] = true;
                throw FileCheckpointStorageFaultTest.<RuntimeException>sneaked(thrown);
              }
              return Effect.NONE;
            });
        Throwable seen = catchThrowable(() -> work.accept(storage));
        disk.setFault(Fault.none());
        isReached = isThrown[0];
        if (isReached && seen == null) {
          continue; // It went on by another way, as by copying.
        }
        if (isReached) {
          assertThat(seen).as("call %d", number).isSameAs(thrown);
        }
        assertThat(storage.list("chk-1")).as("after call %d", number).contains("kept");
        storage.delete("chk-2");
        write(storage, "chk-2/a");
        storage.publish("chk-2/_metadata", new byte[1]);
        assertThat(storage.list("chk-2")).containsExactlyInAnyOrder("a", "_metadata");
      }
      assertThat(disk.openFiles()).as("open after call %d", number).isEmpty();
      open(disk).close();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // to throw what is unchecked
  private static <T extends Throwable> T sneaked(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void create_unexpectedThrowable(Throwable thrown) {
    throwAt(thrown, storage -> write(storage, "chk-2/a"));
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void publish_unexpectedThrowable_theFileIsNotThere(Throwable thrown) {
    throwAt(
        thrown,
        storage -> {
          try {
            storage.publish("chk-2/_metadata", new byte[1]);
          } catch (RuntimeException | Error e) {
            assertThat(storage.list("chk-2")).isEmpty();
            throw e;
          }
        });
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void delete_unexpectedThrowable(Throwable thrown) {
    throwAt(
        thrown,
        storage -> {
          write(storage, "chk-2/b");
          storage.delete("chk-2/b");
        });
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void importFile_unexpectedThrowable(Throwable thrown) throws IOException {
    Path source = Files.write(local.resolve("source"), new byte[10]);
    throwAt(thrown, storage -> storage.importFile("chk-2/a", source));
  }

  private static Stream<Throwable> unexpected() {
    return Stream.of(
        new IllegalStateException("injected"),
        new OutOfMemoryError("injected"),
        new StackOverflowError("injected"));
  }

  @Test
  void delete_ofItsDirectoryFails_thenAgain() {
    try (CheckpointStorage storage = open(files)) {
      write(storage, "chk-1/sub/a");
      boolean[] failed = {false};
      files.setFault(
          call -> {
            boolean fails =
                !failed[0]
                    && call.operation() == Operation.DELETE
                    && call.path().endsWith("chk-1/sub");
            failed[0] |= fails;
            return fails ? Effect.ERROR : Effect.NONE;
          });
      assertThatThrownBy(() -> storage.delete("chk-1/sub/a")).isInstanceOf(StateIoException.class);
      storage.delete("chk-1/sub/a");
      assertThat(Files.exists(files.getPath("/a/b/chk-1"))).isFalse();
    }
  }

  @Test
  void delete_lastFile_deletionsSurviveInTheirOrder() {
    for (int seed = 0; seed < 50; seed++) {
      FaultFileSystem disk = FaultFileSystem.create();
      try (CheckpointStorage storage = open(disk)) {
        write(storage, "chk-1/_metadata");
        write(storage, "shared/a");
        storage.publish("durable", new byte[1]);
        storage.delete("chk-1/_metadata");
        disk.setFault(call -> call.path().endsWith("shared") ? Effect.CRASH : Effect.NONE);
        assertThatThrownBy(() -> storage.delete("shared/a")).isInstanceOf(StateIoException.class);
      }
      try (CheckpointStorage storage = open(disk.crash(Unsynced.random(seed)))) {
        assertThat(storage.list("")).as("seed=%d", seed).doesNotContain("chk-1");
      }
    }
  }

  @Test
  void delete_syncFails_thenTheDirectoryGoesWithAFileThatIsGivenUp() {
    for (int seed = 0; seed < 50; seed++) {
      FaultFileSystem disk = FaultFileSystem.create();
      try (CheckpointStorage storage = open(disk)) {
        write(storage, "chk-1/_metadata");
        write(storage, "shared/a");
        storage.publish("durable", new byte[1]);
        try (StorageOutput out = storage.create("chk-1/b")) {
          out.write(new byte[1], 0, 1);
          disk.setFault(
              call ->
                  call.operation() == Operation.FORCE && call.path().endsWith("chk-1")
                      ? Effect.ERROR
                      : Effect.NONE);
          assertThatThrownBy(() -> storage.delete("chk-1/_metadata"))
              .isInstanceOf(StateIoException.class);
        }
        disk.setFault(call -> call.path().endsWith("shared") ? Effect.CRASH : Effect.NONE);
        assertThatThrownBy(() -> storage.delete("shared/a")).isInstanceOf(StateIoException.class);
      }
      try (CheckpointStorage storage = open(disk.crash(Unsynced.random(seed)))) {
        assertThat(storage.list("")).as("seed=%d", seed).doesNotContain("chk-1");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void publish_lockFileGoneOrReplaced(boolean hasFileKeys) throws IOException {
    files.setFileKeys(hasFileKeys);
    Path lock = files.getPath("/a/b/_lock");
    for (boolean replaced : new boolean[] {false, true}) {
      try (CheckpointStorage storage = open(files)) {
        write(storage, "chk-1/a");
        Files.delete(lock);
        if (replaced) {
          Files.createFile(lock);
        }
        for (ThrowingCallable call :
            List.<ThrowingCallable>of(
                () -> storage.publish("chk-1/_metadata", new byte[1]),
                () -> storage.create("chk-1/b"),
                () -> storage.delete("chk-1"))) {
          assertThatThrownBy(call)
              .isInstanceOf(StateLockedException.class)
              .hasMessageContaining(replaced ? "was replaced" : "is gone")
              .hasMessageContaining("directory=/a/b")
              .hasMessageContaining("open it again");
        }
        assertThat(storage.list("chk-1")).containsExactly("a");
      }
      try (CheckpointStorage storage = open(files)) {
        storage.delete("chk-1");
      }
    }
  }

  @Test
  void publish_noFileKeysAndTheDiskWasFullWhenLocked() throws IOException {
    files.setFileKeys(false);
    open(files).close();
    files.setCapacityBytes(0);
    try (CheckpointStorage storage = open(files)) {
      files.setCapacityBytes(Long.MAX_VALUE);
      storage.publish("chk-1/_metadata", new byte[1]);
      Files.delete(files.getPath("/a/b/_lock"));
      assertThatThrownBy(() -> storage.publish("chk-2/_metadata", new byte[1]))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("is gone");
    }
  }

  @Test
  void commit_itsDirectoryIsGone() throws IOException {
    Path storageDirectory = local.resolve("storage");
    try (CheckpointStorage storage = FileCheckpointStorage.open(storageDirectory);
        StorageOutput output = storage.create("chk-1/a")) {
      WorkDirectory.delete(storageDirectory);
      assertThatThrownBy(output::commit)
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("it was deleted while it was written")
          .hasMessageNotContaining("room");
      assertThatThrownBy(() -> storage.create("chk-1/b"))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("is gone");
    }
  }

  @Test
  void commit_fileAppearedMeanwhile_isNotReplaced() throws IOException {
    Path other = files.getPath("/a/b/chk-1/a");
    try (CheckpointStorage storage = open(files)) {
      StorageOutput out = storage.create("chk-1/a");
      Files.write(other, new byte[] {7});
      assertThatThrownBy(out::commit)
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("there already");
      assertThat(other).hasBinaryContent(new byte[] {7});
      out.close();
      storage.delete("chk-1/a");
      write(storage, "chk-1/a");
    }
  }

  @Test
  void publish_fileAppearedMeanwhile_isAnotherWriter() {
    Path other = files.getPath("/a/b/a");
    try (CheckpointStorage storage = open(files)) {
      boolean[] isMade = {false};
      files.setFault(
          call -> {
            if (!isMade[0] && call.operation() == Operation.FORCE) {
              isMade[0] = true;
              writeUnchecked(other);
            }
            return Effect.NONE;
          });
      assertThatThrownBy(() -> storage.publish("a", new byte[1]))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("another writer");
      assertThat(other).hasBinaryContent(new byte[] {7});
    }
  }

  private static void writeUnchecked(Path file) {
    try {
      Files.write(file, new byte[] {7});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void close_unexpectedThrowable_releasesTheLock(Throwable thrown) {
    boolean isReached = true;
    for (int number = 1; isReached; number++) {
      int at = number;
      boolean[] isThrown = {false};
      CheckpointStorage storage = open(files);
      StorageOutput out = storage.create("a");
      out.write(new byte[1], 0, 1);
      files.setFault(
          call -> {
            if (call.number() == at) {
              isThrown[0] = true;
              throw FileCheckpointStorageFaultTest.<RuntimeException>sneaked(thrown);
            }
            return Effect.NONE;
          });
      Throwable seen = catchThrowable(storage::close);
      files.setFault(Fault.none());
      isReached = isThrown[0];
      if (isReached) {
        assertThat(seen).as("call %d", number).isSameAs(thrown);
      }
      assertThatThrownBy(() -> out.write(new byte[1], 0, 1))
          .isInstanceOf(StateClosedException.class);
      storage.close();
    }
    try (CheckpointStorage next = open(files)) {
      assertThat(next.list("")).isEmpty();
      write(next, "a");
    }
  }

  @Test
  void close_whilePublishHangs() throws InterruptedException {
    CheckpointStorage storage = open(files);
    boolean[] renamed = {false};
    files.setFault(
        call -> {
          renamed[0] |= call.operation() == Operation.RENAME;
          boolean isLastSync = renamed[0] && call.operation() == Operation.FORCE;
          return isLastSync ? Effect.HANG : Effect.NONE;
        });
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(() -> storage.publish("chk-1/_metadata", new byte[1]));
    files.awaitHungCall();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(storage::close);
    assertThatThrownBy(() -> closing.get(50, TimeUnit.MILLISECONDS))
        .as("the next writer has to wait for the publication")
        .isInstanceOf(TimeoutException.class);
    files.setFault(Fault.none());
    files.resume();
    publishing.join();
    closing.join();
    try (CheckpointStorage next = open(files)) {
      assertThat(next.list("chk-1")).containsExactly("_metadata");
    }
  }
}
