// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Some subtasks declare a state and others do not: nothing is lost and nothing comes twice, however
 * often the operator is restarted, with whatever number of subtasks, from checkpoints, which an
 * engine may write in a format of its own, and from savepoints.
 */
public abstract class UndeclaredStateContract extends BackendContract {
  private static final int KEY_COUNT = 60;
  private static final int PARALLELISM_MAX = 3;

  /** In every build one case out of this number is tried, another one for each module that asks. */
  private static final int STRIDE = 61;

  private static final ValueStateDescriptor<Integer> ALWAYS =
      ValueStateDescriptor.of("always", Serializers.INT);
  private static final ValueStateDescriptor<Integer> VALUE =
      ValueStateDescriptor.of("value", Serializers.INT);
  private static final ValueStateDescriptor<Long> WIDER_VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);
  private static final ListStateDescriptor<Long> LIST =
      ListStateDescriptor.of("list", Serializers.LONG);
  private static final MapStateDescriptor<Integer, String> MAP =
      MapStateDescriptor.of("map", Serializers.INT, Serializers.STRING);
  private static final ListStateDescriptor<String> SPLIT =
      ListStateDescriptor.of("split", Serializers.STRING);
  private static final ListStateDescriptor<Integer> UNION =
      ListStateDescriptor.of("union", Serializers.INT);

  /** Creates the contract, for one test. */
  protected UndeclaredStateContract() {}

  /** How an operator is restarted. */
  private enum Way {
    CHECKPOINT,
    SAVEPOINT
  }

  /**
   * One case: subtasks {@code first} of {@code p} declare the states and write them, {@code second}
   * of {@code q} declare them and only read them, and all of {@code r} must find them.
   *
   * @param first a bit for each subtask that declares the states
   * @param second the same after the first restart
   */
  private record Case(int p, int first, int q, int second, int r, Way way, Way secondWay) {

    static Stream<Case> all() {
      List<Case> cases = new ArrayList<>();
      for (int p = 1; p <= PARALLELISM_MAX; p++) {
        for (int first = 1; first < 1 << p; first++) {
          for (int q = 1; q <= PARALLELISM_MAX; q++) {
            for (int second = 0; second < 1 << q; second++) {
              for (int r = 1; r <= PARALLELISM_MAX; r++) {
                for (Way way : Way.values()) {
                  for (Way secondWay : Way.values()) {
                    cases.add(new Case(p, first, q, second, r, way, secondWay));
                  }
                }
              }
            }
          }
        }
      }
      return cases.stream();
    }

    boolean writes(int subtask) {
      return (first >> subtask & 1) != 0;
    }

    boolean reads(int subtask) {
      return (second >> subtask & 1) != 0;
    }

    @Override
    public String toString() {
      return "%d (declared by %s) %s %d (declared by %s) %s %d"
          .formatted(
              p,
              Integer.toBinaryString(first),
              way,
              q,
              Integer.toBinaryString(second),
              secondWay,
              r);
    }
  }

  /**
   * Returns which of {@value #STRIDE} parts of all cases is tried in every build. All are tried in
   * the tests that are tagged {@code slow}.
   *
   * @return a number
   */
  protected int partInBuild() {
    return 0;
  }

  @TestFactory
  final Stream<DynamicTest> declaredBySome_sample() {
    List<Case> all = Case.all().toList();
    List<Case> sample = new ArrayList<>();
    for (int i = Math.floorMod(partInBuild(), STRIDE); i < all.size(); i += STRIDE) {
      sample.add(all.get(i));
    }
    return tests(sample.stream());
  }

  @TestFactory
  @Tag("slow")
  final Stream<DynamicTest> declaredBySome_all() {
    return tests(Case.all());
  }

  private Stream<DynamicTest> tests(Stream<Case> cases) {
    return cases.map(one -> dynamicTest(one.toString(), () -> run(one)));
  }

  private void run(Case one) {
    // Closed at once: all cases share the memory of one backend.
    try (TestOperator<Long> operator = new TestOperator<>(backend(), Serializers.LONG, one.p)) {
      Set<Long> written = write(one, operator);
      List<String> split = new ArrayList<>();
      List<Integer> union = new ArrayList<>();
      for (int subtask = 0; subtask < one.p; subtask++) {
        if (one.writes(subtask)) {
          for (int i = 0; i < 3 + subtask; i++) {
            split.add(subtask + "." + i);
            operator.operatorState(subtask).splitList(SPLIT).add(subtask + "." + i);
          }
          union.add(subtask);
          operator.operatorState(subtask).unionList(UNION).add(subtask);
        }
      }

      restart(operator, one.way, one.q);
      for (int subtask = 0; subtask < one.q; subtask++) {
        if (one.reads(subtask)) {
          declare(operator.keyed(subtask));
          operator.operatorState(subtask).splitList(SPLIT);
        }
      }
      for (long key = 0; key < KEY_COUNT; key++) {
        if (one.reads(operator.subtaskOf(key))) {
          assertHolds(operator.at(key), key, written.contains(key), "after the first restart");
        }
      }

      restart(operator, one.secondWay, one.r);
      for (long key = 0; key < KEY_COUNT; key++) {
        KeyedStateBackend<Long> keyed = operator.at(key);
        assertHolds(keyed, key, written.contains(key), "after the second restart");
        assertThat(keyed.value(ALWAYS).value()).as("value of %d", key).isEqualTo((int) key);
      }
      List<String> actual = new ArrayList<>();
      for (int subtask = 0; subtask < one.r; subtask++) {
        actual.addAll(operator.operatorState(subtask).splitList(SPLIT).get());
      }
      assertThat(actual).as("split list of all subtasks in their order").isEqualTo(split);
      assertThat(operator.operatorState(0).unionList(UNION).get())
          .as("union list, which no subtask declared meanwhile")
          .isEqualTo(union);
    }
  }

  private static Set<Long> write(Case one, TestOperator<Long> operator) {
    Set<Long> written = new HashSet<>();
    for (long key = 0; key < KEY_COUNT; key++) {
      KeyedStateBackend<Long> keyed = operator.at(key);
      keyed.value(ALWAYS).update((int) key);
      if (one.writes(operator.subtaskOf(key))) {
        keyed.value(VALUE).update((int) -key);
        keyed.list(LIST).addAll(List.of(key, 1L, 2L));
        keyed.map(MAP).putAll(Map.of(1, "one", 2, "of " + key));
        written.add(key);
      }
    }
    return written;
  }

  private static void declare(KeyedStateBackend<Long> keyed) {
    keyed.value(VALUE);
    keyed.list(LIST);
    keyed.map(MAP);
  }

  private static void assertHolds(
      KeyedStateBackend<Long> keyed, long key, boolean isWritten, String when) {
    assertThat(keyed.value(VALUE).value())
        .as("value of %d %s", key, when)
        .isEqualTo(isWritten ? (Integer) (int) -key : null);
    assertThat(keyed.list(LIST).get())
        .as("list of %d %s", key, when)
        .isEqualTo(isWritten ? List.of(key, 1L, 2L) : List.of());
    assertThat(keyed.map(MAP).get(2))
        .as("map of %d %s", key, when)
        .isEqualTo(isWritten ? "of " + key : null);
  }

  private void restart(TestOperator<Long> operator, Way way, int parallelism) {
    if (way == Way.CHECKPOINT) {
      operator.restart(backend(), parallelism);
    } else {
      operator.moveTo(backend(), parallelism);
    }
  }

  @Test
  final void migratedBySome_checkpoint() {
    migratedBySome(Way.CHECKPOINT, 2);
  }

  @Test
  final void migratedBySome_savepoint() {
    migratedBySome(Way.SAVEPOINT, 2);
  }

  @Test
  final void migratedBySome_savepointAtAnotherParallelism() {
    migratedBySome(Way.SAVEPOINT, 3);
  }

  /** One subtask writes a state in its new form, the other one carries the old form on. */
  private void migratedBySome(Way way, int parallelism) {
    TestOperator<Long> operator = start(Serializers.LONG, 2);
    for (long key = 0; key < KEY_COUNT; key++) {
      operator.at(key).value(VALUE).update((int) key);
    }
    operator.restart(backend(), 2);
    operator.keyed(0).value(WIDER_VALUE);
    restart(operator, way, parallelism);
    for (long key = 0; key < KEY_COUNT; key++) {
      assertThat(operator.at(key).value(WIDER_VALUE).value())
          .as("value of %d, of which some subtasks had the old form", key)
          .isEqualTo(key);
    }
  }

  @Test
  final void migrated_bySubtaskWithoutTheState() {
    TestOperator<Long> operator = start(Serializers.LONG, 2);
    for (long key = 0; key < KEY_COUNT; key++) {
      operator.at(key).value(ALWAYS).update(0);
      if (operator.subtaskOf(key) == 0) {
        operator.at(key).value(VALUE).update((int) key);
      }
    }
    operator.restart(backend(), 2);
    for (long key = 0; key < KEY_COUNT; key++) {
      assertThat(operator.at(key).value(WIDER_VALUE).value())
          .as("value of %d, which only the first subtask had", key)
          .isEqualTo(operator.subtaskOf(key) == 0 ? (Long) key : null);
    }
  }

  @Test
  final void dropped_whereOnlySomeHaveTheState() {
    TestOperator<Long> operator = start(Serializers.LONG, 2);
    for (long key = 0; key < KEY_COUNT; key++) {
      operator.at(key).value(ALWAYS).update(1);
      if (operator.subtaskOf(key) == 1) {
        operator.at(key).value(VALUE).update((int) key);
      }
    }
    operator.checkpoint();
    operator.restoreWithoutState(backend(), VALUE.name());
    for (long key = 0; key < KEY_COUNT; key++) {
      assertThat(operator.at(key).value(ALWAYS).value()).isEqualTo(1);
      assertThat(operator.at(key).value(VALUE).value()).as("value of %d", key).isNull();
    }
  }
}
