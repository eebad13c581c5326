// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine that restores a checkpoint with another parallelism reads each part of it about once,
 * and not once for each new subtask.
 */
public abstract class RescaleReadsContract {
  private static final int KEY_GROUPS = 128;
  private static final int KEY_COUNT = 120_000;
  private static final int CHANGED_COUNT = KEY_COUNT / 20;
  private static final int VALUE_BYTES = 40;
  private static final double RATIO_MAX = 1.3;
  private static final ValueStateDescriptor<byte[]> VALUES =
      ValueStateDescriptor.of("values", Serializers.BYTES);

  @TempDir Path directory;

  /** Creates the contract; JUnit does. */
  protected RescaleReadsContract() {}

  /**
   * Opens a backend.
   *
   * @param workDirectory for its files
   * @return the backend
   */
  protected abstract StateBackend newBackend(Path workDirectory);

  /**
   * Returns how many times as much as there is may be read by all subtasks together; by default
   * 1.3. What is read to verify the checkpoint does not count.
   *
   * @return a number, 1 or more
   */
  protected double ratioMax() {
    return RATIO_MAX;
  }

  @TestFactory
  final Stream<DynamicTest> restore_withAnotherParallelism_readsEachPartAboutOnce() {
    return Stream.of(List.of(1, 8), List.of(2, 8, 3, 32), List.of(8, 2, 5))
        .map(steps -> dynamicTest(steps.toString(), () -> check(steps)));
  }

  /** Writes with the first parallelism, and restores with each other one. */
  private void check(List<Integer> parallelisms) {
    Path place = directory.resolve("storage-" + parallelisms.get(0));
    try (CountingStorage storage = new CountingStorage(FileCheckpointStorage.open(place))) {
      int written = parallelisms.get(0);
      write(storage, written);
      long stored = restore(storage, written);
      for (int parallelism : parallelisms.subList(1, parallelisms.size())) {
        assertThat(restore(storage, parallelism))
            .as(
                "bytes read by %d subtasks; the %d that wrote read %d bytes",
                parallelism, written, stored)
            .isLessThanOrEqualTo((long) (ratioMax() * stored));
      }
    }
  }

  /** Writes all keys, and some of them again, so that the files have what is no longer needed. */
  private void write(CountingStorage storage, int parallelism) {
    try (StateBackend backend = newBackend(directory.resolve("first"));
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      List<Subtask> tasks = new ArrayList<>();
      List<KeyedStateBackend<Long>> keyed = new ArrayList<>();
      List<ValueState<byte[]>> values = new ArrayList<>();
      for (int i = 0; i < parallelism; i++) {
        Subtask task = coordinator.subtask("operator").index(i).parallelism(parallelism).open();
        tasks.add(task);
        keyed.add(task.keyed(backend, Serializers.LONG));
        values.add(keyed.get(i).value(VALUES));
      }
      Random random = new Random(1);
      for (int count : List.of(KEY_COUNT, CHANGED_COUNT)) {
        for (long key = 0; key < count; key++) {
          byte[] value = new byte[VALUE_BYTES];
          random.nextBytes(value);
          int task = taskOf(key, parallelism);
          keyed.get(task).setCurrentKey(key);
          values.get(task).update(value);
        }
        var checkpoint = coordinator.trigger();
        tasks.forEach(Subtask::snapshotIfPending);
        assertThat(checkpoint.join().directory()).isNotEmpty();
      }
      tasks.forEach(Subtask::close);
    }
  }

  /** Restores, looks whether all is there, and returns how much the subtasks have read. */
  private long restore(CountingStorage storage, int parallelism) {
    try (StateBackend backend = newBackend(directory.resolve("restored"));
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      long verified = storage.takeReadBytes();
      assertThat(verified).as("bytes read before any subtask was opened").isPositive();
      List<Subtask> tasks = new ArrayList<>();
      long count = 0;
      for (int i = 0; i < parallelism; i++) {
        Subtask task = coordinator.subtask("operator").index(i).parallelism(parallelism).open();
        tasks.add(task);
        KeyedStateBackend<Long> keyed = task.keyed(backend, Serializers.LONG);
        keyed.value(VALUES);
        count += keyed.entryCount(VALUES);
      }
      assertThat(count).as("entries with parallelism %d", parallelism).isEqualTo(KEY_COUNT);
      tasks.forEach(Subtask::close);
      return storage.takeReadBytes();
    }
  }

  private static int taskOf(long key, int parallelism) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), KEY_GROUPS);
    return KeyGroupRange.subtaskOf(KEY_GROUPS, parallelism, keyGroup);
  }
}
