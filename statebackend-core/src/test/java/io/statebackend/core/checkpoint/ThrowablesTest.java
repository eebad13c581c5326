// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StateIoException;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Throws everything that can be thrown out of the storage and listeners. */
@Timeout(60)
final class ThrowablesTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  @TempDir Path directory;

  static Stream<Arguments> throwables() {
    return Stream.of("chk-2/source-0.snapshot", "chk-2/_metadata")
        .flatMap(
            path ->
                Stream.of(
                        new StateIoException("injected"),
                        new IllegalStateException("injected"),
                        new OutOfMemoryError("injected"),
                        new LinkageError("injected"),
                        new IOException("injected, and not declared"),
                        new InterruptedException("injected, and not declared"))
                    .map(thrown -> Arguments.of(path, thrown)));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwUndeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void trigger_storageThrows_isAbortedAndTheNextCompletes(String failing, Throwable thrown) {
    List<String> heard = new ArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            heard.add("completed " + checkpoint.id());
            ThrowablesTest.<RuntimeException>throwUndeclared(thrown);
          }

          @Override
          public void aborted(long checkpointId, Throwable cause) {
            heard.add("aborted " + checkpointId);
            assertThat(cause).isSameAs(thrown);
          }
        };
    FailingStorage storage = new FailingStorage(FileCheckpointStorage.open(directory));
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).listener(listener).open();
        Subtask source = coordinator.subtask("source").open()) {
      ListState<Long> positions = source.operatorState().splitList(POSITIONS);
      storage.failing =
          path -> {
            if (path.equals(failing)) {
              ThrowablesTest.<RuntimeException>throwUndeclared(thrown);
            }
            return false;
          };
      positions.update(List.of(1L));
      checkpoint(coordinator, source).join();

      CompletableFuture<CompletedCheckpoint> second = checkpoint(coordinator, source);
      assertThatThrownBy(second::join).hasRootCause(thrown);

      assertThat(checkpoint(coordinator, source).join().id()).isEqualTo(3);
      assertThat(heard).containsExactly("completed 1", "aborted 2", "completed 3");
    }
    storage.close();
  }

  private static CompletableFuture<CompletedCheckpoint> checkpoint(
      CheckpointCoordinator coordinator, Subtask subtask) {
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    assertThat(subtask.snapshotIfPending()).isTrue();
    return future;
  }

  @Test
  void close_afterAListenerHasClosed_waits() {
    List<CheckpointCoordinator> opened = new ArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            opened.forEach(CheckpointCoordinator::close);
          }
        };
    try (FailingStorage storage = new FailingStorage(FileCheckpointStorage.open(directory))) {
      for (int i = 0; i < 20; i++) {
        opened.clear();
        try (CheckpointCoordinator coordinator =
                CheckpointCoordinator.builder(storage).retain(1).listener(listener).open();
            Subtask source = coordinator.subtask("source").open()) {
          source.operatorState().splitList(POSITIONS).update(List.of(1L));
          opened.add(coordinator);
          checkpoint(coordinator, source).join();
        }
        // The next one is not refused, although the old checkpoint was just being deleted.
      }
      try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
        assertThat(coordinator.restored().map(CompletedCheckpoint::id)).contains(20L);
      }
    }
  }
}
