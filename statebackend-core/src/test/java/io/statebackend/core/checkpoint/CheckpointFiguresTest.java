// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a completed checkpoint says it cost. */
@Timeout(60)
final class CheckpointFiguresTest {
  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();

  @Test
  void figures_ofEachSubtaskAndInAll() {
    CompletedCheckpoint completed;
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").source().open();
        Subtask sink = coordinator.subtask("sink").open()) {
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      long id = source.pendingCheckpoint();
      assertThat(source.snapshotIfPending()).isTrue();
      assertThat(sink.snapshot(id, Duration.ofDays(1))).isTrue();
      completed = future.join();
    }
    CheckpointFigures figures = completed.figures();
    assertThat(figures.subtasks())
        .extracting(CheckpointFigures.SubtaskFigures::operatorId)
        .containsExactlyInAnyOrder("source", "sink");
    assertThat(figures.slowest().orElseThrow().operatorId()).isEqualTo("sink");
    assertThat(figures.slowest().orElseThrow().alignment()).contains(Duration.ofDays(1));
    assertThat(figures.bytesWritten()).isEqualTo(completed.sizeBytes()).isPositive();
    assertThat(figures.total()).isGreaterThanOrEqualTo(figures.publish());
    assertThat(figures.subtasks())
        .allSatisfy(
            subtask -> {
              assertThat(subtask.bytesWritten()).isEqualTo(subtask.sizeBytes()).isPositive();
              assertThat(subtask.freeze()).isGreaterThanOrEqualTo(Duration.ZERO);
              assertThat(subtask.queue()).isGreaterThanOrEqualTo(Duration.ZERO);
              assertThat(subtask.write()).isGreaterThanOrEqualTo(Duration.ZERO);
            });
  }

  @Test
  void figures_ofARestoredCheckpoint_areUnknown() {
    figures_ofEachSubtaskAndInAll();
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      assertThat(coordinator.restored().orElseThrow().figures())
          .isEqualTo(CheckpointFigures.UNKNOWN);
    }
  }
}
