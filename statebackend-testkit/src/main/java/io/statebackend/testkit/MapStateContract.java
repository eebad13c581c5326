// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A map per key: its entries, its iterators, and that nothing is shared with the caller. */
public abstract class MapStateContract extends BackendContract {
  private static final TypeSerializer<List<Long>> LONGS = Serializers.list(Serializers.LONG);
  private static final MapStateDescriptor<String, Integer> COUNTS =
      MapStateDescriptor.of("counts", Serializers.STRING, Serializers.INT);
  private static final MapStateDescriptor<List<Long>, List<Long>> NUMBERS =
      MapStateDescriptor.of("numbers", LONGS, LONGS);

  private KeyedStateBackend<String> keyed;
  private MapState<String, Integer> counts;
  private MapState<List<Long>, List<Long>> numbers;

  /** Creates the contract, for one test. */
  protected MapStateContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    counts = keyed.map(COUNTS);
    numbers = keyed.map(NUMBERS);
    keyed.setCurrentKey("a");
  }

  private static <U, V> Map<U, V> content(MapState<U, V> state) {
    Map<U, V> content = new HashMap<>();
    for (Map.Entry<U, V> entry : state) {
      V twice = content.put(entry.getKey(), entry.getValue());
      assertThat(twice).as("the iterator returned user key '%s' twice", entry.getKey()).isNull();
    }
    return content;
  }

  @Test
  final void get_nothingStored() {
    assertThat(counts.get("x")).as("value of a user key of an empty map").isNull();
    assertThat(counts.contains("x")).as("an empty map contains a user key").isFalse();
    assertThat(counts.isEmpty()).as("a map that was never written is empty").isTrue();
    assertThat(content(counts)).as("its entries").isEmpty();
  }

  @Test
  final void put_severalUserKeys() {
    counts.put("x", 1);
    counts.put("y", 2);
    counts.put("", 3);

    assertThat(content(counts)).as("entries").isEqualTo(Map.of("x", 1, "y", 2, "", 3));
    assertThat(counts.get("y")).as("value of user key 'y'").isEqualTo(2);
    assertThat(counts.contains("")).as("contains the empty user key").isTrue();
    assertThat(counts.get("z")).as("value of a user key that is not there").isNull();
    assertThat(counts.isEmpty()).as("a map with entries is empty").isFalse();
    assertThat(keyed.entryCount(COUNTS)).as("entries: a map counts once").isEqualTo(1);
  }

  @Test
  final void put_replaces() {
    counts.put("x", 1);
    counts.put("x", 2);

    assertThat(content(counts))
        .as("entries after a user key was put twice")
        .isEqualTo(Map.of("x", 2));
  }

  @Test
  final void put_eachKeyHasItsOwn() {
    counts.put("x", 1);
    keyed.setCurrentKey("b");
    counts.put("x", 2);
    counts.put("y", 3);
    keyed.setCurrentKey("a");

    assertThat(content(counts)).as("map of a").isEqualTo(Map.of("x", 1));
    assertThat(counts.contains("y")).as("map of a contains a user key of b's").isFalse();
    keyed.setCurrentKey("b");
    assertThat(content(counts)).as("map of b").isEqualTo(Map.of("x", 2, "y", 3));
  }

  @Test
  final void putAll_putsAll() {
    counts.put("x", 1);
    counts.putAll(Map.of("x", 10, "y", 20));
    counts.putAll(Map.of());

    assertThat(content(counts)).as("entries after putAll").isEqualTo(Map.of("x", 10, "y", 20));
  }

  @Test
  final void putAll_nothingToEmptyMap() {
    counts.putAll(Map.of());

    assertThat(counts.isEmpty()).as("map is empty").isTrue();
    assertThat(keyed.entryCount(COUNTS)).as("entries: an empty map does not exist").isZero();
  }

  @Test
  final void remove_oneOfSeveral() {
    counts.putAll(Map.of("x", 1, "y", 2));
    counts.remove("x");
    counts.remove("never there");

    assertThat(content(counts)).as("entries after one was removed").isEqualTo(Map.of("y", 2));
    assertThat(counts.get("x")).as("value of a removed user key").isNull();
    assertThat(counts.contains("x")).as("contains a removed user key").isFalse();
  }

  @Test
  final void remove_lastOne() {
    counts.put("x", 1);
    counts.remove("x");

    assertThat(counts.isEmpty()).as("map is empty after its last entry was removed").isTrue();
    assertThat(keyed.entryCount(COUNTS)).as("entries: an empty map does not exist").isZero();
    counts.put("x", 2);
    assertThat(content(counts)).as("entries after a new put").isEqualTo(Map.of("x", 2));
  }

  @Test
  final void clear_removesThisKeyOnly() {
    counts.put("x", 1);
    keyed.setCurrentKey("b");
    counts.putAll(Map.of("x", 2, "y", 3));
    counts.clear();

    assertThat(content(counts)).as("entries after clear").isEmpty();
    assertThat(counts.get("x")).as("value after clear").isNull();
    assertThat(counts.isEmpty()).as("map is empty after clear").isTrue();
    keyed.setCurrentKey("a");
    assertThat(content(counts))
        .as("map of a key while another was cleared")
        .isEqualTo(Map.of("x", 1));
    assertThat(keyed.entryCount(COUNTS)).as("entries").isEqualTo(1);
  }

  @Test
  final void put_afterClear() {
    counts.putAll(Map.of("x", 1, "y", 2));
    counts.clear();
    counts.put("y", 3);

    assertThat(content(counts)).as("map begun anew after clear").isEqualTo(Map.of("y", 3));
  }

  @Test
  final void put_callerChangesUserKeyAndValueAfterwards() {
    List<Long> userKey = new ArrayList<>(List.of(1L));
    List<Long> value = new ArrayList<>(List.of(2L));
    numbers.put(userKey, value);
    userKey.add(10L);
    value.add(20L);

    assertThat(content(numbers))
        .as("entries after the caller changed what it had handed in")
        .isEqualTo(Map.of(List.of(1L), List.of(2L)));
    assertThat(numbers.get(List.of(1L))).as("value of the user key").containsExactly(2L);
  }

  @Test
  final void get_callerChangesWhatItGot() {
    numbers.put(List.of(1L), List.of(2L));
    change(numbers.get(List.of(1L)));
    for (Map.Entry<List<Long>, List<Long>> entry : numbers) {
      change(entry.getKey());
      change(entry.getValue());
    }

    assertThat(content(numbers))
        .as("entries after the caller changed user keys and values it was handed")
        .isEqualTo(Map.of(List.of(1L), List.of(2L)));
  }

  private static void change(@Nullable List<Long> handedOut) {
    requireNonNull(handedOut).add(99L);
  }

  @Test
  final void iterator_keyChangesMeanwhile() {
    counts.putAll(Map.of("x", 1, "y", 2));
    Iterator<Map.Entry<String, Integer>> iterator = counts.iterator();
    keyed.setCurrentKey("b");
    counts.put("z", 3);
    Map<String, Integer> seen = new HashMap<>();
    iterator.forEachRemaining(entry -> seen.put(entry.getKey(), entry.getValue()));

    assertThat(seen).as("what an iterator of key 'a' returns").isEqualTo(Map.of("x", 1, "y", 2));
  }

  @Test
  final void iterator_entriesPutAndRemovedMeanwhile() {
    for (int i = 0; i < 1_000; i++) {
      counts.put("stays-" + i, i);
      counts.put("goes-" + i, i);
    }
    Map<String, Integer> seen = new HashMap<>();
    int i = 0;
    for (Map.Entry<String, Integer> entry : counts) {
      if (entry.getKey().startsWith("stays-")) {
        assertThat(seen.put(entry.getKey(), entry.getValue()))
            .as("user key '%s' was returned before", entry.getKey())
            .isNull();
      }
      if (i < 1_000) {
        counts.put("comes-" + i, i);
        counts.remove("goes-" + i);
        i++;
      }
    }

    assertThat(seen).as("entries that were there all the while, each once").hasSize(1_000);
    seen.forEach((userKey, value) -> assertThat(userKey).isEqualTo("stays-" + value));
    assertThat(content(counts)).as("entries in the end").hasSize(2_000);
  }

  @Test
  final void iterator_currentEntryRemoved() {
    for (int i = 0; i < 100; i++) {
      counts.put("x" + i, i);
    }
    for (Map.Entry<String, Integer> entry : counts) {
      counts.remove(entry.getKey());
    }

    assertThat(content(counts)).as("entries after each was removed while iterating").isEmpty();
  }

  @Test
  final void iterator_currentEntryReplaced() {
    for (int i = 0; i < 100; i++) {
      counts.put("x" + i, i);
    }
    for (Map.Entry<String, Integer> entry : counts) {
      counts.put(entry.getKey(), entry.getValue() + 1);
    }

    assertThat(content(counts)).as("entries after each was replaced while iterating").hasSize(100);
    assertThat(counts.get("x7")).as("a value that was replaced once").isEqualTo(8);
  }

  @Test
  final void iterator_cannotChangeTheMap() {
    counts.put("x", 1);
    Iterator<Map.Entry<String, Integer>> iterator = counts.iterator();
    Map.Entry<String, Integer> entry = iterator.next();

    assertThatThrownBy(iterator::remove)
        .as("removing through the iterator, which cannot")
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> entry.setValue(2))
        .as("writing through an entry, which cannot")
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(counts.get("x")).as("value after both attempts").isEqualTo(1);
  }

  @Test
  final void put_manyUserKeys() {
    Map<String, Integer> expected = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      counts.put("x" + i, i);
      expected.put("x" + i, i);
    }
    for (int i = 0; i < 20_000; i += 3) {
      counts.remove("x" + i);
      expected.remove("x" + i);
    }

    assertThat(content(counts)).as("entries of a large map").isEqualTo(expected);
    counts.clear();
    assertThat(counts.isEmpty()).as("a large map is empty after clear").isTrue();
    assertThat(counts.get("x1")).as("a value after clear").isNull();
  }
}
