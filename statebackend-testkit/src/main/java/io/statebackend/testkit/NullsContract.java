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
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code null} is refused everywhere, with a message that names what was null, and changes nothing;
 * nor does a value that its serializer refuses.
 */
public abstract class NullsContract extends BackendContract {
  private KeyedStateBackend<String> keyed;

  /** Creates the contract, for one test. */
  protected NullsContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    keyed.setCurrentKey("a");
  }

  /** What no caller that heeds the annotations would pass. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  private static void assertRefused(ThrowingCallable use, String what, String state) {
    assertThatThrownBy(use)
        .as("null as the %s of state '%s'", what, state)
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(state);
  }

  @Test
  final void setCurrentKey_null() {
    assertThatThrownBy(() -> keyed.setCurrentKey(nothing()))
        .as("null as the key")
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("key");
    assertThatThrownBy(() -> keyed.setCurrentKey(nothing(), 0))
        .as("null as the key, with an imposed key group")
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("key");
    assertThat(keyed.currentKey()).as("current key after null was refused").isEqualTo("a");
  }

  @Test
  final void in_null() {
    NamespacedState<String, ListState<String>> lists =
        keyed.list(ListStateDescriptor.of("windows", Serializers.STRING), Serializers.STRING);

    assertThatThrownBy(() -> lists.in(nothing()))
        .as("null as the namespace")
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("namespace");
    assertRefused(
        () -> keyed.mergeNamespaces(lists, nothing(), List.of("n")), "namespace", "windows");
    assertRefused(
        () -> keyed.mergeNamespaces(lists, "n", Collections.singletonList(nothing())),
        "namespace",
        "windows");
    assertRefused(() -> keyed.keys(lists, nothing()), "namespace", "windows");
  }

  @Test
  final void mergeNamespaces_nullAmongSources() {
    NamespacedState<String, ListState<String>> lists =
        keyed.list(ListStateDescriptor.of("windows", Serializers.STRING), Serializers.STRING);
    lists.in("n").add("e");

    assertRefused(
        () -> keyed.mergeNamespaces(lists, "target", Arrays.asList("n", nothing())),
        "namespace",
        "windows");
    assertThat(lists.in("n").get()).as("a source after null was refused").containsExactly("e");
    assertThat(lists.in("target").get()).as("the target after null was refused").isEmpty();
  }

  @Test
  final void value_null() {
    ValueState<String> state = keyed.value(ValueStateDescriptor.of("title", Serializers.STRING));
    state.update("v");

    assertRefused(() -> state.update(NullsContract.<String>nothing()), "value", "title");
    assertThat(state.value()).as("value after null was refused").isEqualTo("v");
  }

  @Test
  final void list_null() {
    ListState<String> state = keyed.list(ListStateDescriptor.of("words", Serializers.STRING));
    state.add("e");

    assertRefused(() -> state.add(nothing()), "element", "words");
    assertRefused(() -> state.addAll(Arrays.asList("x", nothing())), "element", "words");
    assertRefused(() -> state.update(Arrays.asList("x", nothing())), "element", "words");
    assertRefused(() -> state.addAll(nothing()), "collection", "words");
    assertRefused(() -> state.update(nothing()), "collection", "words");
    assertThat(state.get()).as("list after null was refused: all or nothing").containsExactly("e");
  }

  @Test
  final void map_null() {
    MapState<String, String> state =
        keyed.map(MapStateDescriptor.of("counts", Serializers.STRING, Serializers.STRING));
    state.put("u", "w");
    Map<String, String> withNullKey = new HashMap<>(Map.of("x", "x"));
    withNullKey.put(nothing(), "w");
    Map<String, String> withNullValue = new HashMap<>(Map.of("x", "x"));
    withNullValue.put("u", nothing());

    assertRefused(() -> state.get(nothing()), "user key", "counts");
    assertRefused(() -> state.put(nothing(), "w"), "user key", "counts");
    assertRefused(() -> state.put("u", nothing()), "value", "counts");
    assertRefused(() -> state.remove(nothing()), "user key", "counts");
    assertRefused(() -> state.contains(nothing()), "user key", "counts");
    assertRefused(() -> state.putAll(nothing()), "map", "counts");
    assertRefused(() -> state.putAll(withNullKey), "user key", "counts");
    assertRefused(() -> state.putAll(withNullValue), "value", "counts");
    assertThat(state)
        .as("map after null was refused: all or nothing")
        .containsExactly(Map.entry("u", "w"));
  }

  @Test
  final void reducing_null() {
    ReducingState<String> state =
        keyed.reducing(
            ReducingStateDescriptor.of(
                "longest", (a, b) -> b.equals("forget") ? nothing() : a + b, Serializers.STRING));
    state.add("v");

    assertRefused(() -> state.add(nothing()), "value", "longest");
    assertRefused(() -> state.add("forget"), "reducer", "longest");
    assertThat(state.get()).as("value after null was refused").isEqualTo("v");
  }

  @Test
  final void aggregating_null() {
    AggregatingState<Integer, Double> state =
        keyed.aggregating(
            AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG)));
    state.add(2);

    assertRefused(() -> state.add(nothing()), "value", "mean");
    assertThat(state.get()).as("result after null was refused").isEqualTo(2.0);
  }

  @Test
  final void serializerFails_nothingIsChanged() {
    TypeSerializer<List<String>> failing = new FailingSerializer();
    ValueState<List<String>> value = keyed.value(ValueStateDescriptor.of("fails", failing));
    ListState<List<String>> list = keyed.list(ListStateDescriptor.of("fails list", failing));
    MapState<Integer, List<String>> map =
        keyed.map(MapStateDescriptor.of("fails map", Serializers.INT, failing));
    MapState<Integer, List<String>> broadcast =
        openOperatorMap(MapStateDescriptor.of("fails map", Serializers.INT, failing));
    List<String> good = List.of("good");
    List<String> bad = List.of("before", FailingSerializer.BAD);
    value.update(good);
    list.addAll(List.of(good, good));
    Map<Integer, List<String>> some = new LinkedHashMap<>();
    Map<Integer, List<String>> before = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      before.put(i, good);
      some.put(i, i == 19 ? bad : List.of("new"));
    }
    map.putAll(before);
    broadcast.putAll(before);

    assertSerializerFails(() -> value.update(bad));
    assertSerializerFails(() -> list.add(bad));
    assertSerializerFails(() -> list.addAll(List.of(List.of("new"), bad)));
    assertSerializerFails(() -> list.update(List.of(List.of("new"), bad)));
    assertSerializerFails(() -> map.put(1, bad));
    assertSerializerFails(() -> map.putAll(some));
    assertSerializerFails(() -> broadcast.putAll(some));

    assertThat(value.value()).as("value after a serializer failed").isEqualTo(good);
    assertThat(list.get()).as("list after a serializer failed").containsExactly(good, good);
    Map<Integer, List<String>> after = new HashMap<>();
    map.forEach(entry -> after.put(entry.getKey(), entry.getValue()));
    assertThat(after).as("map after a serializer failed").isEqualTo(before);
    after.clear();
    broadcast.forEach(entry -> after.put(entry.getKey(), entry.getValue()));
    assertThat(after).as("broadcast map after a serializer failed").isEqualTo(before);
  }

  private MapState<Integer, List<String>> openOperatorMap(
      MapStateDescriptor<Integer, List<String>> descriptor) {
    return start(1).operatorState(0).broadcastMap(descriptor);
  }

  private static void assertSerializerFails(ThrowingCallable use) {
    assertThatThrownBy(use)
        .as("a value that its serializer refuses")
        .hasStackTraceContaining("refused: [before, bad]");
  }
}
