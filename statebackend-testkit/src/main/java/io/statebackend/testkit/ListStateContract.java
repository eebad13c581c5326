// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A list per key: its order, its iterators, and that elements are never shared with the caller. */
public abstract class ListStateContract extends BackendContract {
  private static final ListStateDescriptor<String> WORDS =
      ListStateDescriptor.of("words", Serializers.STRING);
  private static final ListStateDescriptor<List<Long>> NUMBERS =
      ListStateDescriptor.of("numbers", Serializers.list(Serializers.LONG));

  private KeyedStateBackend<String> keyed;
  private ListState<String> words;
  private ListState<List<Long>> numbers;

  /** Creates the contract, for one test. */
  protected ListStateContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    words = keyed.list(WORDS);
    numbers = keyed.list(NUMBERS);
    keyed.setCurrentKey("a");
  }

  @Test
  final void get_nothingStored() {
    assertThat(words.get()).as("elements of a list that was never written").isEmpty();
    assertThat(words.iterator().hasNext()).as("its iterator has a next element").isFalse();
  }

  @Test
  final void add_keepsOrderAndDuplicates() {
    for (String word : List.of("b", "a", "", "b")) {
      words.add(word);
    }

    assertThat(words.get()).as("elements").containsExactly("b", "a", "", "b");
    assertThat(keyed.entryCount(WORDS)).as("entries: a list counts once").isEqualTo(1);
  }

  @Test
  final void add_eachKeyHasItsOwn() {
    for (int i = 0; i < 3; i++) {
      for (String key : List.of("a", "b")) {
        keyed.setCurrentKey(key);
        words.add(key + i);
      }
    }

    assertThat(words.get()).as("list of b").containsExactly("b0", "b1", "b2");
    keyed.setCurrentKey("a");
    assertThat(words.get()).as("list of a").containsExactly("a0", "a1", "a2");
  }

  @Test
  final void addAll_appends() {
    words.add("a");
    words.addAll(List.of("b", "c"));
    words.addAll(List.of());
    words.add("d");

    assertThat(words.get()).as("elements").containsExactly("a", "b", "c", "d");
  }

  @Test
  final void addAll_nothingToEmptyList() {
    words.addAll(List.of());

    assertThat(words.get()).as("elements").isEmpty();
    assertThat(keyed.entryCount(WORDS)).as("entries: an empty list does not exist").isZero();
  }

  @Test
  final void addAll_itself() {
    words.addAll(List.of("a", "b"));
    words.addAll(words.get());

    assertThat(words.get()).as("a list added to itself").containsExactly("a", "b", "a", "b");
  }

  @Test
  final void update_replacesAll() {
    words.addAll(List.of("a", "b", "c"));
    words.update(List.of("x"));

    assertThat(words.get()).as("elements after update").containsExactly("x");
    words.add("y");
    assertThat(words.get()).as("elements after update and add").containsExactly("x", "y");
  }

  @Test
  final void update_toNothing() {
    words.add("a");
    words.update(List.of());

    assertThat(words.get()).as("elements after update to nothing").isEmpty();
    assertThat(keyed.entryCount(WORDS)).as("entries: an empty list does not exist").isZero();
  }

  @Test
  final void clear_removesThisKeyOnly() {
    words.add("a");
    keyed.setCurrentKey("b");
    words.add("b");
    words.clear();

    assertThat(words.get()).as("elements after clear").isEmpty();
    keyed.setCurrentKey("a");
    assertThat(words.get()).as("list of a key while another one was cleared").containsExactly("a");
    assertThat(keyed.entryCount(WORDS)).as("entries").isEqualTo(1);
  }

  @Test
  final void add_afterClear() {
    words.addAll(List.of("a", "b", "c"));
    words.clear();
    words.add("x");

    assertThat(words.get()).as("a list begun anew after clear").containsExactly("x");
  }

  @Test
  final void get_changedByCaller() {
    words.add("a");
    words.get().add("b");

    assertThat(words.get()).as("stored list after the caller's was changed").containsExactly("a");
  }

  @Test
  final void add_callerChangesElementAfterwards() {
    List<Long> mine = new ArrayList<>(List.of(1L));
    numbers.add(mine);
    mine.add(2L);
    numbers.addAll(List.of(mine));
    mine.add(3L);

    assertThat(numbers.get())
        .as("elements after the caller changed the object it had handed in")
        .containsExactly(List.of(1L), List.of(1L, 2L));
  }

  @Test
  final void update_callerChangesElementAndCollectionAfterwards() {
    List<Long> element = new ArrayList<>(List.of(1L));
    List<List<Long>> collection = new ArrayList<>(List.of(element));
    numbers.update(collection);
    element.add(2L);
    collection.clear();

    assertThat(numbers.get())
        .as("elements after the caller changed what it had handed in")
        .containsExactly(List.of(1L));
  }

  @Test
  final void iterator_callerChangesElement() {
    numbers.add(List.of(1L));
    for (List<Long> element : numbers) {
      element.add(2L);
    }
    numbers.get().get(0).add(3L);

    assertThat(numbers.get())
        .as("elements after the caller changed one it was handed")
        .containsExactly(List.of(1L));
  }

  @Test
  final void iterator_keyChangesMeanwhile() {
    words.addAll(List.of("a1", "a2"));
    keyed.setCurrentKey("b");
    words.add("b1");
    keyed.setCurrentKey("a");
    Iterator<String> iterator = words.iterator();
    List<String> seen = new ArrayList<>(List.of(iterator.next()));
    keyed.setCurrentKey("b");
    iterator.forEachRemaining(seen::add);

    assertThat(seen).as("what an iterator of key 'a' returns").containsExactly("a1", "a2");
  }

  @Test
  final void iterator_elementsAddedMeanwhile() {
    List<String> first = IntStream.range(0, 100).mapToObj(i -> "word-" + i).toList();
    words.addAll(first);
    Iterator<String> iterator = words.iterator();
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      seen.add(iterator.next());
      words.add("late-" + i);
    }

    assertThat(seen).as("elements that were there when iteration began").isEqualTo(first);
    assertThat(words.get()).as("elements in the end").hasSize(200).startsWith("word-0");
  }

  @Test
  final void iterator_clearedOrReplacedMeanwhile() {
    List<String> old = IntStream.range(0, 100).mapToObj(i -> "old-" + i).toList();
    for (boolean replaced : List.of(false, true)) {
      words.update(old);
      Iterator<String> iterator = words.iterator();
      List<String> seen = new ArrayList<>(List.of(iterator.next()));
      words.update(replaced ? List.of("new-1", "new-2", "new-3") : List.of());
      iterator.forEachRemaining(seen::add);

      assertThat(old)
          .as("what an iterator returns once the list is replaced: old elements, or nothing more")
          .startsWith(seen.toArray(String[]::new));
    }
  }

  @Test
  final void iterator_remove() {
    words.add("a");
    Iterator<String> iterator = words.iterator();
    iterator.next();

    assertThatThrownBy(iterator::remove)
        .as("removing through the iterator, which cannot")
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(words.get()).as("elements").containsExactly("a");
  }

  @Test
  final void add_manyElements() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      words.add("word-" + i);
      expected.add("word-" + i);
    }

    assertThat(words.get()).as("20,000 elements in order").isEqualTo(expected);
  }
}
