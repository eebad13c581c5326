// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** State of p subtasks becomes state of q subtasks: nothing lost, nothing twice. */
public abstract class RescaleContract extends BackendContract {
  private static final int KEY_COUNT = 300;
  private static final int PARALLELISM_MAX = 8;
  private static final ValueStateDescriptor<Long> VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<Integer, String> MAP =
      MapStateDescriptor.of("map", Serializers.INT, Serializers.STRING);
  private static final ReducingStateDescriptor<Long> WINDOW_SUM =
      ReducingStateDescriptor.of("window sum", Long::sum, Serializers.LONG);

  /** Creates the contract, for one test. */
  protected RescaleContract() {}

  /**
   * Returns up to how many subtasks are tried in every build, from each number to each; by default
   * 8, as in the tests that are tagged {@code slow}. A backend that takes long to open tries fewer.
   *
   * @return a number, 2 or more
   */
  protected int parallelismInBuild() {
    return PARALLELISM_MAX;
  }

  @TestFactory
  final Stream<DynamicTest> rescale_fromEachToEach() {
    return pairs(parallelismInBuild());
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> rescale_fromEachToEachOfEight() {
    return pairs(PARALLELISM_MAX);
  }

  private Stream<DynamicTest> pairs(int parallelismMax) {
    return IntStream.rangeClosed(1, parallelismMax)
        .boxed()
        .flatMap(
            from ->
                IntStream.rangeClosed(1, parallelismMax)
                    .mapToObj(to -> dynamicTest(from + " to " + to, () -> rescale(from, to))));
  }

  private void rescale(int from, int to) {
    // Closed at once: 64 tests share the memory of one backend.
    try (TestOperator<Long> operator = new TestOperator<>(backend(), Serializers.LONG, from)) {
      for (long key = 0; key < KEY_COUNT; key++) {
        KeyedStateBackend<Long> keyed = operator.at(key);
        keyed.value(VALUE).update(key);
        keyed.list(LIST).addAll(List.of("first", "of " + key));
        keyed.map(MAP).put((int) key, "once");
        keyed.map(MAP).put(-1, "mine is " + key);
        keyed.reducing(WINDOW_SUM, Serializers.LONG).in(key % 5).add(key);
      }
      operator.restart(backend(), to);
      assertHoldsAll(operator, "from %d to %d".formatted(from, to), 0);

      for (long key = 0; key < KEY_COUNT; key++) {
        operator.at(key).reducing(WINDOW_SUM, Serializers.LONG).in(key % 5).add(1L);
      }
      operator.restart(backend(), from);
      assertHoldsAll(operator, "from %d to %d and back".formatted(from, to), 1);
    }
  }

  private static void assertHoldsAll(TestOperator<Long> operator, String when, long added) {
    for (long key = 0; key < KEY_COUNT; key++) {
      KeyedStateBackend<Long> keyed = operator.at(key);
      assertThat(keyed.value(VALUE).value()).as("value of %d, %s", key, when).isEqualTo(key);
      assertThat(keyed.list(LIST).get())
          .as("list of %d, %s", key, when)
          .containsExactly("first", "of " + key);
      assertThat(keyed.map(MAP).get((int) key)).as("map of %d, %s", key, when).isEqualTo("once");
      assertThat(keyed.map(MAP).get(-1)).as("map of %d, %s", key, when).isEqualTo("mine is " + key);
      assertThat(keyed.reducing(WINDOW_SUM, Serializers.LONG).in(key % 5).get())
          .as("sum of %d in window %d, %s", key, key % 5, when)
          .isEqualTo(key + added);
    }
    for (StateDescriptor descriptor : List.of(VALUE, LIST, MAP, WINDOW_SUM)) {
      long entryCount = 0;
      for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
        entryCount += operator.keyed(subtask).entryCount(descriptor);
      }
      assertThat(entryCount)
          .as("entries of %s in all subtasks, %s", descriptor, when)
          .isEqualTo(KEY_COUNT);
    }
    List<Long> keys = new ArrayList<>();
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      try (Stream<Long> own = operator.keyed(subtask).keys(VALUE)) {
        own.forEach(keys::add);
      }
    }
    assertThat(keys)
        .as("keys of all subtasks, %s: each in one subtask", when)
        .hasSize(KEY_COUNT)
        .doesNotHaveDuplicates();
  }

  @Test
  final void setCurrentKey_ofAnotherSubtask() {
    TestOperator<Long> operator = start(Serializers.LONG, 2);
    operator.at(1L);
    int owner = operator.keyed(0).keyGroupRange().contains(keyGroupOf(operator, 1L)) ? 0 : 1;
    KeyedStateBackend<Long> other = operator.keyed(1 - owner);

    assertThatThrownBy(() -> other.setCurrentKey(1L))
        .as("a key that belongs to the other subtask")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keyGroup");
  }

  private static int keyGroupOf(TestOperator<Long> operator, long key) {
    return operator.at(key).currentKeyGroup();
  }
}
