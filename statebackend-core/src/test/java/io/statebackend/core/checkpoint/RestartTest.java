// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subtasks that are closed and opened again under the same coordinator. */
@Timeout(60)
final class RestartTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();

  private CheckpointCoordinator coordinator() {
    return CheckpointCoordinator.builder(storage).open();
  }

  private static Subtask open(CheckpointCoordinator coordinator, String id, int index, int count) {
    return coordinator.subtask(id).index(index).parallelism(count).open();
  }

  private static List<Long> positions(Subtask subtask) {
    return subtask.operatorState().splitList(POSITIONS).get();
  }

  private static void set(Subtask subtask, long position) {
    subtask.operatorState().splitList(POSITIONS).update(List.of(position));
  }

  private static void checkpoint(CheckpointCoordinator coordinator, Subtask... subtasks) {
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    for (Subtask subtask : subtasks) {
      assertThat(subtask.snapshotIfPending()).isTrue();
    }
    assertThat(future.join().isSavepoint()).isFalse();
  }

  private void run(Consumer<CheckpointCoordinator> program) {
    try (CheckpointCoordinator coordinator = coordinator()) {
      program.accept(coordinator);
    }
  }

  @Test
  void reopened_hasTheLatestCheckpoint() {
    run(
        coordinator -> {
          Subtask source = open(coordinator, "source", 0, 1);
          set(source, 1);
          checkpoint(coordinator, source);
          set(source, 2);
          checkpoint(coordinator, source);
          set(source, 3);
          source.close();

          Subtask again = open(coordinator, "source", 0, 1);
          assertThat(positions(again)).containsExactly(2L);
          checkpoint(coordinator, again);
          again.close();
        });
    run(
        coordinator -> {
          Subtask source = open(coordinator, "source", 0, 1);
          assertThat(positions(source)).containsExactly(2L);
          source.close();
        });
  }

  @Test
  void reopened_oneOfTwo_checkpointIsRefusedUntilAllAreReopened() {
    run(
        coordinator -> {
          Subtask first = open(coordinator, "source", 0, 2);
          Subtask second = open(coordinator, "source", 1, 2);
          set(first, 1);
          set(second, 2);
          checkpoint(coordinator, first, second);
          first.close();
          Subtask firstAgain = open(coordinator, "source", 0, 2);

          assertThatThrownBy(coordinator::trigger)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("mix points in time")
              .hasMessageContaining("source[1]");

          second.close();
          Subtask secondAgain = open(coordinator, "source", 1, 2);
          checkpoint(coordinator, firstAgain, secondAgain);
          firstAgain.close();
          secondAgain.close();
        });
  }

  @Test
  void reopened_withOtherParallelism_sharesTheState() {
    run(
        coordinator -> {
          Subtask first = open(coordinator, "source", 0, 2);
          Subtask second = open(coordinator, "source", 1, 2);
          set(first, 1);
          set(second, 2);
          checkpoint(coordinator, first, second);
          first.close();
          second.close();

          Subtask only = open(coordinator, "source", 0, 1);
          assertThat(positions(only)).containsExactlyInAnyOrder(1L, 2L);
          checkpoint(coordinator, only);
          only.close();
        });
  }

  @Test
  void reopened_beforeAnyCheckpoint_beginsEmpty() {
    run(
        coordinator -> {
          Subtask source = open(coordinator, "source", 0, 1);
          set(source, 1);
          source.close();
          Subtask again = open(coordinator, "source", 0, 1);
          assertThat(positions(again)).isEmpty();
          again.close();
        });
  }

  @Test
  void closed_whileACheckpointAwaitsIt_checkpointIsAborted() {
    run(
        coordinator -> {
          Subtask source = open(coordinator, "source", 0, 1);
          set(source, 1);
          checkpoint(coordinator, source);
          CompletableFuture<CompletedCheckpoint> pending = coordinator.trigger();
          source.close();
          assertThatThrownBy(pending::join).hasMessageContaining("source[0] was closed");
          Subtask again = open(coordinator, "source", 0, 1);
          assertThat(positions(again)).containsExactly(1L);
          checkpoint(coordinator, again);
          again.close();
        });
  }

  @Test
  void reopened_regionOfItsOwn_othersGoOn() {
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(storage).region("a").region("b").open()) {
      Subtask a = open(coordinator, "a", 0, 1);
      Subtask b = open(coordinator, "b", 0, 1);
      set(a, 1);
      set(b, 1);
      checkpoint(coordinator, a, b);
      set(b, 2);
      a.close();
      Subtask again = open(coordinator, "a", 0, 1);
      checkpoint(coordinator, again, b);
      assertThat(positions(again)).containsExactly(1L);
      assertThat(positions(b)).containsExactly(2L);
      again.close();
      b.close();
    }
  }
}
