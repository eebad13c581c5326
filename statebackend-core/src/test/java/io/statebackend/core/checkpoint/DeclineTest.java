// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A subtask that gives up a checkpoint instead of taking its snapshot. */
@Timeout(60)
final class DeclineTest {
  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private final TimeoutException late = new TimeoutException("an input is late");

  @Test
  void decline_pendingCheckpoint_abortsItAndNoOther() {
    List<Throwable> aborted = new ArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void aborted(long checkpointId, Throwable cause) {
            aborted.add(cause);
          }
        };
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).listener(listener).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      var declined = coordinator.trigger();
      long id = subtask.pendingCheckpoint();
      assertThat(subtask.decline(id + 1, late)).isFalse();
      assertThat(subtask.decline(id, late)).isTrue();
      assertThat(subtask.decline(id, late)).isFalse();
      assertThatThrownBy(declined::join).isInstanceOf(CompletionException.class).hasCause(late);
      assertThat(aborted).containsExactly(late);
      assertThat(subtask.snapshotIfPending()).isFalse();

      var next = coordinator.trigger();
      assertThat(subtask.snapshotIfPending()).isTrue();
      CompletedCheckpoint checkpoint = next.join();
      assertThat(subtask.decline(checkpoint.id(), late)).isFalse();
    }
  }

  @Test
  void isPeriodic_tellsWhetherThereIsAnInterval() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      assertThat(coordinator.isPeriodic()).isFalse();
    }
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(MemoryCheckpointStorage.create())
            .interval(Duration.ofHours(1))
            .open()) {
      assertThat(coordinator.isPeriodic()).isTrue();
    }
  }
}
