// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners hear why periodic checkpoints do not begin. */
@Timeout(60)
final class SkippedTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** A timer whose tasks run when the test says so. */
  private static final class ManualTimer implements CheckpointTimer {
    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Timed schedule(Runnable task, Duration delay) {
      if (!delay.equals(INTERVAL)) {
        return () -> {}; // A timeout, whose time does not come.
      }
      tasks.add(task);
      return () -> tasks.remove(task);
    }

    @Override
    public int scheduledCount() {
      return tasks.size();
    }

    @Override
    public void close() {
      tasks.clear();
    }

    void runDue() {
      List<Runnable> due = List.copyOf(tasks);
      tasks.clear();
      due.forEach(Runnable::run);
    }
  }

  private final ManualTimer timer = new ManualTimer();
  private final List<String> skipped = new ArrayList<>();

  private CheckpointCoordinator coordinator() {
    return CheckpointCoordinator.builder(MemoryCheckpointStorage.create())
        .interval(INTERVAL)
        .timer(timer)
        .executor(Runnable::run)
        .listener(
            new CheckpointListener() {
              @Override
              public void skipped(String reason) {
                skipped.add(reason);
              }
            })
        .open();
  }

  @Test
  void subtaskIsMissing_listenerHearsEachTime() {
    try (CheckpointCoordinator coordinator = coordinator()) {
      Subtask first = coordinator.subtask("a").open();
      Subtask second = coordinator.subtask("b").open();
      coordinator.start();
      timer.runDue();
      assertThat(first.snapshotIfPending()).isTrue();
      assertThat(second.snapshotIfPending()).isTrue();
      assertThat(coordinator.completed()).hasSize(1);

      second.close();
      timer.runDue();
      timer.runDue();
      timer.runDue();
      assertThat(skipped).hasSize(3).allMatch(reason -> reason.contains("a[0]"));

      first.close();
      timer.runDue();
      assertThat(skipped).hasSize(4);
      assertThat(timer.scheduledCount()).as("the next trigger").isEqualTo(1);
    }
  }

  @Test
  void stoppedOrClosed_listenerHearsNothing() {
    CheckpointCoordinator coordinator = coordinator();
    Subtask only = coordinator.subtask("a").open();
    coordinator.start();
    coordinator.stop();
    only.close();
    timer.runDue();
    coordinator.close();
    timer.runDue();
    assertThat(skipped).isEmpty();
    assertThat(timer.scheduledCount()).isZero();
  }
}
