// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.Fault.Effect;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.FileCall.Operation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** State comes back from a checkpoint as it was when that was taken, and goes on from there. */
public abstract class RestoreContract extends BackendContract {
  private static final ValueStateDescriptor<String> VALUE =
      ValueStateDescriptor.of("value", Serializers.STRING);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<String, Long> MAP =
      MapStateDescriptor.of("map", Serializers.STRING, Serializers.LONG);
  private static final ReducingStateDescriptor<Long> SUM =
      ReducingStateDescriptor.of("sum", Long::sum, Serializers.LONG);
  private static final AggregatingStateDescriptor<Integer, List<Long>, Double> MEAN =
      AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG));
  private static final ValueStateDescriptor<String> WINDOW =
      ValueStateDescriptor.of("window", Serializers.STRING);
  private static final List<Consumer<KeyedStateBackend<String>>> DECLARATIONS =
      List.of(
          keyed -> keyed.value(VALUE),
          keyed -> keyed.list(LIST),
          keyed -> keyed.map(MAP),
          keyed -> keyed.value(WINDOW, Serializers.INT));
  private static final int KEY_COUNT = 100;

  private TestOperator<String> operator;

  /** Creates the contract, for one test. */
  protected RestoreContract() {}

  @BeforeEach
  final void fillState() {
    operator = start(1);
    for (int i = 0; i < KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      keyed.value(VALUE).update("v" + i);
      keyed.list(LIST).addAll(List.of("e" + i, "f"));
      keyed.map(MAP).putAll(Map.of("u", (long) i, "w" + i, -1L));
      keyed.reducing(SUM).add((long) i);
      keyed.aggregating(MEAN).add(i);
      keyed.value(WINDOW, Serializers.INT).in(i % 3).update("w" + i);
    }
  }

  private void assertAsFilled(String when) {
    for (int i = 0; i < KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      assertThat(keyed.value(VALUE).value()).as("value of key-%d %s", i, when).isEqualTo("v" + i);
      assertThat(keyed.list(LIST).get())
          .as("list of key-%d %s", i, when)
          .containsExactly("e" + i, "f");
      assertThat(keyed.map(MAP))
          .as("map of key-%d %s", i, when)
          .containsExactlyInAnyOrder(Map.entry("u", (long) i), Map.entry("w" + i, -1L));
      assertThat(keyed.reducing(SUM).get()).as("sum of key-%d %s", i, when).isEqualTo(i);
      assertThat(keyed.aggregating(MEAN).get()).as("mean of key-%d %s", i, when).isEqualTo(i);
      for (int window = 0; window < 3; window++) {
        assertThat(keyed.value(WINDOW, Serializers.INT).in(window).value())
            .as("value of key-%d in window %d %s", i, window, when)
            .isEqualTo(i % 3 == window ? "w" + i : null);
      }
    }
    for (var descriptor : List.of(VALUE, LIST, MAP, SUM, MEAN, WINDOW)) {
      assertThat(operator.keyed().entryCount(descriptor))
          .as("entries of %s %s", descriptor, when)
          .isEqualTo(KEY_COUNT);
    }
  }

  @Test
  final void restore_everyKindOfState() {
    operator.restart(backend(), 1);

    assertAsFilled("after restoring");
  }

  /** A state whose reading fails while it is declared can be declared again. */
  @Test
  final void restore_readingFailsOnceWhileStatesAreDeclared() {
    restoreWithFault(() -> Effect.ERROR);
  }

  @Test
  final void restore_threadIsInterruptedWhileStatesAreDeclared() {
    restoreWithFault(
        () -> {
          Thread.currentThread().interrupt();
          return Effect.NONE;
        });
  }

  /**
   * Restores a savepoint, which is portable on all engines, with a fault at one read after another.
   */
  private void restoreWithFault(Supplier<Effect> faultOfOneRead) {
    FaultFileSystem files = FaultFileSystem.create();
    String savepoint;
    try (CheckpointStorage storage = FileCheckpointStorage.open(files.getPath("/state"));
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      KeyedStateBackend<String> keyed = subtask.keyed(backend(), Serializers.STRING);
      for (int i = 0; i < KEY_COUNT; i++) {
        keyed.setCurrentKey("key-" + i);
        keyed.value(VALUE).update("v" + i);
        keyed.list(LIST).addAll(List.of("e" + i, "f"));
        keyed.map(MAP).put("u", (long) i);
        keyed.value(WINDOW, Serializers.INT).in(i % 3).update("w" + i);
      }
      CompletableFuture<CompletedCheckpoint> completed = coordinator.savepoint("s");
      subtask.snapshotIfPending();
      savepoint = completed.join().directory();
    }
    int failures = 0;
    // Far apart, so that a few tries meet the first reads of a table and such in its midst.
    for (int read = 1; read <= 200; read += 13) {
      if (declareWithFault(files, savepoint, read, faultOfOneRead)) {
        failures++;
      }
    }
    assertThat(failures).as("declarations that failed at first").isPositive();
  }

  private boolean declareWithFault(
      FaultFileSystem files, String savepoint, int faultyRead, Supplier<Effect> fault) {
    try (CheckpointStorage storage = FileCheckpointStorage.open(files.getPath("/state"));
        CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).restoreFrom(storage, savepoint).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      KeyedStateBackend<String> keyed = subtask.keyed(backend(), Serializers.STRING);
      keyed.setCurrentKey("key-0");
      int[] reads = {0};
      files.setFault(
          call ->
              call.operation() == Operation.READ && ++reads[0] == faultyRead
                  ? fault.get()
                  : Effect.NONE);
      boolean failed = false;
      for (Consumer<KeyedStateBackend<String>> declaration : DECLARATIONS) {
        try {
          declaration.accept(keyed);
        } catch (StateIoException e) {
          failed = true;
          boolean unused = Thread.interrupted();
          declaration.accept(keyed);
        }
      }
      boolean unused = Thread.interrupted();
      files.setFault(Fault.none());
      for (int i = 0; i < KEY_COUNT; i++) {
        keyed.setCurrentKey("key-" + i);
        String when = "of key-%d, fault at read %d".formatted(i, faultyRead);
        assertThat(keyed.value(VALUE).value()).as("value %s", when).isEqualTo("v" + i);
        assertThat(keyed.list(LIST).get()).as("list %s", when).containsExactly("e" + i, "f");
        assertThat(keyed.map(MAP)).as("map %s", when).containsExactly(Map.entry("u", (long) i));
        assertThat(keyed.value(WINDOW, Serializers.INT).in(i % 3).value()).isEqualTo("w" + i);
      }
      for (var descriptor : List.of(VALUE, LIST, MAP, WINDOW)) {
        assertThat(keyed.entryCount(descriptor))
            .as("entries of %s, fault at read %d", descriptor, faultyRead)
            .isEqualTo(KEY_COUNT);
      }
      return failed;
    } finally {
      files.setFault(Fault.none());
    }
  }

  @Test
  final void restore_severalTimes() {
    for (int i = 0; i < 3; i++) {
      operator.restart(backend(), 1);
    }

    assertAsFilled("after restoring what was restored");
  }

  @Test
  final void restore_changesAfterTheCheckpointAreGone() {
    operator.checkpoint();
    for (int i = 0; i < 2 * KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      keyed.value(VALUE).update("too late");
      keyed.list(LIST).add("too late");
      keyed.map(MAP).clear();
      keyed.reducing(SUM).add(1_000L);
    }
    operator.restore(backend(), 1);

    assertAsFilled("as of the checkpoint");
  }

  @Test
  final void restore_changesWhileTheCheckpointWasWrittenAreGone() {
    CompletableFuture<CompletedCheckpoint> completed = operator.beginCheckpoint();
    for (int i = 0; i < KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      keyed.value(VALUE).update("too late");
      keyed.list(LIST).clear();
      keyed.map(MAP).put("u", -2L);
      keyed.map(MAP).put("new", -2L);
      keyed.aggregating(MEAN).add(1_000);
    }
    completed.join();
    operator.restore(backend(), 1);

    assertAsFilled("as of the synchronous part of the checkpoint");
  }

  @Test
  final void restore_checkpointsFailedBeforeAGoodOne() {
    long lastId = operator.checkpoint().id();
    for (int failed = 1; failed <= 3; failed++) {
      operator.spoilCheckpoint(lastId + failed);
      KeyedStateBackend<String> keyed = operator.at("key-" + failed);
      keyed.value(VALUE).update("changed");
      keyed.list(LIST).clear();
      keyed.map(MAP).put("changed", 0L);
      assertThatThrownBy(operator::checkpoint)
          .as("a checkpoint that cannot be written")
          .hasCauseInstanceOf(StateException.class);
      keyed.value(VALUE).update("v" + failed);
      keyed.list(LIST).addAll(List.of("e" + failed, "f"));
      keyed.map(MAP).remove("changed");
    }
    operator.restart(backend(), 1);

    assertAsFilled("after checkpoints that failed, and one that did not");
  }

  @Test
  final void restore_failedCheckpointLeavesTheOneBefore() {
    operator.spoilCheckpoint(operator.checkpoint().id() + 1);
    operator.at("key-1").value(VALUE).update("too late");
    assertThatThrownBy(operator::checkpoint).hasCauseInstanceOf(StateException.class);
    operator.restore(backend(), 1);

    assertAsFilled("as of the checkpoint before the failed one");
  }

  @Test
  final void restore_removedStaysRemoved() {
    operator.restart(backend(), 1);
    KeyedStateBackend<String> keyed = operator.at("key-7");
    keyed.value(VALUE).clear();
    keyed.list(LIST).clear();
    keyed.map(MAP).remove("u");
    operator.restart(backend(), 1);
    keyed = operator.at("key-7");

    assertThat(keyed.value(VALUE).value()).as("value that was cleared").isNull();
    assertThat(keyed.list(LIST).get()).as("list that was cleared").isEmpty();
    assertThat(keyed.map(MAP))
        .as("map of which one was removed")
        .containsExactly(Map.entry("w7", -1L));
  }

  @Test
  final void restore_goesOn() {
    operator.restart(backend(), 1);
    KeyedStateBackend<String> keyed = operator.at("key-8");
    keyed.list(LIST).add("g");
    keyed.map(MAP).put("u", 80L);
    keyed.reducing(SUM).add(2L);
    keyed.aggregating(MEAN).add(10);

    assertThat(keyed.list(LIST).get()).as("list").containsExactly("e8", "f", "g");
    assertThat(keyed.map(MAP).get("u")).as("value of a map").isEqualTo(80L);
    assertThat(keyed.reducing(SUM).get()).as("sum").isEqualTo(10L);
    assertThat(keyed.aggregating(MEAN).get()).as("mean").isEqualTo(9.0);
  }

  @Test
  final void restore_undeclaredStateIsCarriedOn() {
    for (int i = 0; i < 3; i++) {
      operator.restart(backend(), 1);
      operator.at("key-1").value(ValueStateDescriptor.of("another", Serializers.INT)).update(i);
    }

    assertAsFilled("after three restarts that did not declare it");
  }

  @Test
  final void restore_intoStateDeclaredEmptyBefore() {
    ListStateDescriptor<String> unused = ListStateDescriptor.of("unused", Serializers.STRING);
    operator.keyed().list(unused);
    operator.restart(backend(), 1);
    operator.keyed().list(unused);

    assertThat(operator.keyed().entryCount(unused)).as("entries of an empty state").isZero();
    assertAsFilled("next to an empty state");
  }

  @Test
  final void restore_anotherKind() {
    operator.restart(backend(), 1);

    assertThatThrownBy(
            () -> operator.keyed().list(ListStateDescriptor.of("value", Serializers.STRING)))
        .as("declaring a value state as a list")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContainingAll("value", "VALUE", "LIST");
    assertThatThrownBy(
            () -> operator.keyed().value(ValueStateDescriptor.of("sum", Serializers.LONG)))
        .as("declaring a reducing state as a value state")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContainingAll("sum", "REDUCING", "VALUE");
    assertAsFilled("after it was declared wrongly, and refused");
  }

  @Test
  final void restore_anotherTypeOfValue() {
    operator.restart(backend(), 1);

    assertThatThrownBy(
            () -> operator.keyed().value(ValueStateDescriptor.of("value", Serializers.UUID)))
        .as("declaring a state of strings as one of UUIDs")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("'value'");
    assertAsFilled("after it was declared wrongly, and refused");
  }

  @Test
  final void restore_anotherTypeOfNamespace() {
    operator.restart(backend(), 1);

    assertThatThrownBy(() -> operator.keyed().value(WINDOW, Serializers.STRING))
        .as("declaring a state with another type of namespaces")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContainingAll("window", "namespace");
    assertAsFilled("after it was declared wrongly, and refused");
  }

  @Test
  final void restore_anotherMaxParallelism() {
    operator.checkpoint();

    assertThatThrownBy(() -> operator.restoreWithMaxParallelism(backend(), 64))
        .as("restoring with another number of key groups, which moves keys")
        .isInstanceOfAny(StateException.class, IllegalArgumentException.class)
        .hasMessageContainingAll(Integer.toString(TestOperator.MAX_PARALLELISM), "64");
  }
}
