// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A store with many more states than a program has as a rule: they are only slower together. */
public abstract class ManyStatesContract extends BackendContract {
  private static final int STATES = 1_500;
  private static final int STATES_TO_RESCALE = 60;
  private static final long KEYS = 40;

  /** Creates the contract, for one test. */
  protected ManyStatesContract() {}

  private static ValueStateDescriptor<Long> value(int state) {
    return ValueStateDescriptor.of("value " + state, Serializers.LONG);
  }

  private static ListStateDescriptor<String> list(int state) {
    return ListStateDescriptor.of("list " + state, Serializers.STRING);
  }

  private static MapStateDescriptor<String, Long> map(int state) {
    return MapStateDescriptor.of("map " + state, Serializers.STRING, Serializers.LONG);
  }

  private static ReducingStateDescriptor<Long> sum(int state) {
    return ReducingStateDescriptor.of("sum " + state, Long::sum, Serializers.LONG);
  }

  @Test
  final void states_ofOneStore_checkpointedAndRestored() {
    TestOperator<Long> operator = start(Serializers.LONG, 1);
    for (long round = 0; round < 2; round++) {
      for (int state = 0; state < STATES; state++) {
        operator.at((long) state % KEYS).value(value(state)).update(state + round);
      }
      operator.restart(backend(), 1);
    }
    for (int state = 0; state < STATES; state++) {
      assertThat(operator.at((long) state % KEYS).value(value(state)).value())
          .as("state %d", state)
          .isEqualTo(state + 1L);
      assertThat(operator.at((state + 1L) % KEYS).value(value(state)).value())
          .as("state %d, of a key that has none", state)
          .isNull();
    }
  }

  /** Subtasks need not declare their states in one order, nor all of them. */
  @Test
  final void states_declaredInAnotherOrderByEachSubtask_rescaled() {
    TestOperator<Long> operator = start(Serializers.LONG, 3);
    declare(operator.keyed(0), IntStream.range(0, STATES_TO_RESCALE));
    declare(
        operator.keyed(1),
        IntStream.range(0, STATES_TO_RESCALE).map(state -> STATES_TO_RESCALE - 1 - state));
    write(operator);
    for (int parallelism : new int[] {2, 5, 1, 3}) {
      operator.restart(backend(), parallelism);
      assertHoldsAll(operator, parallelism);
    }
  }

  private static void declare(KeyedStateBackend<Long> keyed, IntStream states) {
    states.forEach(
        state -> {
          keyed.value(value(state));
          keyed.list(list(state));
          keyed.map(map(state));
          keyed.reducing(sum(state), Serializers.INT);
        });
  }

  private static void write(TestOperator<Long> operator) {
    for (long key = 0; key < KEYS; key++) {
      for (int state = 0; state < STATES_TO_RESCALE; state++) {
        KeyedStateBackend<Long> keyed = operator.at(key);
        keyed.value(value(state)).update(key * state);
        keyed.list(list(state)).addAll(List.of("first", "of " + key, "and " + state));
        keyed.map(map(state)).put("key", key);
        keyed.map(map(state)).put("state", (long) state);
        keyed.reducing(sum(state), Serializers.INT).in(state % 3).add(key);
      }
    }
  }

  private static void assertHoldsAll(TestOperator<Long> operator, int parallelism) {
    for (long key = 0; key < KEYS; key++) {
      for (int state = 0; state < STATES_TO_RESCALE; state++) {
        KeyedStateBackend<Long> keyed = operator.at(key);
        String of = "of %d in state %d, %d subtasks".formatted(key, state, parallelism);
        assertThat(keyed.value(value(state)).value()).as("value " + of).isEqualTo(key * state);
        assertThat(keyed.list(list(state)).get())
            .as("list " + of)
            .containsExactly("first", "of " + key, "and " + state);
        assertThat(keyed.map(map(state)).get("key")).as("map " + of).isEqualTo(key);
        assertThat(keyed.map(map(state)).get("state")).as("map " + of).isEqualTo((long) state);
        assertThat(keyed.reducing(sum(state), Serializers.INT).in(state % 3).get())
            .as("sum " + of)
            .isEqualTo(key);
      }
    }
    long keyCount = 0;
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      KeyedStateBackend<Long> keyed = operator.keyed(subtask);
      assertThat(keyed.entryCount(value(0))).isEqualTo(keyed.entryCount(map(7)));
      try (Stream<Long> keys = keyed.keys(value(STATES_TO_RESCALE - 1))) {
        keyCount += keys.count();
      }
    }
    assertThat(keyCount).as("keys of all subtasks, %d subtasks", parallelism).isEqualTo(KEYS);
  }

  /** Dropping one of many states removes its entries, and nothing of its neighbours. */
  @Test
  final void states_oneOfThemGivenUp() {
    TestOperator<Long> operator = start(Serializers.LONG, 1);
    int states = 40;
    declare(operator.keyed(), IntStream.range(0, states));
    for (long key = 0; key < KEYS; key++) {
      for (int state = 0; state < states; state++) {
        operator.at(key).value(value(state)).update(key + state);
      }
    }
    operator.checkpoint();
    int last = states - 1;

    operator.restoreWithoutState(backend(), value(last).name());

    for (long key = 0; key < KEYS; key++) {
      assertThat(operator.at(key).value(value(last)).value()).as("dropped, %d", key).isNull();
      assertThat(operator.at(key).value(value(last - 1)).value())
          .as("kept, %d", key)
          .isEqualTo(key + last - 1);
    }
  }
}
