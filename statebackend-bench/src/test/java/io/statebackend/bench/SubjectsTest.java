// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every backend does what the benchmarks believe that it does, with every type. */
class SubjectsTest {
  private static final int KEYS = 10;

  @TestFactory
  Stream<DynamicContainer> everyBackend() {
    return Backends.here()
        .map(
            backend ->
                dynamicContainer(
                    backend.name(),
                    Arrays.stream(EntryType.values())
                        .flatMap(type -> testsOf(backend, type.name(), type.entries()))));
  }

  private static <K, V> Stream<DynamicTest> testsOf(
      Backend backend, String type, Entries<K, V> entries) {
    Stream<DynamicTest> value =
        Stream.of(dynamicTest(type + " value", () -> checkValue(backend, entries)));
    if (!backend.hasAllStates()) {
      return value;
    }
    return Stream.concat(
        value,
        Stream.of(
            dynamicTest(type + " map", () -> checkMap(backend, entries)),
            dynamicTest(type + " list", () -> checkList(backend, entries)),
            dynamicTest(type + " reducing", () -> checkReducing(backend, entries))));
  }

  private static <K, V> void checkValue(Backend backend, Entries<K, V> entries) {
    try (OpenSubject subject = OpenSubject.of(backend, KEYS)) {
      ValueSubject<K, V> state = subject.subject().value(entries);
      assertThat(state.get(entries.key(1))).isNull();
      state.update(entries.key(1), entries.value(10));
      state.update(entries.key(2), entries.value(20));
      state.update(entries.key(1), entries.value(11));
      assertThat(state.get(entries.key(1))).isEqualTo(entries.value(11));
      assertThat(state.get(entries.key(2))).isEqualTo(entries.value(20));
      state.readModifyWrite(entries.key(2), entries.value(3), entries::combine);
      assertThat(state.get(entries.key(2)))
          .isEqualTo(entries.combine(entries.value(20), entries.value(3)));
      assertThat(state.get(entries.key(3))).isNull();
    }
  }

  private static <K, V> void checkMap(Backend backend, Entries<K, V> entries) {
    try (OpenSubject subject = OpenSubject.of(backend, KEYS)) {
      MapSubject<K, V> state = subject.states().map(entries);
      state.put(entries.key(1), 5L, entries.value(10));
      state.put(entries.key(1), 6L, entries.value(20));
      state.put(entries.key(2), 5L, entries.value(30));
      state.put(entries.key(1), 5L, entries.value(11));
      assertThat(state.get(entries.key(1), 5L)).isEqualTo(entries.value(11));
      assertThat(state.get(entries.key(2), 6L)).isNull();
      assertThat(state.contains(entries.key(1), 6L)).isTrue();
      assertThat(state.contains(entries.key(3), 6L)).isFalse();
      Map<Long, V> found = new HashMap<>();
      state.forEach(entries.key(1), found::put);
      assertThat(found).hasSize(2);
      assertThat(found.get(5L)).isEqualTo(entries.value(11));
      assertThat(found.get(6L)).isEqualTo(entries.value(20));
      state.remove(entries.key(1), 5L);
      assertThat(state.contains(entries.key(1), 5L)).isFalse();
      assertThat(state.contains(entries.key(2), 5L)).isTrue();
    }
  }

  private static <K, V> void checkList(Backend backend, Entries<K, V> entries) {
    try (OpenSubject subject = OpenSubject.of(backend, KEYS)) {
      ListSubject<K, V> state = subject.states().list(entries);
      state.add(entries.key(1), entries.value(1));
      state.add(entries.key(2), entries.value(9));
      state.addAll(entries.key(1), List.of(entries.value(2), entries.value(3)));
      List<V> found = new ArrayList<>();
      state.forEach(entries.key(1), found::add);
      assertThat(found).containsExactly(entries.value(1), entries.value(2), entries.value(3));
    }
  }

  private static <K, V> void checkReducing(Backend backend, Entries<K, V> entries) {
    try (OpenSubject subject = OpenSubject.of(backend, KEYS)) {
      ReducingSubject<K, V> state = subject.states().reducing(entries);
      state.add(entries.key(1), entries.value(1));
      state.add(entries.key(2), entries.value(9));
      state.add(entries.key(1), entries.value(2));
      assertThat(state.get(entries.key(1)))
          .isEqualTo(entries.combine(entries.value(1), entries.value(2)));
      assertThat(state.get(entries.key(2))).isEqualTo(entries.value(9));
    }
  }
}
