// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompatibilityCheck;
import io.statebackend.core.checkpoint.CompatibilityReport;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.serialization.TypeRef;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The code of the guide on evolution, run. */
final class EvolveStateTest {

  /** The first version of a program. */
  static final class First {
    // tag::first
    record Order(String customer, int cents) {}
    // end::first
  }

  /** The next version. */
  static final class Next {
    // tag::next
    record Order(
        @FormerNames("customer") String buyer,
        long cents,
        @DefaultValue("EUR") String currency,
        Optional<String> voucher) {}
    // end::next
  }

  private static <V> ValueStateDescriptor<V> lastOrder(TypeSerializer<V> serializer) {
    return ValueStateDescriptor.of("last order", serializer);
  }

  private static void runFirst(CheckpointStorage storage) {
    try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = coordinator.subtask("orders").open()) {
      KeyedStateBackend<Long> keyed = subtask.keyed(MemoryStateBackend.create(), Serializers.LONG);
      keyed.setCurrentKey(1L);
      keyed
          .value(lastOrder(Serializers.record(First.Order.class)))
          .update(new First.Order("ann", 250));
      var completed = coordinator.trigger();
      subtask.snapshotIfPending();
      completed.join();
    }
  }

  @Test
  void nextVersion_readsTheState() {
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      runFirst(storage);
      try (CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
          Subtask subtask = coordinator.subtask("orders").open()) {
        KeyedStateBackend<Long> keyed =
            subtask.keyed(MemoryStateBackend.create(), Serializers.LONG);
        keyed.setCurrentKey(1L);
        assertThat(keyed.value(lastOrder(Serializers.record(Next.Order.class))).value())
            .isEqualTo(new Next.Order("ann", 250, "EUR", Optional.empty()));
      }
    }
  }

  @Test
  void check_beforeDeployment() {
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      runFirst(storage);
      ValueStateDescriptor<Next.Order> lastOrder = lastOrder(Serializers.record(Next.Order.class));
      // tag::check
      CompatibilityCheck check = new CompatibilityCheck();
      check.operator("orders").keys(Serializers.LONG).state(lastOrder);
      CompatibilityReport report = check.against(storage);
      report.requireCompatible();
      // end::check
      assertThat(report.lines())
          .extracting(line -> line.verdict().name())
          .containsExactly("AS_IS", "AFTER_MIGRATION");
    }
  }

  @Test
  void check_findsWhatCannotBe() {
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      runFirst(storage);
      CompatibilityCheck check = new CompatibilityCheck();
      check.operator("orders").keys(Serializers.LONG).state(lastOrder(Serializers.STRING));
      assertThatThrownBy(() -> check.against(storage).requireCompatible())
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("the values of state 'last order' of operator 'orders'");
    }
  }

  @Test
  void dropState_beginsAnew() {
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      runFirst(storage);
      // tag::drop
      try (CheckpointCoordinator coordinator =
              CheckpointCoordinator.builder(storage).dropState("orders", "last order").open();
          Subtask subtask = coordinator.subtask("orders").open()) {
        // end::drop
        KeyedStateBackend<Long> keyed =
            subtask.keyed(MemoryStateBackend.create(), Serializers.LONG);
        keyed.setCurrentKey(1L);
        assertThat(keyed.value(lastOrder(Serializers.STRING)).value()).isNull();
        // tag::drop
      }
      // end::drop
    }
  }

  @Test
  void typeRef_capturesGenerics() {
    // tag::types
    TypeSerializer<Map<String, List<Long>>> byType =
        Serializers.of(new TypeRef<Map<String, List<Long>>>() {});
    // end::types
    assertThat(byType.schema()).hasToString("map(string, list(int64))");
  }
}
