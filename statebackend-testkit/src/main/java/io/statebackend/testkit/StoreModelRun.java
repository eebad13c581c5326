// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.StoreContent.Cell;
import io.statebackend.testkit.WalkCheck.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random operations, done to a store and to plain maps at the same time. Few keys get most lists
 * and maps, so that these grow over many pages; images and iterators are used meanwhile.
 */
final class StoreModelRun implements AutoCloseable {
  private static final int KEY_COUNT = 1_200;

  /** An image and what it must hold. */
  private record Taken(FrozenStore image, StoreContent content) {}

  /** An iterator that is used a little at a time. */
  private static final class Walk {
    final Iterator<Map.Entry<Long, String>> iterator;
    final Cell cell;
    final Map<Long, String> present;
    final Map<Long, Boolean> seen = new HashMap<>();

    Walk(Iterator<Map.Entry<Long, String>> iterator, Cell cell, Map<Long, String> present) {
      this.iterator = iterator;
      this.cell = cell;
      this.present = present;
    }
  }

  private final boolean isCounted;
  private final Random random;
  private final KeyContext<Long> context =
      new KeyContext<>(Serializers.LONG, StoreContent.KEY_GROUPS);
  private final KeyedStore<Long> store;
  private ValueTable<Long, Integer, String> values;
  private ValueTable<Long, Integer, Long> numbers;
  private ListTable<Long, Integer, String> lists;
  private MapTable<Long, Integer, Long, String> maps;
  private final StoreContent model = new StoreContent();
  private final Deque<Taken> images = new ArrayDeque<>();
  private final List<Walk> walks = new ArrayList<>();
  private final List<WalkCheck> tableWalks = new ArrayList<>();
  private int stepCount;

  /**
   * Opens a store.
   *
   * @param isCounted whether the tables must know how much they hold
   */
  StoreModelRun(StateBackend backend, boolean isCounted, Random random) {
    this.isCounted = isCounted;
    this.random = random;
    store =
        backend.open(
            new StoreSpec<>(
                "model",
                0,
                new KeyGroupRange(0, StoreContent.KEY_GROUPS - 1),
                StoreContent.KEY_GROUPS,
                Serializers.LONG));
    values = store.valueTable(StoreContent.VALUES);
    numbers = store.valueTable(StoreContent.NUMBERS);
    lists = store.listTable(StoreContent.LISTS);
    maps = store.mapTable(StoreContent.MAPS);
  }

  private KeyContext<Long> at(Cell cell) {
    context.set(cell.key());
    return context;
  }

  private Cell anyCell() {
    return new Cell(random.nextInt(KEY_COUNT), random.nextInt(2));
  }

  private Cell fewCell() {
    return new Cell(random.nextInt(12), 0);
  }

  private String text() {
    int length = random.nextInt(100) == 0 ? random.nextInt(6_000) : random.nextInt(60);
    return stepCount + "x".repeat(length);
  }

  /** Does one operation, or checks something. */
  void step() {
    stepCount++;
    switch (random.nextInt(20)) {
      case 0, 1 -> putValue(anyCell());
      case 2, 3 -> updateValue(anyCell());
      case 4, 5 -> putNumber(anyCell());
      case 6 -> updateNumber(anyCell());
      case 7 -> clearValue(anyCell());
      case 8, 9 -> addToList(random.nextInt(3) == 0 ? anyCell() : fewCell());
      case 10, 11, 12 -> putIntoMap(random.nextInt(3) == 0 ? anyCell() : fewCell());
      case 13 -> removeFromMap(fewCell());
      case 14 -> changeWhole(random.nextInt(4) == 0 ? fewCell() : anyCell());
      case 15 -> checkCell(anyCell());
      case 16 -> checkCell(fewCell());
      case 17 -> {
        walk();
        tableWalk();
        drop();
      }
      default -> image();
    }
  }

  private void putValue(Cell cell) {
    String text = text();
    values.put(at(cell), cell.namespace(), text);
    model.values().put(cell, text);
  }

  private void putNumber(Cell cell) {
    numbers.put(at(cell), cell.namespace(), (long) stepCount);
    model.numbers().put(cell, (long) stepCount);
  }

  /** Puts, changes or removes a value by a function, which uses another table meanwhile. */
  private void updateValue(Cell cell) {
    String text = text();
    boolean removes = random.nextInt(10) == 0;
    values.update(
        at(cell),
        cell.namespace(),
        (current, added) -> {
          assertThat(current).as("value at %s", cell).isEqualTo(model.values().get(cell));
          if (random.nextInt(5) == 0) {
            putNumber(cell);
          }
          return removes ? null : added;
        },
        text);
    if (removes) {
      model.values().remove(cell);
      removedValue(cell);
    } else {
      model.values().put(cell, text);
    }
  }

  private void updateNumber(Cell cell) {
    numbers.update(
        at(cell),
        cell.namespace(),
        (current, added) -> current == null ? added : current + added,
        7L);
    model.numbers().merge(cell, 7L, Long::sum);
  }

  private void removed(String table, Cell cell) {
    for (WalkCheck walk : tableWalks) {
      if (walk.table().equals(table)) {
        walk.removed(item -> item.cell().equals(cell));
      }
    }
  }

  private void removedValue(Cell cell) {
    for (WalkCheck walk : tableWalks) {
      walk.removed(new Item(cell, ""));
    }
  }

  private void clearValue(Cell cell) {
    removedValue(cell);
    values.clear(at(cell), cell.namespace());
    model.values().remove(cell);
    numbers.clear(at(cell), cell.namespace());
    model.numbers().remove(cell);
  }

  private void addToList(Cell cell) {
    List<String> list = model.lists().computeIfAbsent(cell, absent -> new ArrayList<>());
    if (random.nextInt(3) == 0) {
      List<String> texts = Stream.generate(this::text).limit(1 + random.nextInt(30)).toList();
      lists.addAll(at(cell), cell.namespace(), texts);
      list.addAll(texts);
    } else {
      String text = text();
      lists.add(at(cell), cell.namespace(), text);
      list.add(text);
    }
  }

  private void putIntoMap(Cell cell) {
    Map<Long, String> map = model.maps().computeIfAbsent(cell, absent -> new HashMap<>());
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      long userKey = random.nextInt(600);
      String text = text();
      maps.put(at(cell), cell.namespace(), userKey, text);
      map.put(userKey, text);
    }
  }

  private void removeFromMap(Cell cell) {
    Map<Long, String> map = model.maps().getOrDefault(cell, new HashMap<>());
    for (int i = random.nextInt(60); i > 0; i--) {
      long userKey = random.nextInt(600);
      maps.remove(at(cell), cell.namespace(), userKey);
      map.remove(userKey);
      forget(cell, userKey);
    }
    if (map.isEmpty()) {
      model.maps().remove(cell);
    }
  }

  private void forget(Cell cell, long userKey) {
    for (WalkCheck walk : tableWalks) {
      if (walk.table().equals(StoreContent.MAPS.name())) {
        walk.removed(new Item(cell, userKey));
      }
    }
    for (Walk walk : walks) {
      if (walk.cell.equals(cell)) {
        walk.present.remove(userKey);
      }
    }
  }

  private void changeWhole(Cell cell) {
    switch (random.nextInt(4)) {
      case 0 -> {
        removed(StoreContent.LISTS.name(), cell);
        lists.clear(at(cell), cell.namespace());
        model.lists().remove(cell);
      }
      case 1 -> {
        removed(StoreContent.LISTS.name(), cell);
        List<String> texts = Stream.generate(this::text).limit(1 + random.nextInt(9)).toList();
        lists.set(at(cell), cell.namespace(), texts);
        model.lists().put(cell, new ArrayList<>(texts));
      }
      case 2 -> {
        removed(StoreContent.MAPS.name(), cell);
        maps.clear(at(cell), cell.namespace());
        model.maps().remove(cell);
        walks.removeIf(walk -> walk.cell.equals(cell));
      }
      default -> {
        Map<Long, String> map = model.maps().getOrDefault(cell, Map.of());
        for (long userKey : new ArrayList<>(map.keySet())) {
          maps.remove(at(cell), cell.namespace(), userKey);
          forget(cell, userKey);
        }
        model.maps().remove(cell);
        walks.removeIf(walk -> walk.cell.equals(cell));
      }
    }
  }

  private void checkCell(Cell cell) {
    assertThat(values.get(at(cell), cell.namespace()))
        .as("value at %s", cell)
        .isEqualTo(model.values().get(cell));
    assertThat(numbers.get(at(cell), cell.namespace()))
        .as("number at %s", cell)
        .isEqualTo(model.numbers().get(cell));
    if (random.nextInt(20) == 0) {
      // That looks at all keys of a key group, which may lie in files.
      checkNamespaces(values.namespaces(at(cell)), model.values().keySet(), cell);
      checkNamespaces(lists.namespaces(at(cell)), model.lists().keySet(), cell);
      checkNamespaces(maps.namespaces(at(cell)), model.maps().keySet(), cell);
    }
    List<String> list = new ArrayList<>();
    lists.iterator(at(cell), cell.namespace()).forEachRemaining(list::add);
    assertThat(list).as("list at %s", cell).isEqualTo(model.lists().getOrDefault(cell, List.of()));
    Map<Long, String> expected = model.maps().getOrDefault(cell, Map.of());
    Map<Long, String> map = new HashMap<>();
    maps.iterator(at(cell), cell.namespace())
        .forEachRemaining(
            entry ->
                assertThat(map.put(entry.getKey(), entry.getValue()))
                    .as("user key %s comes twice", entry.getKey())
                    .isNull());
    assertThat(map).as("map at %s", cell).isEqualTo(expected);
    assertThat(maps.isEmpty(at(cell), cell.namespace())).isEqualTo(expected.isEmpty());
    for (long userKey = 0; userKey < 600; userKey += 7) {
      assertThat(maps.get(at(cell), cell.namespace(), userKey)).isEqualTo(expected.get(userKey));
      assertThat(maps.contains(at(cell), cell.namespace(), userKey))
          .isEqualTo(expected.containsKey(userKey));
    }
    checkCount(values.entryCount(), model.values().size());
    checkCount(lists.entryCount(), model.lists().size());
    checkCount(maps.entryCount(), model.maps().size());
  }

  private void checkCount(long actual, int expected) {
    assertThat(actual)
        .as("entries, or that they are not counted")
        .isEqualTo(isCounted ? expected : KeyedStore.NOT_COUNTED);
  }

  private static void checkNamespaces(@Nullable List<Integer> found, Set<Cell> cells, Cell cell) {
    if (found != null) {
      assertThat(found)
          .as("namespaces of key %s", cell.key())
          .containsExactlyInAnyOrderElementsOf(
              cells.stream()
                  .filter(other -> other.key() == cell.key())
                  .map(Cell::namespace)
                  .toList());
    }
  }

  /** Goes on with a walk over a key group of a table, or begins one. */
  private void tableWalk() {
    if (tableWalks.size() < 3) {
      int keyGroup = random.nextInt(StoreContent.KEY_GROUPS);
      switch (random.nextInt(4)) {
        case 0 ->
            begin(StoreContent.VALUES, values, WalkCheck.VALUES, keyGroup, items(model.values()));
        case 1 ->
            begin(
                StoreContent.NUMBERS, numbers, WalkCheck.VALUES, keyGroup, items(model.numbers()));
        case 2 -> {
          Set<Item> items = new HashSet<>();
          model
              .lists()
              .forEach((cell, list) -> list.forEach(element -> items.add(new Item(cell, element))));
          begin(StoreContent.LISTS, lists, WalkCheck.LISTS, keyGroup, items);
        }
        default -> {
          Set<Item> items = new HashSet<>();
          model
              .maps()
              .forEach(
                  (cell, map) ->
                      map.keySet().forEach(userKey -> items.add(new Item(cell, userKey))));
          begin(StoreContent.MAPS, maps, WalkCheck.MAPS, keyGroup, items);
        }
      }
      return;
    }
    WalkCheck walk = tableWalks.get(random.nextInt(tableWalks.size()));
    if (!walk.step(1 + random.nextInt(150))) {
      tableWalks.remove(walk);
    } else if (random.nextInt(100) == 0) {
      tableWalks.remove(walk); // It is left behind, unclosed.
    }
  }

  private static Set<Item> items(Map<Cell, ?> cells) {
    Set<Item> items = new HashSet<>();
    cells.keySet().forEach(cell -> items.add(new Item(cell, "")));
    return items;
  }

  private void begin(
      TableSpec<Integer> spec,
      Table<Long, Integer> table,
      WalkCheck.Reader reader,
      int keyGroup,
      Set<Item> all) {
    EntryCursor walk = table.walk(keyGroup);
    if (walk != null) {
      all.removeIf(item -> at(item.cell()).keyGroup() != keyGroup);
      tableWalks.add(new WalkCheck(spec.name(), walk, reader, all));
    }
  }

  /** Drops a table and creates it anew, if the engine can. */
  private void drop() {
    if (random.nextInt(100) != 0) {
      return;
    }
    TableSpec<Integer> spec =
        List.of(StoreContent.VALUES, StoreContent.NUMBERS, StoreContent.LISTS, StoreContent.MAPS)
            .get(random.nextInt(4));
    if (!store.drop(spec.name())) {
      return;
    }
    tableWalks.removeIf(walk -> walk.table().equals(spec.name()));
    if (spec == StoreContent.VALUES) {
      values = store.valueTable(StoreContent.VALUES);
      model.values().clear();
    } else if (spec == StoreContent.NUMBERS) {
      numbers = store.valueTable(StoreContent.NUMBERS);
      model.numbers().clear();
    } else if (spec == StoreContent.LISTS) {
      lists = store.listTable(StoreContent.LISTS);
      model.lists().clear();
    } else {
      maps = store.mapTable(StoreContent.MAPS);
      model.maps().clear();
      walks.clear();
    }
  }

  /** Goes on with an iterator over a map, or begins one. */
  private void walk() {
    if (walks.isEmpty() || (walks.size() < 3 && random.nextInt(10) == 0)) {
      Cell cell = fewCell();
      walks.add(
          new Walk(
              maps.iterator(at(cell), cell.namespace()),
              cell,
              new HashMap<>(model.maps().getOrDefault(cell, Map.of()))));
      return;
    }
    Walk walk = walks.get(random.nextInt(walks.size()));
    for (int i = random.nextInt(80); i > 0; i--) {
      if (!walk.iterator.hasNext()) {
        assertThat(walk.seen.keySet())
            .as("user keys that were there all the while")
            .containsAll(walk.present.keySet());
        walks.remove(walk);
        return;
      }
      long userKey = walk.iterator.next().getKey();
      if (walk.present.containsKey(userKey)) {
        assertThat(walk.seen.put(userKey, true)).as("comes twice: %s", userKey).isNull();
      }
    }
  }

  private void image() {
    if (random.nextInt(60) != 0) {
      return;
    }
    if (images.size() < 2 && random.nextBoolean()) {
      FreezePurpose purpose = random.nextBoolean() ? FreezePurpose.SNAPSHOT : FreezePurpose.READ;
      images.add(new Taken(store.freeze(purpose), model.copy()));
    } else if (!images.isEmpty()) {
      Taken taken = random.nextBoolean() ? images.removeFirst() : images.removeLast();
      checkLookup(taken, random.nextBoolean() ? anyCell() : fewCell());
      assertThat(StoreContent.read(taken.image)).as("image").isEqualTo(taken.content);
      taken.image.close();
    }
  }

  private void checkLookup(Taken taken, Cell cell) {
    KeyContext<Long> key = at(cell);
    assertThat(taken.image.get(StoreContent.VALUES, key, cell.namespace()))
        .as("value of an image at %s", cell)
        .isEqualTo(taken.content.values().get(cell));
    assertThat(taken.image.get(StoreContent.LISTS, key, cell.namespace()))
        .as("list of an image at %s", cell)
        .isEqualTo(taken.content.lists().getOrDefault(cell, List.of()));
    Map<Long, String> map = taken.content.maps().getOrDefault(cell, Map.of());
    for (long userKey = 0; userKey < 600; userKey += 97) {
      assertThat(taken.image.get(StoreContent.MAPS, key, cell.namespace(), userKey))
          .as("user key %s of an image at %s", userKey, cell)
          .isEqualTo(map.get(userKey));
    }
  }

  /** Compares the images that are left, and one of the end. */
  void checkImages() {
    while (!images.isEmpty()) {
      Taken taken = images.removeFirst();
      assertThat(StoreContent.read(taken.image)).as("image").isEqualTo(taken.content);
      taken.image.close();
    }
    try (FrozenStore image = store.freeze()) {
      assertThat(StoreContent.read(image)).as("image at the end").isEqualTo(model);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
