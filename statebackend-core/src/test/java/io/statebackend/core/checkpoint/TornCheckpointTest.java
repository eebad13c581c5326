// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots of several threads are of the same records, or the checkpoint is aborted. */
@Timeout(60)
final class TornCheckpointTest {
  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void stopThread() {
    other.shutdown();
  }

  @Test
  void snapshotIfPending_onTwoThreads_isAnErrorAndAborts() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask first = coordinator.subtask("first").open();
        Subtask second = coordinator.subtask("second").open()) {
      CompletableFuture<CompletedCheckpoint> torn = coordinator.trigger();
      assertThat(first.snapshotIfPending()).isTrue();
      Future<Boolean> late = other.submit(second::snapshotIfPending);

      assertThatThrownBy(late::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("would be torn")
          .hasMessageContaining("first[0]")
          .hasMessageContaining("second[0]");
      assertThatThrownBy(torn::join).hasMessageContaining("would be torn");
      assertThat(coordinator.completed()).isEmpty();
    }
  }

  @Test
  void sources_othersAreToldByTheBarrier() throws Exception {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").source().open();
        Subtask sink = coordinator.subtask("sink").open()) {
      CompletableFuture<CompletedCheckpoint> checkpoint = coordinator.trigger();
      assertThat(sink.pendingCheckpoint()).isEqualTo(Subtask.NO_CHECKPOINT);
      assertThatThrownBy(sink::snapshotIfPending)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sink[0] is not a source");
      long barrier = source.pendingCheckpoint();
      assertThat(source.snapshotIfPending()).isTrue();
      assertThat(other.submit(() -> sink.snapshot(barrier)).get()).isTrue();

      assertThat(checkpoint.join().id()).isEqualTo(barrier);
    }
  }
}
