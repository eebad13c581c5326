// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A timer that throws at any of its calls costs one checkpoint at most. */
@Timeout(60)
final class TimerThrowsTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  /** More than may be abandoned before no checkpoint begins. */
  private static final int FAILURE_COUNT = 6;

  /** A timer whose time stands still. */
  private static final class ThrowingTimer implements CheckpointTimer {
    private final List<Runnable> scheduled = new CopyOnWriteArrayList<>();
    private final Supplier<Throwable> thrown;

    /** How many calls it answers before it throws once; -1 if it does not. */
    private int answerCount = -1;

    ThrowingTimer(Supplier<Throwable> thrown) {
      this.thrown = thrown;
    }

    synchronized void throwAfter(int answers) {
      answerCount = answers;
    }

    /** Tells whether it has thrown since it was told to, and lets it answer. */
    synchronized boolean hasThrown() {
      boolean has = answerCount < 0;
      answerCount = -1;
      return has;
    }

    private synchronized void answer() {
      if (answerCount >= 0 && answerCount-- == 0) {
        ThrowingTimer.<RuntimeException>throwIt(thrown.get());
      }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwIt(Throwable thrown) throws T {
      throw (T) thrown;
    }

    @Override
    public long nanoTime() {
      answer();
      return 0;
    }

    @Override
    public Timed schedule(Runnable task, Duration delay) {
      answer();
      scheduled.add(task);
      return () -> scheduled.remove(task);
    }

    @Override
    public int scheduledCount() {
      return scheduled.size();
    }

    @Override
    public void close() {
      scheduled.clear();
    }
  }

  static Stream<Supplier<Throwable>> throwables() {
    return Stream.of(
        () -> new IllegalStateException("injected"),
        () -> new OutOfMemoryError("injected"),
        () -> new InterruptedException("injected, and not declared"));
  }

  /** Takes a checkpoint; returns why it was not completed, or {@code null}. */
  private static @Nullable Throwable checkpoint(CheckpointCoordinator coordinator, Subtask source) {
    try {
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      try {
        boolean unused = source.snapshotIfPending();
      } catch (Throwable e) {
        assertThat(future.isDone()).as("an end after %s", e).isTrue();
      }
      return future.handle((completed, thrown) -> thrown).join();
    } catch (Throwable e) {
      return e;
    }
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void anyCallThrows_theNextCheckpointCompletes(Supplier<Throwable> thrown) {
    ThrowingTimer timer = new ThrowingTimer(thrown);
    List<Long> ended = new ArrayList<>();
    CheckpointListener listener =
        new CheckpointListener() {
          @Override
          public void completed(CompletedCheckpoint checkpoint) {
            ended.add(checkpoint.id());
          }

          @Override
          public void aborted(long checkpointId, Throwable cause) {
            ended.add(checkpointId);
          }
        };
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(MemoryCheckpointStorage.create())
                .timer(timer)
                .interval(Duration.ofMinutes(1))
                .executor(Runnable::run)
                .cleanUpExecutor(Runnable::run)
                .listener(listener)
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).update(List.of(1L));
      coordinator.start();
      int failureCount = 0;
      boolean hasThrown = true;
      for (int answers = 0; hasThrown; answers++) {
        for (int i = 0; i < FAILURE_COUNT; i++) {
          timer.throwAfter(answers);
          boolean isFailed = checkpoint(coordinator, source) != null;
          hasThrown = timer.hasThrown();
          failureCount += isFailed ? 1 : 0;
          assertThat(isFailed && !hasThrown).as("failed though nothing was thrown").isFalse();
        }
        assertThat(checkpoint(coordinator, source))
            .as("after a timer that throws at call %d", answers)
            .isNull();
        assertThat(timer.scheduledCount()).as("the next trigger").isEqualTo(1);
      }
      assertThat(failureCount).isGreaterThan(4 * FAILURE_COUNT);
      assertThat(ended).doesNotHaveDuplicates();
    }
  }
}
