// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StateIoException;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs incremental checkpoints of an engine with snapshots of its own. */
@Timeout(60)
final class NativeSnapshotsTest {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);

  @TempDir Path directory;
  private FailingStorage storage;
  private final IncrementalEngine engine = new IncrementalEngine("test-1");

  @BeforeEach
  void open() {
    storage = new FailingStorage(FileCheckpointStorage.open(directory));
  }

  @AfterEach
  void close() {
    storage.close();
  }

  /** One subtask with its count state. */
  private record Counter(Subtask subtask, KeyedStateBackend<Long> keyed, ValueState<Long> count) {
    void put(long key, long value) {
      keyed.setCurrentKey(key);
      count.update(value);
    }
  }

  private Counter open(CheckpointCoordinator coordinator, int index, int parallelism) {
    Subtask subtask = coordinator.subtask("counter").index(index).parallelism(parallelism).open();
    KeyedStateBackend<Long> keyed = subtask.keyed(engine, Serializers.LONG);
    return new Counter(subtask, keyed, keyed.value(COUNT));
  }

  private static CompletedCheckpoint checkpoint(
      CheckpointCoordinator coordinator, Counter... counters) {
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    for (Counter counter : counters) {
      assertThat(counter.subtask.snapshotIfPending()).isTrue();
    }
    return future.join();
  }

  private long sharedFileCount() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("shared"))) {
      return files.count();
    }
  }

  private Map<Long, Long> restoredValues(int parallelism) {
    Map<Long, Long> values = new TreeMap<>();
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      for (int i = 0; i < parallelism; i++) {
        Counter counter = open(coordinator, i, parallelism);
        counter
            .keyed
            .keys(COUNT)
            .forEach(
                key -> {
                  counter.keyed.setCurrentKey(key);
                  values.put(key, counter.count.value());
                });
        counter.subtask.close();
      }
    }
    return values;
  }

  @Test
  void checkpoints_incremental_restoreAllIncrements() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      counter.put(2, 20);
      checkpoint(coordinator, counter);
      counter.put(1, 11);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    assertThat(sharedFileCount()).as("later checkpoints refer to earlier files").isEqualTo(3);
    assertThat(restoredValues(1)).isEqualTo(Map.of(1L, 11L, 2L, 20L));
    assertThat(restoredValues(3)).isEqualTo(Map.of(1L, 11L, 2L, 20L));
  }

  @Test
  void checkpoints_afterRestore_referToRestoredFiles() throws IOException {
    checkpoints_incremental_restoreAllIncrements();
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(storage).retain(1).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(3, 30);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    assertThat(sharedFileCount()).isEqualTo(4);
    assertThat(restoredValues(2)).isEqualTo(Map.of(1L, 11L, 2L, 20L, 3L, 30L));
  }

  @Test
  void checkpoints_fileNames_tellSubtaskCheckpointAndCount() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 1);
      checkpoint(coordinator, counter);
      counter.put(1, 2);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    assertThat(storage.list("shared"))
        .allMatch(name -> name.matches("counter-0-[12]-[0-9]+\\.native"));
  }

  @Test
  void checkpoint_fileOfAnUnfinishedOneIsLeft_itsNumberIsNotUsedAgain() throws IOException {
    Files.createDirectory(directory.resolve("shared"));
    Files.writeString(directory.resolve("shared/counter-0-40-1.native"), "left by a crash");
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 1);
      assertThat(checkpoint(coordinator, counter).id()).isEqualTo(41);
      counter.subtask.close();
    }
    assertThat(directory.resolve("shared/counter-0-40-1.native")).doesNotExist();
  }

  @Test
  void restoreFrom_besideAnUnreadableOne_keepsTheFilesThatMayBeItsOwn() throws IOException {
    checkpoints_incremental_restoreAllIncrements();
    Path newest = directory.resolve("chk-3/_metadata");
    byte[] metadata = Files.readAllBytes(newest);
    Files.write(newest, NewerFormat.of(metadata));
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(storage).retain(1).restoreFrom(2).allowRewind().open()) {
      Counter counter = open(coordinator, 0, 1);
      for (long i = 0; i < 4; i++) {
        counter.put(5, i);
        checkpoint(coordinator, counter);
      }
      counter.subtask.close();
    }
    // The version that wrote it reads it again.
    Files.write(newest, metadata);
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(storage).restoreFrom(3).allowRewind().open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.keyed.setCurrentKey(1L);
      assertThat(counter.count.value()).isEqualTo(11L);
      counter.subtask.close();
    }
  }

  @Test
  void checkpoint_rescaled_deletesFilesThatNothingRefersTo() throws IOException {
    checkpoints_incremental_restoreAllIncrements();
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(storage).retain(1).open()) {
      List<Counter> counters = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        counters.add(open(coordinator, i, 2));
      }
      for (Counter counter : counters) {
        counter
            .keyed
            .keys(COUNT)
            .toList()
            .forEach(
                key -> {
                  counter.keyed.setCurrentKey(key);
                  counter.count.update(counter.count.value());
                });
      }
      checkpoint(coordinator, counters.toArray(Counter[]::new));
      counters.forEach(counter -> counter.subtask.close());
    }
    assertThat(sharedFileCount()).as("one new file per subtask, none of the old").isEqualTo(2);
    assertThat(restoredValues(1)).isEqualTo(Map.of(1L, 11L, 2L, 20L));
  }

  @Test
  void checkpoint_aborted_leavesNoFilesAndTheNextOneIsWhole() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      counter.put(2, 20);
      storage.failing = path -> path.endsWith("_metadata");
      CompletableFuture<CompletedCheckpoint> failed = coordinator.trigger();
      counter.subtask.snapshotIfPending();
      assertThatThrownBy(failed::join).hasMessageContaining("injected failure");
      storage.failing = path -> false;
      counter.put(3, 30);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    assertThat(sharedFileCount()).isEqualTo(2);
    assertThat(restoredValues(1)).isEqualTo(Map.of(1L, 10L, 2L, 20L, 3L, 30L));
  }

  @Test
  void checkpoint_filesAreGoneAndTheEngineCannotForgetThem_promisesNothing() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      storage.delete("shared");
      engine.cannotForget = new IllegalStateException("it is busy");
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> checkpoint(coordinator, counter))
            .cause()
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("counter[0]=java.lang.IllegalStateException: it is busy")
            .hasMessageContaining("the next checkpoint fails as well")
            .hasMessageNotContaining("the next checkpoint writes everything anew");
      }
      engine.cannotForget = null;
      assertThatThrownBy(() -> checkpoint(coordinator, counter))
          .hasMessageContaining("the next checkpoint writes everything anew");
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    assertThat(restoredValues(1)).isEqualTo(Map.of(1L, 10L));
  }

  @Test
  void figures_newlyWrittenBytesAreToldFromThoseOfEarlierCheckpoints() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      for (long key = 0; key < 1000; key++) {
        counter.put(key, key);
      }
      CompletedCheckpoint first = checkpoint(coordinator, counter);
      assertThat(first.figures().bytesWritten()).isEqualTo(first.sizeBytes());
      long sharedBytes = sharedBytes();
      assertThat(sharedBytes).isGreaterThan(8000);

      counter.put(1, 7);
      CompletedCheckpoint second = checkpoint(coordinator, counter);
      CheckpointFigures figures = second.figures();
      assertThat(second.sizeBytes() - figures.bytesWritten())
          .as("bytes of the files of the first checkpoint")
          .isEqualTo(sharedBytes);
      assertThat(figures.bytesWritten()).as("one entry and a header").isBetween(1L, 1000L);
      assertThat(figures.subtasks())
          .singleElement()
          .satisfies(
              subtask -> {
                assertThat(subtask.sizeBytes()).isEqualTo(second.sizeBytes());
                assertThat(subtask.bytesWritten()).isEqualTo(figures.bytesWritten());
              });
      counter.subtask.close();
    }
  }

  private long sharedBytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory.resolve("shared"))) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Test
  void savepoint_isPortableAndSelfContained() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      counter.put(2, 20);
      CompletableFuture<CompletedCheckpoint> savepoint = coordinator.savepoint("s");
      counter.subtask.snapshotIfPending();
      savepoint.join();
      counter.subtask.close();
    }
    IncrementalEngine other = new IncrementalEngine("other-9");
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).restoreFrom(storage, "savepoint-s").open();
        Subtask subtask = coordinator.subtask("counter").open()) {
      KeyedStateBackend<Long> keyed = subtask.keyed(other, Serializers.LONG);
      ValueState<Long> count = keyed.value(COUNT);
      keyed.setCurrentKey(2L);
      assertThat(count.value()).isEqualTo(20L);
    }
  }

  @Test
  void restore_intoAnotherEngine_isIncompatible() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    IncrementalEngine other = new IncrementalEngine("other-9");
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = coordinator.subtask("counter").open()) {
      assertThatThrownBy(() -> subtask.keyed(other, Serializers.LONG))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("'test-1'")
          .hasMessageContaining("savepoint");
    }
  }

  @Test
  void restore_damagedNativeFile_fallsBack() throws IOException {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      Path first;
      try (Stream<Path> files = Files.list(directory.resolve("shared"))) {
        first = files.findFirst().orElseThrow();
      }
      counter.put(1, 11);
      checkpoint(coordinator, counter);
      counter.subtask.close();
      Files.write(first, new byte[16]);
    }
    assertThatThrownBy(() -> restoredValues(1))
        .as("both checkpoints refer to the damaged file")
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("every checkpoint is damaged");
  }

  @Test
  void restore_undeclaredState_isCarriedByTheEngine() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).retain(1).open();
        Subtask subtask = coordinator.subtask("counter").open()) {
      subtask.keyed(engine, Serializers.LONG);
      for (int i = 0; i < 3; i++) {
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        subtask.snapshotIfPending();
        future.join();
      }
    }
    assertThat(restoredValues(1)).isEqualTo(Map.of(1L, 10L));
  }

  /** Takes checkpoints in which {@code COUNT} is 10 at key 1, of type long. */
  private void checkpointTen() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      Counter counter = open(coordinator, 0, 1);
      counter.put(1, 10);
      checkpoint(coordinator, counter);
      counter.subtask.close();
    }
  }

  @Test
  void restore_otherType_isMigrated() {
    ValueStateDescriptor<BigInteger> wide =
        ValueStateDescriptor.of("count", Serializers.BIG_INTEGER);
    checkpointTen();
    for (int i = 0; i < 2; i++) {
      try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
          Subtask subtask = coordinator.subtask("counter").open()) {
        KeyedStateBackend<Long> keyed = subtask.keyed(engine, Serializers.LONG);
        ValueState<BigInteger> count = keyed.value(wide);
        keyed.setCurrentKey(1L);
        assertThat(count.value()).as("restore %d", i).isEqualTo(BigInteger.TEN);
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        subtask.snapshotIfPending();
        future.join();
      }
    }
  }

  @Test
  void restore_droppedState_isGone() {
    checkpointTen();
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).dropState("counter", "count").open();
        Subtask subtask = coordinator.subtask("counter").open()) {
      KeyedStateBackend<Long> keyed = subtask.keyed(engine, Serializers.LONG);
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      subtask.snapshotIfPending();
      future.join();
      ValueState<Long> count = keyed.value(COUNT);
      keyed.setCurrentKey(1L);
      assertThat(count.value()).isNull();
    }
    assertThat(restoredValues(1)).isEmpty();
  }
}
