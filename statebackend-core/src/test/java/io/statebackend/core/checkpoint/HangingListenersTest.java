// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners and callbacks that do not return hold up as little as can be. */
@Timeout(60)
final class HangingListenersTest {
  private static final Duration TIMEOUT = Duration.ofMillis(50);

  private final CountDownLatch gate = new CountDownLatch(1);

  private void hang() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void callbackHangs_theNextCheckpointBeginsAndTimesOut() throws InterruptedException {
    List<Long> triggered = new CopyOnWriteArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void triggered(long checkpointId) {
            triggered.add(checkpointId);
          }
        };
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(MemoryCheckpointStorage.create())
                .timeout(TIMEOUT)
                .listener(listener)
                .open();
        Subtask first = coordinator.subtask("first").open();
        Subtask second = coordinator.subtask("second").open()) {
      CountDownLatch isHanging = new CountDownLatch(1);
      CompletableFuture<CompletedCheckpoint> pending = coordinator.trigger();
      CompletableFuture<Void> callback =
          pending.handle(
              (completed, thrown) -> {
                isHanging.countDown();
                hang();
                return null;
              });
      CompletableFuture<CompletedCheckpoint> queued = coordinator.trigger();
      isHanging.await(); // The first one has timed out, as nobody takes snapshots.
      assertThatThrownBy(queued::join).hasMessageContaining("timed out");
      assertThat(triggered).containsExactly(1L, 2L);

      gate.countDown();
      callback.join();
      CompletableFuture<CompletedCheckpoint> last = coordinator.trigger();
      while (!last.isDone()) {
        boolean unused = first.snapshotIfPending() | second.snapshotIfPending();
        Thread.onSpinWait();
      }
      assertThat(triggered).startsWith(1L, 2L, 3L);
    }
  }

  @Test
  void listenerHangsInAborted_triggersThatWaitAreTold() throws InterruptedException {
    CountDownLatch isHanging = new CountDownLatch(1);
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void aborted(long checkpointId, Throwable cause) {
            isHanging.countDown();
            hang();
          }
        };
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(MemoryCheckpointStorage.create())
                .timeout(TIMEOUT)
                .listener(listener)
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      CompletableFuture<CompletedCheckpoint> pending = coordinator.trigger();
      isHanging.await();
      for (int i = 0; i < 6; i++) {
        CompletableFuture<CompletedCheckpoint> queued = coordinator.trigger();
        assertThatThrownBy(queued::join)
            .cause()
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("checkpoint 1 has ended")
            .hasMessageContaining("has not returned");
      }
      assertThat(pending).isNotDone();
      gate.countDown();
      assertThatThrownBy(pending::join).hasMessageContaining("timed out");
      assertThat(source.pendingCheckpoint()).isEqualTo(Subtask.NO_CHECKPOINT);
    }
  }
}
