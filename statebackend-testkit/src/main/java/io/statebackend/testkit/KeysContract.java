// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of a state, counts of entries, the current key, and clearing all of one key. */
public abstract class KeysContract extends BackendContract {
  private static final ValueStateDescriptor<String> VALUE =
      ValueStateDescriptor.of("value", Serializers.STRING);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<String, String> MAP =
      MapStateDescriptor.of("map", Serializers.STRING, Serializers.STRING);
  private static final ValueStateDescriptor<String> WINDOW =
      ValueStateDescriptor.of("window", Serializers.STRING);
  private static final ListStateDescriptor<String> WINDOW_LIST =
      ListStateDescriptor.of("window list", Serializers.STRING);
  private static final List<String> KEYS =
      IntStream.range(0, 500).mapToObj(i -> "key-" + i).toList();

  private KeyedStateBackend<String> keyed;
  private ValueState<String> value;
  private ListState<String> list;
  private MapState<String, String> map;
  private NamespacedState<Integer, ValueState<String>> window;
  private NamespacedState<Integer, ListState<String>> windowList;

  /** Creates the contract, for one test. */
  protected KeysContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    value = keyed.value(VALUE);
    list = keyed.list(LIST);
    map = keyed.map(MAP);
    window = keyed.value(WINDOW, Serializers.INT);
    windowList = keyed.list(WINDOW_LIST, Serializers.INT);
  }

  private static List<String> collect(Stream<String> keys) {
    try (keys) {
      return new ArrayList<>(keys.toList());
    }
  }

  @Test
  final void keys_nothingStored() {
    assertThat(collect(keyed.keys(VALUE))).as("keys of a state never written").isEmpty();
    assertThat(collect(keyed.keys(window, 1))).as("keys of a namespace never written").isEmpty();
  }

  @Test
  final void keys_eachOnce() {
    for (String key : KEYS) {
      keyed.setCurrentKey(key);
      value.update("v");
      list.addAll(List.of("e1", "e2"));
      map.put("u1", "w");
      map.put("u2", "w");
    }

    assertThat(collect(keyed.keys(VALUE)))
        .as("keys of a value state")
        .containsExactlyInAnyOrderElementsOf(KEYS);
    assertThat(collect(keyed.keys(LIST)))
        .as("keys of a list state, each once though lists have several elements")
        .containsExactlyInAnyOrderElementsOf(KEYS);
    assertThat(collect(keyed.keys(MAP)))
        .as("keys of a map state, each once though maps have several entries")
        .containsExactlyInAnyOrderElementsOf(KEYS);
  }

  @Test
  final void keys_removedAreGone() {
    for (String key : List.of("a", "b", "c", "d")) {
      keyed.setCurrentKey(key);
      value.update("v");
      map.put("u", "w");
    }
    keyed.setCurrentKey("a");
    value.clear();
    map.remove("u");
    keyed.setCurrentKey("b");
    map.clear();

    assertThat(collect(keyed.keys(VALUE))).as("keys").containsExactlyInAnyOrder("b", "c", "d");
    assertThat(collect(keyed.keys(MAP)))
        .as("keys of maps: those without entries do not exist")
        .containsExactlyInAnyOrder("c", "d");
  }

  @Test
  final void keys_ofOneNamespace() {
    for (int i = 0; i < KEYS.size(); i++) {
      keyed.setCurrentKey(KEYS.get(i));
      window.in(i % 3).update("v");
      windowList.in(i % 3).addAll(List.of("e1", "e2"));
      windowList.in(3).add("e");
    }

    List<String> expected =
        IntStream.range(0, 500).filter(i -> i % 3 == 1).mapToObj(KEYS::get).toList();
    assertThat(collect(keyed.keys(window, 1)))
        .as("keys that have a value in namespace 1")
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(collect(keyed.keys(windowList, 1)))
        .as("keys that have a list in namespace 1")
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(collect(keyed.keys(windowList, 3)))
        .as("keys that have a list in namespace 3")
        .containsExactlyInAnyOrderElementsOf(KEYS);
  }

  @Test
  final void keys_ofStateWithNamespaces() {
    assertThatThrownBy(() -> keyed.keys(WINDOW))
        .as("asking for the keys of a state with namespaces without naming one")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("window");
  }

  @Test
  final void keys_unknownState() {
    ValueStateDescriptor<String> unknown = ValueStateDescriptor.of("unknown", Serializers.STRING);

    assertThatThrownBy(() -> keyed.keys(unknown))
        .as("asking for the keys of a state that was not declared")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown");
  }

  @Test
  final void keys_writtenMeanwhile() {
    for (String key : KEYS) {
      keyed.setCurrentKey(key);
      value.update("v");
    }
    List<String> seen = new ArrayList<>();
    try (Stream<String> keys = keyed.keys(VALUE)) {
      Iterator<String> iterator = keys.iterator();
      for (int i = 0; iterator.hasNext(); i++) {
        seen.add(iterator.next());
        keyed.setCurrentKey(KEYS.get(i));
        value.clear();
        keyed.setCurrentKey("new-" + i);
        value.update("v");
      }
    }

    assertThat(seen)
        .as("keys as of the call, whatever was removed and added while they were read")
        .containsExactlyInAnyOrderElementsOf(KEYS);
    assertThat(collect(keyed.keys(VALUE)))
        .as("keys afterwards")
        .hasSize(500)
        .allMatch(key -> key.startsWith("new-"));
  }

  @Test
  final void keys_eachClearedWhileRead() {
    for (String key : KEYS) {
      keyed.setCurrentKey(key);
      value.update("v");
      window.in(1).update("v");
    }
    try (Stream<String> keys = keyed.keys(window, 1)) {
      keys.forEach(
          key -> {
            keyed.setCurrentKey(key);
            window.in(1).clear();
          });
    }

    assertThat(keyed.entryCount(WINDOW)).as("entries of the namespace that was cleared").isZero();
    assertThat(keyed.entryCount(VALUE)).as("entries of the other state").isEqualTo(500);
  }

  @Test
  final void keys_closedBeforeTheEnd() {
    for (String key : KEYS) {
      keyed.setCurrentKey(key);
      value.update("v");
    }
    Stream<String> keys = keyed.keys(VALUE);
    Iterator<String> iterator = keys.iterator();
    assertThat(iterator.next()).as("a key").isIn(KEYS);
    keys.close();
    value.update("w");

    assertThat(value.value()).as("value written after the stream was closed").isEqualTo("w");
  }

  @Test
  final void keys_severalStreamsAtOnce() {
    keyed.setCurrentKey("a");
    value.update("v");
    try (Stream<String> first = keyed.keys(VALUE)) {
      keyed.setCurrentKey("b");
      value.update("v");
      try (Stream<String> second = keyed.keys(VALUE)) {
        assertThat(second.toList()).as("keys as of the second call").hasSize(2);
      }
      assertThat(first.toList()).as("keys as of the first call").containsExactly("a");
    }
  }

  @Test
  final void entryCount_followsEveryChange() {
    assertThat(keyed.entryCount(VALUE)).as("entries at first").isZero();
    keyed.setCurrentKey("a");
    value.update("1");
    value.update("2");
    keyed.setCurrentKey("b");
    value.update("1");
    assertThat(keyed.entryCount(VALUE)).as("entries of two keys").isEqualTo(2);
    value.clear();
    value.clear();
    assertThat(keyed.entryCount(VALUE)).as("entries after one key was cleared twice").isEqualTo(1);
    assertThat(keyed.entryCount(LIST)).as("entries of another state").isZero();
  }

  @Test
  final void clearCurrentKey_everyStateAndNamespace() {
    for (String key : List.of("a", "b")) {
      keyed.setCurrentKey(key);
      value.update("v");
      list.add("e");
      map.put("u", "w");
      for (int namespace = 0; namespace < 5; namespace++) {
        window.in(namespace).update("v");
        windowList.in(namespace).add("e");
      }
    }
    keyed.setCurrentKey("a");
    keyed.clearCurrentKey();

    assertThat(value.value()).as("value of the cleared key").isNull();
    assertThat(list.get()).as("list of the cleared key").isEmpty();
    assertThat(map.isEmpty()).as("map of the cleared key is empty").isTrue();
    assertThat(window.in(3).value()).as("value in a namespace of the cleared key").isNull();
    assertThat(windowList.in(0).get()).as("list in a namespace of the cleared key").isEmpty();
    for (var descriptor : List.of(VALUE, LIST, MAP)) {
      assertThat(keyed.entryCount(descriptor)).as("entries left of %s", descriptor).isEqualTo(1);
    }
    assertThat(keyed.entryCount(WINDOW)).as("entries left in namespaces").isEqualTo(5);
    keyed.setCurrentKey("b");
    assertThat(value.value()).as("value of the other key").isEqualTo("v");
    assertThat(windowList.in(4).get()).as("list of the other key").containsExactly("e");
  }

  @Test
  final void clearCurrentKey_nothingStored() {
    keyed.setCurrentKey("a");
    keyed.clearCurrentKey();

    assertThat(collect(keyed.keys(VALUE))).as("keys").isEqualTo(Collections.emptyList());
  }

  @Test
  final void currentKey_isTheOneSet() {
    assertThatThrownBy(keyed::currentKey)
        .as("the current key before one was set")
        .isInstanceOf(IllegalStateException.class);
    keyed.setCurrentKey("a");

    assertThat(keyed.currentKey()).as("current key").isEqualTo("a");
    assertThat(keyed.currentKeyGroup())
        .as("its key group")
        .isBetween(0, keyed.maxParallelism() - 1);
  }

  @Test
  final void setCurrentKey_imposedKeyGroup() {
    keyed.setCurrentKey("a", 5);
    value.update("v");
    window.in(1).update("w");

    assertThat(keyed.currentKeyGroup()).as("imposed key group").isEqualTo(5);
    keyed.setCurrentKey("b", 6);
    assertThat(value.value()).as("value of another key").isNull();
    keyed.setCurrentKey("a", 5);
    assertThat(value.value()).as("value of a key in an imposed key group").isEqualTo("v");
    assertThat(collect(keyed.keys(VALUE))).as("keys").containsExactly("a");
    keyed.clearCurrentKey();
    assertThat(keyed.entryCount(WINDOW)).as("entries after the key was cleared").isZero();
  }
}
