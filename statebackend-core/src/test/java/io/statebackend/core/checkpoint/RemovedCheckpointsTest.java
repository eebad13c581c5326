// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What could not be deleted is deleted later, unless it belongs to somebody else by then. */
@Timeout(60)
final class RemovedCheckpointsTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  private final MemoryCheckpointStorage files = MemoryCheckpointStorage.create();

  /** Which paths cannot be deleted. */
  private Predicate<String> isKept = path -> false;

  /** A storage of which some files cannot be deleted. */
  private final class KeepingStorage extends ForwardedStorage {
    KeepingStorage() {
      super(files);
    }

    @Override
    public void delete(String path) {
      if (isKept.test(path)) {
        throw new StateIoException("injected: path=" + path);
      }
      super.delete(path);
    }

    @Override
    public void close() {}
  }

  private static void checkpoint(CheckpointCoordinator coordinator, Subtask source, long value) {
    source.operatorState().splitList(POSITIONS).update(List.of(value));
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    assertThat(source.snapshotIfPending()).isTrue();
    assertThat(future.join().id()).isPositive();
  }

  private byte[] read(String file) {
    try (StorageInput in = files.open(file)) {
      byte[] bytes = new byte[Math.toIntExact(in.length())];
      in.read(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  private void copy(String from, String to) {
    for (String name : files.list(from)) {
      files.publish(to + "/" + name, read(from + "/" + name));
    }
  }

  private interface Step {
    void take();
  }

  private void run(Predicate<String> kept, Step meanwhile) {
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(new KeepingStorage())
                .retain(1)
                .executor(Runnable::run)
                .cleanUpExecutor(Runnable::run)
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      checkpoint(coordinator, source, 1);
      isKept = kept;
      checkpoint(coordinator, source, 2);
      meanwhile.take();
      isKept = path -> false;
      checkpoint(coordinator, source, 3);
    }
  }

  @Test
  void subsumed_couldNotBeDeleted_isDeletedLater() {
    run(path -> path.startsWith("chk-1/"), () -> assertThat(files.list("chk-1")).isNotEmpty());
    assertThat(files.list("chk-1")).isEmpty();
    assertThat(files.list("chk-2")).isEmpty();
  }

  @Test
  void subsumed_filesCouldNotBeDeleted_areDeletedLater() {
    run(
        path -> path.endsWith(".snapshot"),
        () -> assertThat(files.list("chk-1")).containsExactly("source-0.snapshot"));
    assertThat(files.list("chk-1")).isEmpty();
  }

  @Test
  void subsumed_couldNotBeDeletedAndHasANewOwner_isLeftAlone() {
    run(
        path -> path.startsWith("chk-1/"),
        () -> {
          files.delete("chk-1");
          copy("chk-2", "chk-1");
        });
    assertThat(files.list("chk-1")).contains("_metadata", "source-0.snapshot");
    assertThat(files.list("chk-2")).isEmpty();
  }

  @Test
  void subsumed_metadataIsDeletedAndPutBack_isLeftAlone() {
    run(
        path -> path.endsWith(".snapshot"),
        () -> files.publish("chk-1/_metadata", read("chk-2/_metadata")));
    assertThat(files.list("chk-1")).contains("_metadata", "source-0.snapshot");
  }

  @Test
  void damaged_isRepairedBeforeItIsDeleted_isLeftAlone() {
    run(path -> false, () -> {});
    byte[] good = read("chk-3/_metadata");
    files.delete("chk-3/_metadata");
    copy("chk-3", "chk-2");
    files.publish("chk-2/_metadata", new byte[100]);
    files.publish("chk-3/_metadata", good);
    files.delete("chk-1");
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(new KeepingStorage())
                .retain(2)
                .executor(Runnable::run)
                .cleanUpExecutor(Runnable::run)
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).containsExactly(3L);
      checkpoint(coordinator, source, 4);
      assertThat(files.list("chk-2")).as("damaged, and older than all retained ones").isEmpty();
    }
  }
}
