// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keyed state belongs to the thread that first used it, until that hands it over. */
public abstract class OwnerContract extends BackendContract {
  private static final ValueStateDescriptor<Long> VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);

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
