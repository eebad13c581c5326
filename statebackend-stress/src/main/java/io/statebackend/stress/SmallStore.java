// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A store of one key group with a table of each kind and a few entries. */
final class SmallStore implements AutoCloseable {
  private static final String VALUES = "values";
  private static final String LISTS = "lists";
  private static final String MAPS = "maps";
  private static final long KEY_COUNT = 3;

  /** What an image of each engine says before and after overwriting, without another thread. */
  private static final Map<StateBackend, String> FILLED = contents(store -> {});

  private static final Map<StateBackend, String> OVERWRITTEN = contents(SmallStore::overwrite);

  private final StateBackend engine;
  private final KeyedStore<Long> store;
  private final KeyContext<Long> key = new KeyContext<>(Serializers.LONG, 1);
  private final ValueTable<Long, Long, Long> values;
  private final ListTable<Long, Long, Long> lists;
  private final MapTable<Long, Long, String, Long> maps;

  SmallStore() {
    this(Engines.next());
  }

  private SmallStore(StateBackend engine) {
    this.engine = engine;
    store =
        engine.open(new StoreSpec<>("operator", 0, new KeyGroupRange(0, 0), 1, Serializers.LONG));
    values = store.valueTable(new TableSpec.OfValues<>(VALUES, Serializers.LONG, Serializers.LONG));
    lists = store.listTable(new TableSpec.OfLists<>(LISTS, Serializers.LONG, Serializers.LONG));
    maps =
        store.mapTable(
            new TableSpec.OfMaps<>(MAPS, Serializers.LONG, Serializers.STRING, Serializers.LONG));
    fill();
  }

  private static Map<StateBackend, String> contents(Consumer<SmallStore> change) {
    Map<StateBackend, String> contents = new HashMap<>();
    for (StateBackend engine : Engines.all()) {
      try (SmallStore store = new SmallStore(engine)) {
        change.accept(store);
        try (FrozenStore image = store.freeze()) {
          contents.put(engine, content(image));
        }
      }
    }
    return contents;
  }

  private void fill() {
    for (long id = 0; id < KEY_COUNT; id++) {
      key.set(id);
      values.put(key, id, id);
      lists.set(key, id, List.of(id, -id));
      maps.put(key, id, "a", id);
      maps.put(key, id, "b", -id);
    }
  }

  /** Changes, adds and removes some of everything. */
  void overwrite() {
    key.set(0L);
    values.put(key, 0L, 10L);
    lists.add(key, 0L, 11L);
    maps.put(key, 0L, "a", 12L);
    key.set(1L);
    values.clear(key, 1L);
    lists.clear(key, 1L);
    maps.remove(key, 1L, "b");
    key.set(KEY_COUNT);
    values.put(key, 0L, 13L);
    lists.add(key, 0L, 14L);
    maps.put(key, 0L, "c", 15L);
  }

  FrozenStore freeze() {
    return store.freeze();
  }

  /** Says whether an image has what was filled in, or what it has instead. */
  String checkFilled(FrozenStore image) {
    return check(image, FILLED, "filled");
  }

  /** Says whether an image has what there is after overwriting, or what it has instead. */
  String checkOverwritten(FrozenStore image) {
    return check(image, OVERWRITTEN, "overwritten");
  }

  private String check(FrozenStore image, Map<StateBackend, String> expected, String name) {
    String actual = content(image);
    return actual.equals(expected.get(engine)) ? name : engine.name() + " " + actual;
  }

  /** Reads all entries, in an order that does not depend on that of the engine. */
  private static String content(FrozenStore image) {
    Map<String, String> found = new TreeMap<>();
    for (String table : List.of(VALUES, LISTS, MAPS)) {
      try (EntryCursor cursor = image.entries(table, 0)) {
        BinaryOutput bytes = new BinaryOutput();
        while (cursor.next()) {
          bytes.reset();
          cursor.writeKey(bytes);
          cursor.writeNamespace(bytes);
          String entry = table + HexFormat.of().formatHex(bytes.toByteArray());
          bytes.reset();
          cursor.writeValue(bytes);
          found.merge(entry, HexFormat.of().formatHex(bytes.toByteArray()), String::concat);
        }
      }
    }
    return found.toString();
  }

  @Override
  public void close() {
    store.close();
  }
}
