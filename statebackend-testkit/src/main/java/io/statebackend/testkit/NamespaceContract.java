// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.AggregatingState;
import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** State divided into namespaces, and namespaces merged into one. */
public abstract class NamespaceContract extends BackendContract {
  private static final ValueStateDescriptor<String> VALUE =
      ValueStateDescriptor.of("value", Serializers.STRING);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<String, String> MAP =
      MapStateDescriptor.of("map", Serializers.STRING, Serializers.STRING);
  private static final ReducingStateDescriptor<String> REDUCING =
      ReducingStateDescriptor.of("reducing", String::concat, Serializers.STRING);
  private static final AggregatingStateDescriptor<Integer, List<Long>, Double> AGGREGATING =
      AggregatingStateDescriptor.of("aggregating", new Mean(), Serializers.list(Serializers.LONG));

  private KeyedStateBackend<String> keyed;
  private NamespacedState<Long, ValueState<String>> values;
  private NamespacedState<Long, ListState<String>> lists;
  private NamespacedState<Long, MapState<String, String>> maps;
  private NamespacedState<Long, ReducingState<String>> reducing;
  private NamespacedState<Long, AggregatingState<Integer, Double>> aggregating;

  /** Creates the contract, for one test. */
  protected NamespaceContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    values = keyed.value(VALUE, Serializers.LONG);
    lists = keyed.list(LIST, Serializers.LONG);
    maps = keyed.map(MAP, Serializers.LONG);
    reducing = keyed.reducing(REDUCING, Serializers.LONG);
    aggregating = keyed.aggregating(AGGREGATING, Serializers.LONG);
    keyed.setCurrentKey("a");
  }

  @Test
  final void in_eachNamespaceHasItsOwn() {
    for (long namespace = -1; namespace <= 1; namespace++) {
      values.in(namespace).update("v" + namespace);
      lists.in(namespace).add("e" + namespace);
      maps.in(namespace).put("u", "w" + namespace);
      reducing.in(namespace).add("r" + namespace);
      aggregating.in(namespace).add((int) namespace);
    }

    for (long namespace = 1; namespace >= -1; namespace--) {
      assertThat(values.in(namespace).value())
          .as("value in %d", namespace)
          .isEqualTo("v" + namespace);
      assertThat(lists.in(namespace).get())
          .as("list in %d", namespace)
          .containsExactly("e" + namespace);
      assertThat(maps.in(namespace).get("u")).as("map in %d", namespace).isEqualTo("w" + namespace);
      assertThat(reducing.in(namespace).get())
          .as("reduced in %d", namespace)
          .isEqualTo("r" + namespace);
      assertThat(aggregating.in(namespace).get())
          .as("aggregated in %d", namespace)
          .isEqualTo((double) namespace);
    }
    assertThat(values.in(7L).value()).as("value in a namespace never written").isNull();
    assertThat(keyed.entryCount(VALUE)).as("entries: pairs of key and namespace").isEqualTo(3);
    assertThat(keyed.entryCount(LIST)).as("entries: pairs of key and namespace").isEqualTo(3);
    assertThat(keyed.entryCount(MAP)).as("entries: pairs of key and namespace").isEqualTo(3);
  }

  @Test
  final void clear_thisNamespaceOnly() {
    for (long namespace : List.of(1L, 2L)) {
      values.in(namespace).update("v");
      lists.in(namespace).add("e");
      maps.in(namespace).put("u", "w");
    }
    values.in(1L).clear();
    lists.in(1L).clear();
    maps.in(1L).clear();

    assertThat(values.in(1L).value()).as("value in the cleared namespace").isNull();
    assertThat(lists.in(1L).get()).as("list in the cleared namespace").isEmpty();
    assertThat(maps.in(1L).isEmpty()).as("map in the cleared namespace is empty").isTrue();
    assertThat(values.in(2L).value()).as("value in the other namespace").isEqualTo("v");
    assertThat(lists.in(2L).get()).as("list in the other namespace").containsExactly("e");
    assertThat(maps.in(2L).get("u")).as("map in the other namespace").isEqualTo("w");
  }

  @Test
  final void in_eachKeyHasItsOwnNamespaces() {
    values.in(1L).update("a1");
    keyed.setCurrentKey("b");
    assertThat(values.in(1L).value()).as("value of b in a namespace that a has").isNull();
    values.in(1L).update("b1");
    keyed.setCurrentKey("a");

    assertThat(values.in(1L).value()).as("value of a").isEqualTo("a1");
  }

  @Test
  final void in_severalStatesInDifferentNamespaces() {
    NamespacedState<Long, ValueState<String>> other =
        keyed.value(ValueStateDescriptor.of("other", Serializers.STRING), Serializers.LONG);
    ValueState<String> inOne = values.in(1L);
    ValueState<String> inTwo = other.in(2L);
    inOne.update("one");
    inTwo.update("two");

    assertThat(values.in(1L).value()).as("state that was moved to 1").isEqualTo("one");
    assertThat(other.in(2L).value()).as("state that was moved to 2").isEqualTo("two");
    assertThat(values.in(2L).value()).as("a state moves for itself alone").isNull();
  }

  @Test
  final void mergeNamespaces_list() {
    lists.in(1L).addAll(List.of("1a", "1b"));
    lists.in(2L).add("2");
    lists.in(3L).add("3");
    lists.in(4L).add("4");
    keyed.mergeNamespaces(lists, 2L, List.of(3L, 1L));

    assertThat(lists.in(2L).get())
        .as("target first, then the sources in their order")
        .containsExactly("2", "3", "1a", "1b");
    assertThat(lists.in(1L).get()).as("a merged source").isEmpty();
    assertThat(lists.in(3L).get()).as("a merged source").isEmpty();
    assertThat(lists.in(4L).get()).as("a namespace that has no part in it").containsExactly("4");
    assertThat(keyed.entryCount(LIST)).as("entries after merging").isEqualTo(2);
  }

  @Test
  final void mergeNamespaces_reducing() {
    reducing.in(1L).add("1");
    reducing.in(2L).add("2");
    keyed.mergeNamespaces(reducing, 3L, List.of(2L, 9L, 1L));

    assertThat(reducing.in(3L).get())
        .as("sources in their order, merged into an empty target")
        .isEqualTo("21");
    assertThat(reducing.in(1L).get()).as("a merged source").isNull();
    assertThat(keyed.entryCount(REDUCING)).as("entries after merging").isEqualTo(1);
  }

  @Test
  final void mergeNamespaces_aggregating() {
    aggregating.in(1L).add(1);
    aggregating.in(1L).add(3);
    aggregating.in(2L).add(8);
    keyed.mergeNamespaces(aggregating, 1L, List.of(2L));

    assertThat(aggregating.in(1L).get()).as("mean of 1, 3 and 8").isEqualTo(4.0);
    assertThat(aggregating.in(2L).get()).as("a merged source").isNull();
  }

  @Test
  final void mergeNamespaces_targetAmongSourcesAndTwice() {
    lists.in(1L).add("1");
    lists.in(2L).add("2");
    keyed.mergeNamespaces(lists, 1L, List.of(1L, 2L, 2L, 1L));

    assertThat(lists.in(1L).get()).as("each namespace counts once").containsExactly("1", "2");
  }

  @Test
  final void mergeNamespaces_nothing() {
    lists.in(1L).add("1");
    keyed.mergeNamespaces(lists, 1L, List.of());
    keyed.mergeNamespaces(lists, 1L, List.of(8L, 9L));
    keyed.mergeNamespaces(lists, 5L, List.of(8L));

    assertThat(lists.in(1L).get()).as("after merging nothing into it").containsExactly("1");
    assertThat(keyed.entryCount(LIST)).as("entries after merging nothing").isEqualTo(1);
  }

  @Test
  final void mergeNamespaces_currentKeyOnly() {
    lists.in(1L).add("a");
    keyed.setCurrentKey("b");
    lists.in(1L).add("b");
    keyed.mergeNamespaces(lists, 2L, List.of(1L));
    keyed.setCurrentKey("a");

    assertThat(lists.in(1L).get()).as("the other key's namespace").containsExactly("a");
    assertThat(lists.in(2L).get()).as("the other key's target").isEmpty();
  }

  @Test
  final void mergeNamespaces_addAfterwards() {
    lists.in(1L).add("1");
    lists.in(2L).add("2");
    keyed.mergeNamespaces(lists, 1L, List.of(2L));
    lists.in(1L).add("later");
    lists.in(2L).add("anew");

    assertThat(lists.in(1L).get()).as("target").containsExactly("1", "2", "later");
    assertThat(lists.in(2L).get()).as("source, begun anew").containsExactly("anew");
  }

  @Test
  final void mergeNamespaces_stateOfAnotherBackend() {
    KeyedStateBackend<String> another = openKeyed();
    another.setCurrentKey("a");

    assertThatThrownBy(() -> another.mergeNamespaces(lists, 1L, List.of(2L)))
        .as("merging a state of another backend")
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  final void declare_withAndWithoutNamespaces() {
    assertThatThrownBy(() -> keyed.value(VALUE))
        .as("asking for a state without the namespaces it was declared with")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("value");
  }
}
