// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keyed state belongs to the thread that first set a key, until that hands it over. */
public abstract class OwnerContract extends BackendContract {
  private static final ValueStateDescriptor<Long> VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);

  private static final ListStateDescriptor<Long> LIST =
      ListStateDescriptor.of("list", Serializers.LONG);

  private TestOperator<String> operator;

  /** Creates the contract, for one test. */
  protected OwnerContract() {}

  @BeforeEach
  final void useState() {
    operator = start(1);
    operator.at("a").value(VALUE).update(1L);
  }

  private static void inAnotherThread(Runnable task) {
    CompletableFuture.runAsync(task).join();
  }

  private static void assertIsRefused(Runnable task) {
    assertThatThrownBy(() -> inAnotherThread(task))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two threads")
        .hasMessageContaining(Thread.currentThread().getName());
  }

  @Test
  final void setCurrentKey_byAnotherThread() {
    assertIsRefused(() -> operator.keyed().setCurrentKey("b"));
    assertThat(operator.keyed().value(VALUE).value()).isEqualTo(1L);
  }

  @Test
  final void setCurrentKey_withKeyGroupByAnotherThread() {
    assertIsRefused(() -> operator.keyed().setCurrentKey("b", 1));
  }

  @Test
  final void declare_byAnotherThread() {
    assertIsRefused(() -> operator.keyed().value(VALUE));
    assertIsRefused(() -> operator.keyed().list(LIST, Serializers.INT));
  }

  @Test
  final void clearCurrentKey_byAnotherThread() {
    assertIsRefused(() -> operator.keyed().clearCurrentKey());
    assertThat(operator.keyed().value(VALUE).value()).isEqualTo(1L);
  }

  @Test
  final void mergeNamespaces_byAnotherThread() {
    NamespacedState<Integer, ListState<Long>> lists = operator.keyed().list(LIST, Serializers.INT);
    lists.in(1).add(1L);
    assertIsRefused(() -> operator.keyed().mergeNamespaces(lists, 2, List.of(1)));
    assertThat(lists.in(1).get()).containsExactly(1L);
  }

  @Test
  final void keys_byAnotherThread() {
    NamespacedState<Integer, ListState<Long>> lists = operator.keyed().list(LIST, Serializers.INT);
    assertIsRefused(() -> operator.keyed().keys(VALUE).close());
    assertIsRefused(() -> operator.keyed().keys(lists, 1).close());
    assertIsRefused(() -> operator.keyed().entryCount(VALUE));
  }

  @Test
  final void snapshot_byAnotherThread() {
    var checkpoint = operator.trigger();
    assertIsRefused(operator::takeSnapshots);
    assertThat(checkpoint).as("a checkpoint that awaits the owner's snapshot").isNotDone();
    operator.takeSnapshots();
    assertThat(checkpoint.join().id()).isPositive();
  }

  @Test
  final void handOver_anotherThreadGoesOn() {
    operator.handOver();
    inAnotherThread(() -> operator.at("a").value(VALUE).update(2L));
    assertThatThrownBy(() -> operator.keyed().setCurrentKey("a"))
        .as("the former owner")
        .isInstanceOf(IllegalStateException.class);
    operator.handOver();
    assertThat(operator.at("a").value(VALUE).value()).isEqualTo(2L);
  }
}
