// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.testkit.TestStore.Cell;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a backend must hold, as plain maps. Lists and maps without elements are not in them. */
final class Model {
  final Map<Cell, String> values = new HashMap<>();
  final Map<Cell, List<String>> lists = new HashMap<>();
  final Map<Cell, Map<String, String>> maps = new HashMap<>();
  final Map<Cell, String> reduced = new HashMap<>();

  /** The numbers that were added to a mean. */
  final Map<Cell, List<Integer>> numbers = new HashMap<>();

  void addToList(Cell cell, Collection<String> elements) {
    if (!elements.isEmpty()) {
      lists.computeIfAbsent(cell, absent -> new ArrayList<>()).addAll(elements);
    }
  }

  void putIntoMap(Cell cell, Map<String, String> entries) {
    if (!entries.isEmpty()) {
      maps.computeIfAbsent(cell, absent -> new HashMap<>()).putAll(entries);
    }
  }

  void removeFromMap(Cell cell, String userKey) {
    Map<String, String> map = maps.get(cell);
    if (map != null) {
      map.remove(userKey);
      if (map.isEmpty()) {
        maps.remove(cell);
      }
    }
  }

  @Nullable Double mean(Cell cell) {
    List<Integer> added = numbers.get(cell);
    return added == null
        ? null
        : (double) added.stream().mapToLong(Integer::longValue).sum() / added.size();
  }

  /** Merges what can be merged, which values and maps cannot. */
  void merge(Cell target, Cell source) {
    List<String> list = lists.remove(source);
    if (list != null) {
      addToList(target, list);
    }
    String text = reduced.remove(source);
    if (text != null) {
      reduced.merge(target, text, String::concat);
    }
    List<Integer> added = numbers.remove(source);
    if (added != null) {
      numbers.computeIfAbsent(target, absent -> new ArrayList<>()).addAll(added);
    }
  }

  void clearKey(String key) {
    for (Map<Cell, ?> state : List.of(values, lists, maps, reduced, numbers)) {
      state.keySet().removeIf(cell -> cell.key().equals(key));
    }
  }

  Model copy() {
    Model copy = new Model();
    copy.values.putAll(values);
    lists.forEach(copy::addToList);
    maps.forEach(copy::putIntoMap);
    copy.reduced.putAll(reduced);
    numbers.forEach((cell, added) -> copy.numbers.put(cell, new ArrayList<>(added)));
    return copy;
  }
}
