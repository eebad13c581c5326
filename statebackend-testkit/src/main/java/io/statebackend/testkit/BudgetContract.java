// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds for an engine with a memory budget: whatever was written under it is checkpointed,
 * restored and rescaled under it, and what the engine says of its memory stays within it.
 */
public abstract class BudgetContract {
  private static final int KEY_GROUPS = 128;
  private static final int VALUE_BYTES = 60;
  private static final ValueStateDescriptor<byte[]> VALUES =
      ValueStateDescriptor.of("values", Serializers.BYTES);

  @TempDir Path directory;

  /** Creates the contract; JUnit does. */
  protected BudgetContract() {}

  /**
   * Opens a backend with a small budget, always the same.
   *
   * @param workDirectory for its files
   * @return the backend
   */
  protected abstract StateBackend newBackend(Path workDirectory);

  /**
   * Returns how much state is written, which should be more than the budget.
   *
   * @return a number of entries of about 70 bytes
   */
  protected abstract int entryCount();

  @Test
  final void restore_withAnyParallelism_underTheSameBudget() {
    int count = entryCount();
    run(
        2,
        (tasks, states, coordinator, backend) -> {
          for (long key = 0; key < count; key++) {
            int task = taskOf(key, tasks.size());
            states.get(task).backend().setCurrentKey(key);
            states.get(task).values().update(value(key));
          }
          checkpoint(tasks, coordinator);
        });
    for (int parallelism : List.of(1, 2, 4, 8)) {
      run(
          parallelism,
          (tasks, states, coordinator, backend) -> {
            long found = 0;
            for (State state : states) {
              found += state.backend().entryCount(VALUES);
            }
            assertThat(found).as("entries with parallelism %d", parallelism).isEqualTo(count);
            for (long key = 0; key < count; key += 97) {
              int task = taskOf(key, tasks.size());
              states.get(task).backend().setCurrentKey(key);
              assertThat(states.get(task).values().value())
                  .as("value of key %d with parallelism %d", key, parallelism)
                  .isEqualTo(value(key));
            }
            checkpoint(tasks, coordinator);
          });
    }
  }

  /** What is done with subtasks that were opened, restored if there is a checkpoint. */
  private interface Work {
    void run(
        List<Subtask> tasks,
        List<State> states,
        CheckpointCoordinator coordinator,
        StateBackend backend);
  }

  private record State(KeyedStateBackend<Long> backend, ValueState<byte[]> values) {}

  private void run(int parallelism, Work work) {
    List<Subtask> tasks = new ArrayList<>();
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("storage"));
        StateBackend backend = newBackend(directory.resolve("work"));
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      try {
        List<State> states = new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
          Subtask task = coordinator.subtask("operator").index(i).parallelism(parallelism).open();
          tasks.add(task);
          KeyedStateBackend<Long> keyed = task.keyed(backend, Serializers.LONG);
          states.add(new State(keyed, keyed.value(VALUES)));
          checkUse(backend.memoryUse());
        }
        work.run(tasks, states, coordinator, backend);
        checkUse(backend.memoryUse());
      } finally {
        tasks.forEach(Subtask::close);
      }
    }
  }

  private static void checkpoint(List<Subtask> tasks, CheckpointCoordinator coordinator) {
    var checkpoint = coordinator.trigger();
    tasks.forEach(Subtask::snapshotIfPending);
    assertThat(checkpoint.join().directory()).isNotEmpty();
  }

  private static void checkUse(MemoryUse use) {
    assertThat(use.usedBytes()).as("memory in use").isPositive();
    assertThat(use.usedBytes()).as("memory in use").isLessThanOrEqualTo(use.limitBytes());
    assertThat(use.parts().values().stream().mapToLong(Long::longValue).sum())
        .as("the parts together")
        .isEqualTo(use.usedBytes());
  }

  private static int taskOf(long key, int parallelism) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), KEY_GROUPS);
    return KeyGroupRange.subtaskOf(KEY_GROUPS, parallelism, keyGroup);
  }

  private static byte[] value(long key) {
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (key * 31 + i);
    }
    return value;
  }
}
