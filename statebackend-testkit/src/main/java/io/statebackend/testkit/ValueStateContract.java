// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One value per key: stored, replaced, removed, and never shared with the caller. */
public abstract class ValueStateContract extends BackendContract {
  private static final TypeSerializer<List<Long>> LONGS = Serializers.list(Serializers.LONG);
  private static final ValueStateDescriptor<String> TITLE =
      ValueStateDescriptor.of("title", Serializers.STRING);
  private static final ValueStateDescriptor<List<Long>> NUMBERS =
      ValueStateDescriptor.of("numbers", LONGS);

  private KeyedStateBackend<String> keyed;
  private ValueState<String> title;
  private ValueState<List<Long>> numbers;

  /** Creates the contract, for one test. */
  protected ValueStateContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    title = keyed.value(TITLE);
    numbers = keyed.value(NUMBERS);
  }

  @Test
  final void value_nothingStored() {
    keyed.setCurrentKey("a");

    assertThat(title.value()).as("value of a key that was never written").isNull();
  }

  @Test
  final void value_nothingStoredAndDefault() {
    ValueState<Long> count =
        keyed.value(ValueStateDescriptor.of("count", Serializers.LONG).withDefault(7L));
    keyed.setCurrentKey("a");

    assertThat(count.value()).as("value of a key that was never written").isEqualTo(7L);
    assertThat(keyed.entryCount(ValueStateDescriptor.of("count", Serializers.LONG)))
        .as("entries after a default value was read: reading stores nothing")
        .isZero();
  }

  @Test
  final void value_defaultIsChangedByCaller() {
    ValueStateDescriptor<List<Long>> descriptor =
        ValueStateDescriptor.of("defaulted", LONGS).withDefault(List.of(1L));
    ValueState<List<Long>> state = keyed.value(descriptor);
    keyed.setCurrentKey("a");
    addTo(state.value(), 2L);

    assertThat(state.value()).as("default value after the caller changed one").containsExactly(1L);
  }

  @Test
  final void update_eachKeyHasItsOwn() {
    for (String key : List.of("a", "b", "c")) {
      keyed.setCurrentKey(key);
      title.update("title of " + key);
    }

    for (String key : List.of("c", "a", "b")) {
      keyed.setCurrentKey(key);
      assertThat(title.value()).as("value of key '%s'", key).isEqualTo("title of " + key);
    }
  }

  @Test
  final void update_replaces() {
    keyed.setCurrentKey("a");
    title.update("a title of some length");
    title.update("");

    assertThat(title.value()).as("value after it was replaced by a shorter one").isEmpty();
    assertThat(keyed.entryCount(TITLE)).as("entries after one key was written twice").isEqualTo(1);
  }

  @Test
  final void clear_removesThisKeyOnly() {
    keyed.setCurrentKey("a");
    title.update("A");
    keyed.setCurrentKey("b");
    title.update("B");
    title.clear();

    assertThat(title.value()).as("value after clear").isNull();
    assertThat(keyed.entryCount(TITLE)).as("entries after clear").isEqualTo(1);
    keyed.setCurrentKey("a");
    assertThat(title.value()).as("value of a key while another one was cleared").isEqualTo("A");
  }

  @Test
  final void clear_nothingStored() {
    keyed.setCurrentKey("a");
    title.clear();

    assertThat(title.value()).as("value after nothing was cleared").isNull();
    assertThat(keyed.entryCount(TITLE)).as("entries after nothing was cleared").isZero();
  }

  @Test
  final void update_afterClear() {
    keyed.setCurrentKey("a");
    title.update("first");
    title.clear();
    title.update("second");

    assertThat(title.value()).as("value written after clear").isEqualTo("second");
  }

  @Test
  final void update_callerChangesValueAfterwards() {
    List<Long> mine = new ArrayList<>(List.of(1L, 2L));
    keyed.setCurrentKey("a");
    numbers.update(mine);
    mine.add(3L);

    assertThat(numbers.value())
        .as("stored value after the caller changed the object it had handed in")
        .containsExactly(1L, 2L);
  }

  @Test
  final void update_oneObjectUnderTwoKeys() {
    List<Long> shared = new ArrayList<>(List.of(1L));
    for (String key : List.of("a", "b")) {
      keyed.setCurrentKey(key);
      numbers.update(shared);
    }
    keyed.setCurrentKey("a");
    addTo(numbers.value(), 2L);
    keyed.setCurrentKey("b");

    assertThat(numbers.value())
        .as("value of a key after that of another one, stored from the same object, was changed")
        .containsExactly(1L);
  }

  @Test
  final void value_callerChangesWhatItGot() {
    keyed.setCurrentKey("a");
    numbers.update(List.of(1L));
    addTo(numbers.value(), 2L);

    assertThat(numbers.value())
        .as("stored value after the caller changed the object it was handed")
        .containsExactly(1L);
  }

  @Test
  final void value_twoStatesOfOneType() {
    ValueState<String> subtitle =
        keyed.value(ValueStateDescriptor.of("subtitle", Serializers.STRING));
    keyed.setCurrentKey("a");
    title.update("title");
    subtitle.update("subtitle");
    title.clear();

    assertThat(subtitle.value())
        .as("value of a state after another state was cleared")
        .isEqualTo("subtitle");
  }

  @Test
  final void value_askedForTwice() {
    keyed.setCurrentKey("a");
    title.update("A");

    assertThat(keyed.value(TITLE).value())
        .as("value through a second handle of the same state")
        .isEqualTo("A");
  }

  @Test
  final void value_noCurrentKey() {
    assertThatThrownBy(title::value)
        .as("using a state before a key was set")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setCurrentKey");
  }

  @Test
  final void value_manyKeys() {
    for (int i = 0; i < 10_000; i++) {
      keyed.setCurrentKey("key-" + i);
      title.update("title-" + i);
    }
    for (int i = 0; i < 10_000; i += 3) {
      keyed.setCurrentKey("key-" + i);
      title.clear();
    }

    for (int i = 0; i < 10_000; i++) {
      keyed.setCurrentKey("key-" + i);
      assertThat(title.value())
          .as("value of key-%d", i)
          .isEqualTo(i % 3 == 0 ? null : "title-" + i);
    }
    assertThat(keyed.entryCount(TITLE)).as("entries").isEqualTo(6_666);
  }

  /** Changes a value as a careless operator would. */
  private static void addTo(@Nullable List<Long> numbers, long number) {
    requireNonNull(numbers).add(number);
  }
}
