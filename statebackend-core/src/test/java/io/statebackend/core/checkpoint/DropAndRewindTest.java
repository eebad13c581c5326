// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Settings that drop state or go back in time, and stay in the program. */
@Timeout(60)
final class DropAndRewindTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();

  private CheckpointCoordinatorBuilder builder() {
    return CheckpointCoordinator.builder(storage);
  }

  private static void end(CompletableFuture<CompletedCheckpoint> future, Subtask source) {
    assertThat(source.snapshotIfPending()).isTrue();
    assertThat(future.join().id()).isPositive();
  }

  /** Runs the program: checks what is restored, and takes one checkpoint per value. */
  private void run(
      UnaryOperator<CheckpointCoordinatorBuilder> settings, List<Long> restored, long... values) {
    try (CheckpointCoordinator coordinator = settings.apply(builder()).open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).isEqualTo(restored);
      for (long value : values) {
        source.operatorState().splitList(POSITIONS).update(List.of(value));
        end(coordinator.trigger(), source);
      }
    }
  }

  private void takeSavepoint(long value) {
    try (CheckpointCoordinator coordinator = builder().startEmpty().open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).update(List.of(value));
      end(coordinator.savepoint("s"), source);
    }
  }

  private void damage(String file) {
    storage.delete(file);
    storage.publish(file, new byte[100]);
  }

  @Test
  void dropState_leftIn_actsOnce() {
    run(builder -> builder, List.of(), 1);
    run(builder -> builder.dropState("source", "positions"), List.of(), 2);
    run(builder -> builder.dropState("source", "positions"), List.of(2L), 3);
    run(builder -> builder.dropState("source", "positions"), List.of(3L));
  }

  @Test
  void dropOperator_thatIsOpened_isAnError() {
    run(builder -> builder, List.of(), 1);
    assertThatThrownBy(() -> run(builder -> builder.dropOperator("source"), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("dropOperator(\"source\")");
    assertThatThrownBy(
            () -> run(builder -> builder.dropOperator("a").dropState("a", "b"), List.of()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void restoreLatestOrFrom_leftIn_goesOnFromTheLatest() {
    takeSavepoint(1);
    UnaryOperator<CheckpointCoordinatorBuilder> settings =
        builder -> builder.restoreLatestOrFrom(storage, "savepoint-s");
    run(settings, List.of(1L), 2);
    run(settings, List.of(2L), 3);
    run(settings, List.of(3L));
  }

  @Test
  void restoreFrom_wouldLoseLaterOnes_isRefusedUnlessAllowed() {
    takeSavepoint(1);
    run(builder -> builder.restoreFrom(storage, "savepoint-s"), List.of(1L), 2, 3);
    assertThatThrownBy(() -> run(builder -> builder.restoreFrom(storage, "savepoint-s"), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("would go back in time")
        .hasMessageContaining("allowRewind()");
    assertThatThrownBy(() -> run(builder -> builder.restoreFrom(2), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[3]");
    run(builder -> builder.restoreFrom(3), List.of(3L));
    run(builder -> builder.restoreFrom(storage, "savepoint-s").allowRewind(), List.of(1L), 4);
    run(builder -> builder, List.of(4L));
  }

  @Test
  void requireLatest_latestIsDamaged_isRefused() {
    run(builder -> builder, List.of(), 1, 2);
    damage("chk-2/_metadata");
    assertThatThrownBy(() -> run(builder -> builder.requireLatest(), List.of()))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("requireLatest()")
        .hasMessageContaining("[1]");
    run(builder -> builder, List.of(1L));
  }

  @Test
  void setters_secondOrContradictingCall_isRefused() {
    assertThatThrownBy(() -> builder().startEmpty().restoreFrom(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("startEmpty()")
        .hasMessageContaining("restoreFrom(1)");
    assertThatThrownBy(() -> builder().retain(1).retain(1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder().executor(Runnable::run).executor(Runnable::run))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder().requireLatest().startEmpty().open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("requireLatest()");
    assertThatThrownBy(() -> builder().region("a").region("a", "b"))
        .isInstanceOf(IllegalStateException.class);
  }
}
