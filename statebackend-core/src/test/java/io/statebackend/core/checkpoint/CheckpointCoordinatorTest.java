// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs checkpoints of operator state, which needs no engine. */
@Timeout(60)
final class CheckpointCoordinatorTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  @TempDir Path directory;
  private FailingStorage storage;

  @BeforeEach
  void open() {
    storage = new FailingStorage(FileCheckpointStorage.open(directory));
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private CheckpointCoordinatorBuilder builder() {
    return CheckpointCoordinator.builder(storage);
  }

  private static CompletedCheckpoint checkpoint(
      CheckpointCoordinator coordinator, Subtask... subtasks) {
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    for (Subtask subtask : subtasks) {
      assertThat(subtask.snapshotIfPending()).isTrue();
    }
    return future.join();
  }

  /** Writes one checkpoint per value and returns. */
  private void writeCheckpoints(long... values) {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      ListState<Long> positions = source.operatorState().splitList(POSITIONS);
      for (long value : values) {
        positions.update(List.of(value));
        checkpoint(coordinator, source);
      }
    }
  }

  private List<Long> restoredPositions() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      return source.operatorState().splitList(POSITIONS).get();
    }
  }

  private Path snapshot(int checkpointId) {
    return directory.resolve("chk-" + checkpointId).resolve("source-0.snapshot");
  }

  private static void flipByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void trigger_operatorState_isRestored() {
    writeCheckpoints(7);

    assertThat(restoredPositions()).containsExactly(7L);
  }

  @Test
  void open_filesNamedLikeCheckpoints() throws IOException {
    writeCheckpoints(7);
    Files.writeString(directory.resolve("chk-5"), "notes");
    Files.writeString(directory.resolve("savepoint-old"), "notes");

    assertThat(restoredPositions()).containsExactly(7L);
    writeCheckpoints(8);
    assertThat(restoredPositions()).containsExactly(8L);
    assertThat(directory.resolve("chk-6/_metadata")).exists();
    assertThat(directory.resolve("chk-5")).hasContent("notes");
    assertThat(directory.resolve("savepoint-old")).hasContent("notes");
  }

  @Test
  void open_emptyStorage_restoresNothing() {
    try (CheckpointCoordinator coordinator = builder().open()) {
      assertThat(coordinator.restored()).isEmpty();
      assertThat(coordinator.completed()).isEmpty();
    }
  }

  @Test
  void completed_moreThanRetained_olderOnesAreDeleted() {
    writeCheckpoints(1, 2, 3, 4);

    try (CheckpointCoordinator coordinator = builder().open()) {
      assertThat(coordinator.completed())
          .extracting(CompletedCheckpoint::id)
          .containsExactly(3L, 4L);
    }
    assertThat(directory.resolve("chk-2")).doesNotExist();
    assertThat(directory.resolve("chk-3")).exists();
  }

  @Test
  void restoreLatest_latestIsDamaged_fallsBackToTheOneBefore() throws IOException {
    writeCheckpoints(1, 2);
    flipByte(snapshot(2));

    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void restoreLatest_latestLacksAFile_fallsBackToTheOneBefore() throws IOException {
    writeCheckpoints(1, 2);
    Files.delete(snapshot(2));

    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void restoreLatest_metadataIsCut_fallsBackToTheOneBefore() throws IOException {
    writeCheckpoints(1, 2);
    Path metadata = directory.resolve("chk-2").resolve("_metadata");
    byte[] bytes = Files.readAllBytes(metadata);
    Files.write(metadata, java.util.Arrays.copyOf(bytes, bytes.length - 3));

    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void restoreLatest_fileSwappedBetweenCheckpoints_fallsBackToTheOneBefore() throws IOException {
    writeCheckpoints(1, 2);
    Files.copy(snapshot(1), snapshot(2), StandardCopyOption.REPLACE_EXISTING);

    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void restoreLatest_metadataSwappedBetweenCheckpoints_fallsBackToTheOneBefore()
      throws IOException {
    writeCheckpoints(1, 2);
    Files.copy(
        directory.resolve("chk-1").resolve("_metadata"),
        directory.resolve("chk-2").resolve("_metadata"),
        StandardCopyOption.REPLACE_EXISTING);

    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void restoreLatest_allDamaged_throwsRatherThanStartingEmpty() throws IOException {
    writeCheckpoints(1, 2);
    flipByte(snapshot(1));
    flipByte(snapshot(2));

    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("every checkpoint is damaged: checkpoints=[1, 2]");
  }

  @Test
  void completed_afterFallback_damagedCheckpointGoesWithTheOlderOnes() throws IOException {
    writeCheckpoints(1, 2);
    flipByte(snapshot(2));

    writeCheckpoints(3, 4, 5);

    assertThat(directory.resolve("chk-2")).doesNotExist();
    assertThat(restoredPositions()).containsExactly(5L);
  }

  @Test
  void restoreFrom_givenCheckpoint_isRestored() {
    writeCheckpoints(1, 2);

    try (CheckpointCoordinator coordinator = builder().restoreFrom(1).allowRewind().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).containsExactly(1L);
    }
  }

  @Test
  void restoreFrom_damagedCheckpoint_throws() throws IOException {
    writeCheckpoints(1, 2);
    flipByte(snapshot(2));

    assertThatThrownBy(() -> builder().restoreFrom(2).open())
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining(directory.toRealPath() + "/chk-2/source-0.snapshot, offset=");
  }

  @Test
  void restoreFrom_checkpointWithDamagedMetadata_throws() throws IOException {
    writeCheckpoints(1, 2);
    flipByte(directory.resolve("chk-2").resolve("_metadata"));

    assertThatThrownBy(() -> builder().restoreFrom(2).open())
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("_metadata");
  }

  @Test
  void trigger_afterARestartWithSavepoints_numbersAreNotUsedTwice() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> future = coordinator.savepoint("first");
      source.snapshotIfPending();
      assertThat(future.join().id()).isEqualTo(1);
    }
    try (CheckpointCoordinator coordinator = builder().startEmpty().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(checkpoint(coordinator, source).id()).isEqualTo(2);
    }
  }

  /** Makes the metadata of a checkpoint one of format version 9, with a checksum that is right. */
  private void makeNewer(int checkpointId) throws IOException {
    Path file = directory.resolve("chk-" + checkpointId).resolve("_metadata");
    Files.write(file, NewerFormat.of(Files.readAllBytes(file)));
  }

  @Test
  void restoreLatest_latestIsOfANewerFormat_isRefusedWithTheWaysOut() throws IOException {
    writeCheckpoints(1, 2);
    makeNewer(2);

    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("chk-2/_metadata")
        .hasMessageContaining("restoreFrom(id) with one of [1] and allowRewind()");
    assertThatThrownBy(() -> builder().restoreFrom(1).open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("would go back in time")
        .hasMessageContaining("[2]");
    try (CheckpointCoordinator coordinator = builder().restoreFrom(1).allowRewind().open()) {
      assertThat(coordinator.restored()).isPresent();
    }
    try (CheckpointCoordinator coordinator = builder().startEmpty().open()) {
      assertThat(coordinator.restored()).isEmpty();
    }
  }

  @Test
  void restoreLatest_olderOneIsOfANewerFormat_restoresTheLatest() throws IOException {
    writeCheckpoints(1, 2);
    makeNewer(1);

    assertThat(restoredPositions()).containsExactly(2L);
  }

  @Test
  void restoreFrom_missingSavepoint_namesThoseThatExist() {
    writeCheckpoints(1);

    assertThatThrownBy(() -> builder().restoreFrom(storage, "savepoint-typo").open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'savepoint-typo'")
        .hasMessageContaining("[chk-1]");
  }

  @Test
  void open_directoryOfOneCheckpoint_isRefused() {
    writeCheckpoints(1);

    try (FileCheckpointStorage inside =
        FileCheckpointStorage.openReadOnly(directory.resolve("chk-1"))) {
      assertThatThrownBy(() -> CheckpointCoordinator.builder(inside).open())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is itself a checkpoint");
    }
  }

  @Test
  void close_byAListener_doesNotWaitForItself() {
    java.util.concurrent.atomic.AtomicReference<CheckpointCoordinator> closing =
        new java.util.concurrent.atomic.AtomicReference<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            closing.get().close();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
          }
        };
    try (CheckpointCoordinator coordinator = builder().listener(listener).open();
        Subtask source = coordinator.subtask("source").open()) {
      closing.set(coordinator);
      assertThat(checkpoint(coordinator, source).id()).isEqualTo(1);
    }
  }

  @Test
  void restoreFrom_unknownCheckpoint_namesThoseThatExist() {
    writeCheckpoints(1, 2);

    assertThatThrownBy(() -> builder().restoreFrom(9).open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no complete checkpoint 9")
        .hasMessageContaining("[1, 2]");
  }

  @Test
  void startEmpty_withCheckpoints_restoresNothing() {
    writeCheckpoints(1);

    try (CheckpointCoordinator coordinator = builder().startEmpty().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).isEmpty();
      assertThat(checkpoint(coordinator, source).id()).isEqualTo(2);
    }
  }

  @Test
  void trigger_writeFails_isAbortedAndTheNextOneIsGood() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).add(1L);
      storage.failing = path -> path.endsWith(".snapshot");
      CompletableFuture<CompletedCheckpoint> failed = coordinator.trigger();
      assertThat(source.snapshotIfPending()).isTrue();

      assertThatThrownBy(failed::join).hasRootCauseInstanceOf(StateIoException.class);

      storage.failing = path -> false;
      assertThat(checkpoint(coordinator, source).id()).isEqualTo(2);
    }
    assertThat(directory.resolve("chk-1")).doesNotExist();
    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void trigger_publishFails_isAbortedAndNothingStays() {
    writeCheckpoints(1);
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).update(List.of(2L));
      storage.failing = path -> path.endsWith("_metadata");
      CompletableFuture<CompletedCheckpoint> failed = coordinator.trigger();
      source.snapshotIfPending();

      assertThatThrownBy(failed::join).hasRootCauseInstanceOf(StateIoException.class);
    }
    assertThat(directory.resolve("chk-2")).doesNotExist();
    assertThat(restoredPositions()).containsExactly(1L);
  }

  @Test
  void trigger_subtaskNeverSnapshots_timesOut() {
    try (CheckpointCoordinator coordinator = builder().timeout(Duration.ofMillis(20)).open();
        Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> late = coordinator.trigger();

      assertThatThrownBy(late::join)
          .hasRootCauseInstanceOf(StateIoException.class)
          .hasMessageContaining("timed out")
          .hasMessageContaining("source[0]");
      assertThat(source.pendingCheckpoint()).isEqualTo(Subtask.NO_CHECKPOINT);
      assertThat(source.snapshot(1)).isFalse();
    }
  }

  @Test
  void trigger_onlySomeSubtasksSnapshot_nothingStaysAfterTheTimeout() throws IOException {
    try (CheckpointCoordinator coordinator = builder().timeout(Duration.ofMillis(200)).open()) {
      List<Subtask> subtasks = openSubtasks(coordinator, 2);
      CompletableFuture<CompletedCheckpoint> late = coordinator.trigger();
      subtasks.get(0).snapshotIfPending();

      assertThatThrownBy(late::join).hasMessageContaining("source[1]");
      subtasks.forEach(Subtask::close);
    }
    try (FileCheckpointStorage reading = FileCheckpointStorage.openReadOnly(directory)) {
      assertThat(reading.list("")).isEmpty();
    }
  }

  @Test
  void close_subtaskWithPendingCheckpoint_aborts() {
    try (CheckpointCoordinator coordinator = builder().open()) {
      Subtask source = coordinator.subtask("source").open();
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      source.close();

      assertThatThrownBy(future::join).hasRootCauseInstanceOf(StateClosedException.class);
    }
  }

  @Test
  void close_coordinatorWithPendingCheckpoint_aborts() {
    CheckpointCoordinator coordinator = builder().open();
    try (Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      coordinator.close();

      assertThatThrownBy(future::join).hasRootCauseInstanceOf(StateClosedException.class);
      assertThatThrownBy(coordinator::trigger).isInstanceOf(StateClosedException.class);
      assertThat(source.snapshotIfPending()).isFalse();
    }
  }

  @Test
  void trigger_whilePending_beginsWhenThatHasEnded() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> first = coordinator.trigger();
      CompletableFuture<CompletedCheckpoint> second = coordinator.trigger();
      CompletableFuture<CompletedCheckpoint> third = coordinator.trigger();
      assertThat(third).isSameAs(second);
      assertThat(source.snapshotIfPending()).isTrue();
      assertThat(first.join().id()).isEqualTo(1);

      assertThat(source.snapshot(2)).isTrue();
      assertThat(second.join().id()).isEqualTo(2);
    }
  }

  @Test
  void trigger_notAllSubtasksOpen_isRefused() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask first = coordinator.subtask("source").index(0).parallelism(2).open()) {
      assertThatThrownBy(coordinator::trigger)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("only 1 of 2 subtasks of operator 'source' are open");
      assertThat(first.pendingCheckpoint()).isEqualTo(Subtask.NO_CHECKPOINT);
    }
  }

  @Test
  void trigger_restoredOperatorIsMissing_isRefusedUnlessDropped() {
    writeCheckpoints(1);

    try (CheckpointCoordinator coordinator = builder().open();
        Subtask other = coordinator.subtask("other").open()) {
      assertThatThrownBy(coordinator::trigger)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("operator 'source'")
          .hasMessageContaining("dropOperator(\"source\")");
      assertThat(other.pendingCheckpoint()).isEqualTo(Subtask.NO_CHECKPOINT);
    }
    try (CheckpointCoordinator coordinator = builder().dropOperator("source").open();
        Subtask other = coordinator.subtask("other").open()) {
      assertThat(checkpoint(coordinator, other).id()).isEqualTo(2);
    }
  }

  @Test
  void trigger_restoredOperatorWithoutStateIsMissing() {
    ListStateDescriptor<Integer> never = ListStateDescriptor.of("never", Serializers.INT);
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask filter = coordinator.subtask("filter").open();
        Subtask idle = coordinator.subtask("idle").open();
        Subtask other = coordinator.subtask("other").open()) {
      assertThat(idle.operatorState().splitList(never).get()).isEmpty();
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      List.of(filter, idle, other).forEach(Subtask::snapshotIfPending);
      assertThat(future.join().id()).isEqualTo(1);
    }

    CompatibilityCheck check = new CompatibilityCheck();
    check.operator("other");
    assertThat(check.against(storage).isCompatible()).isTrue();
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask other = coordinator.subtask("other").open()) {
      assertThat(checkpoint(coordinator, other).id()).isEqualTo(2);
    }
  }

  @Test
  void trigger_restoredOperatorGotStateAndWasClosed_isRefused() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open();
        Subtask other = coordinator.subtask("other").open()) {
      checkpoint(coordinator, source, other);
    }
    try (CheckpointCoordinator coordinator = builder().region("source").open();
        Subtask other = coordinator.subtask("other").open()) {
      Subtask source = coordinator.subtask("source").open();
      source.operatorState().splitList(POSITIONS).update(List.of(7L));
      checkpoint(coordinator, source, other);
      source.close();
      assertThatThrownBy(coordinator::trigger)
          .as("it was restored without state, and has some now")
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("holds state of operator 'source'");
    }
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).containsExactly(7L);
    }
  }

  @Test
  void trigger_restoredOperatorsAreOpen_theirSnapshotsAreNotLookedInto() {
    writeCheckpoints(1);
    try (CheckpointCoordinator coordinator = builder().open()) {
      storage.opened.clear();
      try (Subtask source = coordinator.subtask("source").open()) {
        checkpoint(coordinator, source);
        assertThat(storage.opened)
            .as("once, for the subtask")
            .containsExactly("chk-1/source-0.snapshot");
      }
    }
  }

  @Test
  void subtask_openedTwice_isRefused() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask first = coordinator.subtask("source").open()) {
      assertThat(first.operatorId()).isEqualTo("source");
      assertThatThrownBy(() -> coordinator.subtask("source").open())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("subtask 0 of operator 'source' is open already");
      assertThatThrownBy(() -> coordinator.subtask("source").index(1).parallelism(2).open())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "subtask 0 is open with parallelism=1, maxParallelism=128; subtask 1");
    }
  }

  @Test
  void subtask_otherMaxParallelismThanRestored_isIncompatible() {
    writeCheckpoints(1);

    try (CheckpointCoordinator coordinator = builder().open()) {
      assertThatThrownBy(() -> coordinator.subtask("source").maxParallelism(64).open())
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("restored=128, declared=64");
    }
  }

  @Test
  void operatorState_otherKindThanRestored_isIncompatible() {
    writeCheckpoints(1);

    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThatThrownBy(() -> source.operatorState().unionList(POSITIONS))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("state 'positions' of operator 'source'")
          .hasMessageContaining("restored=SPLIT_LIST, declared=UNION_LIST");
      assertThat(source.operatorState().splitList(POSITIONS).get()).containsExactly(1L);
    }
  }

  @Test
  void operatorState_twoKindsUnderOneName_isRefused() {
    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      ListState<Long> positions = source.operatorState().splitList(POSITIONS);
      positions.add(1L);
      assertThatThrownBy(
              () ->
                  source
                      .operatorState()
                      .broadcastMap(
                          MapStateDescriptor.of("positions", Serializers.LONG, Serializers.LONG)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("state 'positions' of operator 'source' is declared twice");
      assertThat(positions.get()).containsExactly(1L);
    }
  }

  @Test
  void undeclaredState_isCarriedThroughCheckpointsUntilDeclared() {
    writeCheckpoints(42);

    for (int restart = 0; restart < 3; restart++) {
      try (CheckpointCoordinator coordinator = builder().open();
          Subtask source = coordinator.subtask("source").open()) {
        for (int i = 0; i < 4; i++) {
          checkpoint(coordinator, source);
        }
      }
    }

    assertThat(restoredPositions()).containsExactly(42L);
  }

  @Test
  void undeclaredState_rescaled_keepsEveryElementOnce() {
    try (CheckpointCoordinator coordinator = builder().open()) {
      List<Subtask> subtasks = openSubtasks(coordinator, 3);
      for (int i = 0; i < 3; i++) {
        subtasks.get(i).operatorState().splitList(POSITIONS).update(List.of(10L * i, 10L * i + 1));
      }
      checkpoint(coordinator, subtasks.toArray(Subtask[]::new));
      subtasks.forEach(Subtask::close);
    }
    try (CheckpointCoordinator coordinator = builder().open()) {
      List<Subtask> subtasks = openSubtasks(coordinator, 2);
      checkpoint(coordinator, subtasks.toArray(Subtask[]::new));
      subtasks.forEach(Subtask::close);
    }
    List<Long> found = new ArrayList<>();
    try (CheckpointCoordinator coordinator = builder().open()) {
      List<Subtask> subtasks = openSubtasks(coordinator, 4);
      subtasks.forEach(subtask -> found.addAll(subtask.operatorState().splitList(POSITIONS).get()));
      subtasks.forEach(Subtask::close);
    }
    assertThat(found).containsExactlyInAnyOrder(0L, 1L, 10L, 11L, 20L, 21L);
  }

  private static List<Subtask> openSubtasks(CheckpointCoordinator coordinator, int parallelism) {
    return Stream.iterate(0, i -> i < parallelism, i -> i + 1)
        .map(i -> coordinator.subtask("source").index(i).parallelism(parallelism).open())
        .toList();
  }

  @Test
  void savepoint_movedElsewhere_isRestored(@TempDir Path elsewhere) throws IOException {
    try (CheckpointCoordinator coordinator = builder().retain(1).open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).add(5L);
      CompletableFuture<CompletedCheckpoint> future = coordinator.savepoint("upgrade");
      source.snapshotIfPending();
      assertThat(future.join().directory()).isEqualTo("savepoint-upgrade");
      source.operatorState().splitList(POSITIONS).update(List.of(6L));
      checkpoint(coordinator, source);
      checkpoint(coordinator, source);

      assertThatThrownBy(() -> coordinator.savepoint("upgrade"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'upgrade'");
    }
    Files.move(directory.resolve("savepoint-upgrade"), elsewhere.resolve("mine"));

    try (FileCheckpointStorage moved = FileCheckpointStorage.openReadOnly(elsewhere);
        CheckpointCoordinator coordinator =
            builder().restoreFrom(moved, "mine").allowRewind().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).containsExactly(5L);
    }
  }

  @Test
  void open_afterACrash_deletesWhatNoCheckpointReaches() throws IOException {
    writeCheckpoints(1);
    Files.createDirectories(directory.resolve("chk-7"));
    Files.write(directory.resolve("chk-7").resolve("source-0.snapshot"), new byte[10]);
    Files.createDirectories(directory.resolve("shared"));
    Files.write(directory.resolve("shared").resolve("source-0-7-1.native"), new byte[10]);
    Files.write(directory.resolve("shared").resolve("backup-2024-12-31"), new byte[10]);
    Files.write(directory.resolve("chk-7").resolve("notes.txt"), new byte[10]);

    try (CheckpointCoordinator coordinator = builder().open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(coordinator.garbage()).isEmpty();
      assertThat(directory.resolve("chk-7/source-0.snapshot")).doesNotExist();
      assertThat(directory.resolve("chk-7/notes.txt")).as("not ours").exists();
      assertThat(directory.resolve("shared/source-0-7-1.native")).doesNotExist();
      assertThat(directory.resolve("shared/backup-2024-12-31")).as("not ours").exists();
      assertThat(checkpoint(coordinator, source).id())
          .as("numbers are not used twice")
          .isEqualTo(8);
    }
  }

  @Test
  void listener_thatThrows_harmsNothing() {
    List<String> events = new ArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void triggered(long checkpointId) {
            events.add("triggered " + checkpointId);
          }

          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            events.add("completed " + checkpoint.id());
            throw new IllegalStateException("from the listener");
          }
        };
    try (CheckpointCoordinator coordinator = builder().listener(listener).open();
        Subtask source = coordinator.subtask("source").open()) {
      checkpoint(coordinator, source);
      checkpoint(coordinator, source);
    }
    assertThat(events).containsExactly("triggered 1", "completed 1", "triggered 2", "completed 2");
  }

  @Test
  void start_withInterval_triggersAgainAndAgain() {
    CountDownLatch completed = new CountDownLatch(3);
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            completed.countDown();
          }
        };
    try (CheckpointCoordinator coordinator =
            builder().interval(Duration.ofMillis(5)).listener(listener).open();
        Subtask source = coordinator.subtask("source").open()) {
      coordinator.start();
      while (completed.getCount() > 0) {
        source.snapshotIfPending();
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void start_withTriggersByHand_keepsOneScheduleOfPeriodicTriggers() {
    try (CheckpointCoordinator coordinator = builder().interval(Duration.ofDays(1)).open();
        Subtask source = coordinator.subtask("source").open()) {
      coordinator.start();
      for (int i = 0; i < 5; i++) {
        checkpoint(coordinator, source);
      }
      assertThat(coordinator.scheduledCount()).isEqualTo(1);
    }
  }

  @Test
  void executor_thatRejects_abortsTheCheckpoint() throws InterruptedException {
    try (CheckpointCoordinator coordinator =
            builder()
                .executor(
                    task -> {
                      throw new java.util.concurrent.RejectedExecutionException("full");
                    })
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      source.snapshotIfPending();

      assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("full");
    }
  }

  @Test
  void builder_badArguments_areNamed() {
    assertThatThrownBy(() -> builder().interval(Duration.ZERO))
        .hasMessageContaining("interval must be more than zero");
    assertThatThrownBy(() -> builder().timeout(Duration.ofSeconds(-1)))
        .hasMessageContaining("timeout must be more than zero");
    assertThatThrownBy(() -> builder().retain(0)).hasMessageContaining("retained=0");
    try (CheckpointCoordinator coordinator = builder().open()) {
      assertThatThrownBy(() -> coordinator.subtask("a").index(2).parallelism(2).open())
          .hasMessageContaining("subtask out of range: subtask=2, parallelism=2");
      assertThatThrownBy(() -> coordinator.subtask("a").parallelism(129).open())
          .hasMessageContaining("parallelism=129, maxParallelism=128");
      assertThatThrownBy(() -> coordinator.subtask(""))
          .hasMessageContaining("the id of an operator is 1 to 255 characters");
      assertThatThrownBy(coordinator::start).hasMessageContaining("no interval was set");
      assertThatThrownBy(coordinator::trigger).hasMessageContaining("no subtask is open");
      assertThatThrownBy(() -> coordinator.savepoint("a/b")).hasMessageContaining("'a/b'");
    }
  }
}
