// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CompatibilityReport.Line;
import io.statebackend.core.checkpoint.CompatibilityReport.Verdict;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of state that the next version of a program declares otherwise, or not at all. */
final class CompatibilityCheckTest {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);
  private static final ListStateDescriptor<Integer> OFFSETS =
      ListStateDescriptor.of("offsets", Serializers.INT);
  private static final MapStateDescriptor<String, Integer> RULES =
      MapStateDescriptor.of("rules", Serializers.STRING, Serializers.INT);

  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private final IncrementalEngine engine = new IncrementalEngine("test-1");

  @BeforeEach
  void writeCheckpoint() {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask counter = coordinator.subtask("counter").open();
        Subtask source = coordinator.subtask("source").open()) {
      counter.keyed(engine, Serializers.LONG).value(COUNT);
      source.operatorState().splitList(OFFSETS).add(7);
      source.operatorState().broadcastMap(RULES).put("a", 1);
      checkpoint(coordinator, counter, source);
    }
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private static void checkpoint(CheckpointCoordinator coordinator, Subtask... subtasks) {
    CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
    for (Subtask subtask : subtasks) {
      assertThat(subtask.snapshotIfPending()).isTrue();
    }
    future.join();
  }

  private static Line line(String operatorId, String state, Verdict verdict) {
    return new Line(operatorId, state, verdict, "");
  }

  @Test
  void against_theSameProgram() {
    CompatibilityCheck check = new CompatibilityCheck();
    check.operator("counter").keys(Serializers.LONG).state(COUNT);
    check.operator("source").splitList(OFFSETS).broadcastMap(RULES);

    CompatibilityReport report = check.against(storage);

    assertThat(report.lines())
        .containsExactlyInAnyOrder(
            line("counter", "", Verdict.AS_IS),
            line("counter", "count", Verdict.AS_IS),
            line("source", "offsets", Verdict.AS_IS),
            line("source", "rules", Verdict.AS_IS));
    assertThat(report.isCompatible()).isTrue();
    report.requireCompatible();
  }

  @Test
  void against_theNextVersion() {
    CompatibilityCheck check = new CompatibilityCheck();
    check
        .operator("counter")
        .keys(Serializers.LONG)
        .state(ValueStateDescriptor.of("count", Serializers.BIG_INTEGER))
        .state(ValueStateDescriptor.of("seen", Serializers.LONG), Serializers.INT);
    check.operator("source").dropState("rules");
    check.operator("sink").unionList(OFFSETS);

    CompatibilityReport report = check.against(storage, "chk-1");

    assertThat(report.lines())
        .containsExactlyInAnyOrder(
            line("counter", "", Verdict.AS_IS),
            new Line(
                "counter",
                "count",
                Verdict.AFTER_MIGRATION,
                "the values of state 'count' of operator 'counter' are rewritten: stored int64,"
                    + " declared bigint"),
            line("counter", "seen", Verdict.NEW),
            line("source", "rules", Verdict.DROPPED),
            line("source", "offsets", Verdict.UNDECLARED),
            line("sink", "offsets", Verdict.NEW));
    assertThat(report.isCompatible()).isTrue();
    assertThat(report.toString().lines())
        .hasSize(7)
        .contains("  operator 'counter', keys: AS_IS")
        .contains("  operator 'source', state 'offsets': UNDECLARED");
  }

  @Test
  void against_anIncompatibleVersion() {
    CompatibilityCheck check = new CompatibilityCheck();
    check
        .operator("counter")
        .keys(Serializers.STRING)
        .state(ValueStateDescriptor.of("count", Serializers.STRING));
    check.dropOperator("other");

    CompatibilityReport report = check.against(storage);

    assertThat(report.isCompatible()).isFalse();
    assertThatThrownBy(report::requireCompatible)
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            """
            cannot go on from %s:
            the keys of operator 'counter' cannot be read: stored int64, declared string; the bytes \
            and hashes of keys must stay the same: declare the stored type again, or give the \
            operator another id
            the values of state 'count' of operator 'counter' cannot be read: stored int64, declared \
            string; declare the stored type again, keep the new one under another name, or drop what \
            is stored with dropState("counter", "count")
            operator 'source' is not declared, and every checkpoint would be refused, as it would lose \
            its state: declare it, or drop it with dropOperator("source")\
            """
                .formatted(report.checkpoint()));
  }

  @Test
  void against_isWhatTheProgramMeets() {
    // Each verdict of the check is what the coordinator does with the same declarations.
    ValueStateDescriptor<String> text = ValueStateDescriptor.of("count", Serializers.STRING);
    CompatibilityCheck check = new CompatibilityCheck();
    check.operator("counter").keys(Serializers.LONG).state(text);
    check.dropOperator("source");
    String message =
        check.against(storage).lines().stream()
            .filter(line -> line.verdict() == Verdict.INCOMPATIBLE)
            .findFirst()
            .orElseThrow()
            .message();
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).dropOperator("source").open();
        Subtask counter = coordinator.subtask("counter").open()) {
      var keyed = counter.keyed(engine, Serializers.LONG);
      assertThatThrownBy(() -> keyed.value(text))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessage(message);
      // Nothing was read: the state can still be declared as it was.
      assertThat(keyed.value(COUNT)).isNotNull();
    }
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).dropOperator("source").open();
        Subtask counter = coordinator.subtask("counter").open()) {
      TypeSerializer<Integer> ints = Serializers.INT;
      assertThatThrownBy(() -> counter.keyed(engine, ints))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessage(
              "the keys of operator 'counter' cannot be read: stored int64, declared int32; the"
                  + " bytes and hashes of keys must stay the same: declare the stored type again,"
                  + " or give the operator another id");
    }
  }

  @Test
  void against_noCheckpoint() {
    CompatibilityCheck check = new CompatibilityCheck();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check.against(storage, "savepoint-none"))
        .withMessageContaining("there are [chk-1]");
    try (MemoryCheckpointStorage empty = MemoryCheckpointStorage.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> check.against(empty))
          .withMessageContaining("no complete checkpoint in");
    }
  }

  @Test
  void state_declaredTwice() {
    DeclaredOperator operator = new CompatibilityCheck().operator("counter").state(COUNT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> operator.state(COUNT))
        .withMessage("state 'count' of operator 'counter' is declared twice");
  }

  @Test
  void refuseUndeclared_namesTheStates() {
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage)
                .dropOperator("counter")
                .refuseUndeclared()
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(OFFSETS);
      assertThatThrownBy(coordinator::trigger)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "restored states of operator 'source' are not declared: [rules]; declare them before"
                  + " the first checkpoint, or drop them with dropState(\"source\", ...), or carry"
                  + " them on by leaving out refuseUndeclared()");
      source.operatorState().broadcastMap(RULES);
      checkpoint(coordinator, source);
    }
  }

  @Test
  void dropState_isGoneFromTheNextCheckpoint() {
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage)
                .dropOperator("counter")
                .dropState("source", "rules")
                .dropState("source", "never there")
                .refuseUndeclared()
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(OFFSETS).get()).containsExactly(7);
      checkpoint(coordinator, source);
    }
    CompatibilityCheck check = new CompatibilityCheck();
    check.operator("source").splitList(OFFSETS);
    assertThat(check.against(storage).lines())
        .containsExactly(line("source", "offsets", Verdict.AS_IS));
  }

  @Test
  void dropState_declaredAgain_beginsEmpty() {
    List<String> read = List.of("new");
    ListStateDescriptor<String> texts = ListStateDescriptor.of("offsets", Serializers.STRING);
    try (CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage)
                .dropOperator("counter")
                .dropState("source", "offsets")
                .open();
        Subtask source = coordinator.subtask("source").open()) {
      var list = source.operatorState().splitList(texts);
      assertThat(list.get()).isEmpty();
      list.addAll(read);
      checkpoint(coordinator, source);
    }
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(texts).get()).isEqualTo(read);
    }
  }
}
