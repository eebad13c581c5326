// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State of subtasks: lists dealt out, lists given to all, and maps that all have. */
public abstract class OperatorStateContract extends BackendContract {
  private static final ListStateDescriptor<Integer> SPLIT =
      ListStateDescriptor.of("split", Serializers.INT);
  private static final ListStateDescriptor<Integer> UNION =
      ListStateDescriptor.of("union", Serializers.INT);
  private static final MapStateDescriptor<String, List<Long>> BROADCAST =
      MapStateDescriptor.of("broadcast", Serializers.STRING, Serializers.list(Serializers.LONG));
  private static final ListStateDescriptor<List<Long>> MUTABLE =
      ListStateDescriptor.of("mutable", Serializers.list(Serializers.LONG));

  /** Creates the contract, for one test. */
  protected OperatorStateContract() {}

  private static Map<String, List<Long>> content(MapState<String, List<Long>> state) {
    Map<String, List<Long>> content = new HashMap<>();
    state.forEach(entry -> content.put(entry.getKey(), entry.getValue()));
    return content;
  }

  @Test
  final void splitList_sameParallelism() {
    TestOperator<String> operator = start(3);
    operator.operatorState(0).splitList(SPLIT).addAll(List.of(1, 2, 3, 4, 5));
    operator.operatorState(1).splitList(SPLIT);
    operator.operatorState(2).splitList(SPLIT).add(6);
    operator.restart(backend(), 3);

    assertThat(operator.operatorState(0).splitList(SPLIT).get())
        .as("what subtask 0 of 3 gets back")
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(operator.operatorState(1).splitList(SPLIT).get())
        .as("what subtask 1 of 3 gets back")
        .isEmpty();
    assertThat(operator.operatorState(2).splitList(SPLIT).get())
        .as("what subtask 2 of 3 gets back")
        .containsExactly(6);
  }

  @Test
  final void splitList_everyParallelism() {
    for (int from = 1; from <= 4; from++) {
      for (int to = 1; to <= 4; to++) {
        splitListFromTo(from, to);
      }
    }
  }

  private void splitListFromTo(int from, int to) {
    TestOperator<String> operator = start(from);
    List<Integer> expected = new ArrayList<>();
    for (int subtask = 0; subtask < from; subtask++) {
      for (int i = 0; i <= subtask; i++) {
        operator.operatorState(subtask).splitList(SPLIT).add(10 * subtask + i);
        expected.add(10 * subtask + i);
      }
    }
    operator.restart(backend(), to);
    List<Integer> actual = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int subtask = 0; subtask < to; subtask++) {
      List<Integer> share = operator.operatorState(subtask).splitList(SPLIT).get();
      sizes.add(share.size());
      actual.addAll(share);
    }

    assertThat(actual)
        .as("elements of all subtasks in their order, from %d subtasks to %d", from, to)
        .isEqualTo(expected);
    if (from != to) {
      assertThat(sizes)
          .as("sizes of the shares, from %d subtasks to %d", from, to)
          .allMatch(size -> size == expected.size() / to || size == (expected.size() - 1) / to + 1);
    }
  }

  @Test
  final void unionList_everySubtaskGetsAll() {
    TestOperator<String> operator = start(3);
    for (int subtask = 0; subtask < 3; subtask++) {
      operator
          .operatorState(subtask)
          .unionList(UNION)
          .addAll(List.of(10 * subtask, 10 * subtask + 1));
    }
    operator.checkpoint();
    for (int parallelism : List.of(3, 2, 4)) {
      operator.restore(backend(), parallelism);
      for (int subtask = 0; subtask < parallelism; subtask++) {
        assertThat(operator.operatorState(subtask).unionList(UNION).get())
            .as("what subtask %d of %d gets", subtask, parallelism)
            .containsExactly(0, 1, 10, 11, 20, 21);
      }
    }
  }

  @Test
  final void broadcastMap_moreAndFewerSubtasks() {
    for (int parallelism = 1; parallelism <= 5; parallelism++) {
      TestOperator<String> operator = start(3);
      for (int subtask = 0; subtask < 3; subtask++) {
        MapState<String, List<Long>> rules =
            operator.operatorState(subtask).broadcastMap(BROADCAST);
        rules.put("rule", List.of(1L, 2L));
        rules.put("old", List.of());
        rules.remove("old");
        rules.put("written by", List.of((long) subtask));
      }
      operator.restart(backend(), parallelism);
      for (int subtask = 0; subtask < parallelism; subtask++) {
        assertThat(content(operator.operatorState(subtask).broadcastMap(BROADCAST)))
            .as("what subtask %d of %d gets from 3 subtasks", subtask, parallelism)
            .isEqualTo(
                Map.of("rule", List.of(1L, 2L), "written by", List.of((long) (subtask % 3))));
      }
    }
  }

  @Test
  final void restore_changesAfterTheCheckpointAreGone() {
    TestOperator<String> operator = start(1);
    operator.operatorState(0).splitList(SPLIT).addAll(List.of(1, 2));
    operator.operatorState(0).broadcastMap(BROADCAST).put("rule", List.of(1L));
    operator.checkpoint();
    operator.operatorState(0).splitList(SPLIT).update(List.of(3));
    operator.operatorState(0).broadcastMap(BROADCAST).clear();
    operator.restore(backend(), 1);

    assertThat(operator.operatorState(0).splitList(SPLIT).get())
        .as("list as of the checkpoint")
        .containsExactly(1, 2);
    assertThat(content(operator.operatorState(0).broadcastMap(BROADCAST)))
        .as("map as of the checkpoint")
        .isEqualTo(Map.of("rule", List.of(1L)));
  }

  @Test
  final void splitList_updateAndClear() {
    ListState<Integer> list = start(1).operatorState(0).splitList(SPLIT);
    list.addAll(List.of(1, 2, 3));
    list.update(List.of(4));
    list.add(5);

    assertThat(list.get()).as("elements after update and add").containsExactly(4, 5);
    list.clear();
    assertThat(list.get()).as("elements after clear").isEmpty();
  }

  @Test
  final void splitList_callerChangesElements() {
    ListState<List<Long>> list = start(1).operatorState(0).splitList(MUTABLE);
    List<Long> mine = new ArrayList<>(List.of(1L));
    list.add(mine);
    mine.add(2L);
    list.get().get(0).add(3L);

    assertThat(list.get())
        .as("elements after the caller changed what went in and what came out")
        .containsExactly(List.of(1L));
  }

  @Test
  final void broadcastMap_callerChangesValues() {
    MapState<String, List<Long>> map = start(1).operatorState(0).broadcastMap(BROADCAST);
    List<Long> mine = new ArrayList<>(List.of(1L));
    map.put("rule", mine);
    mine.add(2L);
    requireNonNull(map.get("rule")).add(3L);
    map.forEach(entry -> entry.getValue().add(4L));

    assertThat(map.get("rule"))
        .as("value after the caller changed what went in and what came out")
        .containsExactly(1L);
  }

  @Test
  final void declare_oneNameForTwoKinds() {
    TestOperator<String> operator = start(1);
    operator.operatorState(0).splitList(SPLIT);

    assertThatThrownBy(() -> operator.operatorState(0).unionList(SPLIT))
        .as("one name for a split list and a union list")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("split");
    assertThatThrownBy(() -> operator.keyed().list(SPLIT))
        .as("one name for operator state and keyed state")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("split");
  }
}
