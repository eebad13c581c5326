// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A store with one table of each kind, used through the engine contract. Values are lists, which
 * can be changed by whoever holds one.
 */
final class TestStore implements AutoCloseable {
  static final int KEY_GROUPS = 8;
  static final TypeSerializer<List<Long>> LONGS = Serializers.list(Serializers.LONG);
  private static final String VALUES = "values";
  private static final String LISTS = "lists";
  private static final String MAPS = "maps";

  /** The names of the tables. */
  static final List<String> TABLES = List.of(VALUES, LISTS, MAPS);

  /** A key and a namespace. */
  record Cell(String key, String namespace) {}

  /** All that a store holds, as plain maps. */
  record Content(
      Map<Cell, List<Long>> values,
      Map<Cell, List<List<Long>>> lists,
      Map<Cell, Map<String, List<Long>>> maps) {}

  /** What is read from the bytes of one entry. */
  private interface ValueReader {
    void read(Cell cell, BinaryInput value);
  }

  private final StoreSpec<String> spec =
      new StoreSpec<>(
          "operator", 0, new KeyGroupRange(0, KEY_GROUPS - 1), KEY_GROUPS, Serializers.STRING);
  private final KeyContext<String> key = new KeyContext<>(Serializers.STRING, KEY_GROUPS);
  private final KeyedStore<String> store;
  private final ValueTable<String, String, List<Long>> values;
  private final ListTable<String, String, List<Long>> lists;
  private final MapTable<String, String, String, List<Long>> maps;

  TestStore(StateBackend backend) {
    store = backend.open(spec);
    values = store.valueTable(new TableSpec.OfValues<>(VALUES, Serializers.STRING, LONGS));
    lists = store.listTable(new TableSpec.OfLists<>(LISTS, Serializers.STRING, LONGS));
    maps =
        store.mapTable(new TableSpec.OfMaps<>(MAPS, Serializers.STRING, Serializers.STRING, LONGS));
  }

  KeyedStore<String> store() {
    return store;
  }

  ValueTable<String, String, List<Long>> values() {
    return values;
  }

  ListTable<String, String, List<Long>> lists() {
    return lists;
  }

  MapTable<String, String, String, List<Long>> maps() {
    return maps;
  }

  KeyContext<String> at(String newKey) {
    key.set(newKey);
    return key;
  }

  FrozenStore freeze() {
    return store.freeze();
  }

  static Content emptyContent() {
    return new Content(new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  /** Reads what the store holds, through an image. */
  Content content() {
    try (FrozenStore image = freeze()) {
      return read(image);
    }
  }

  /** Reads all that an image holds. May be called by any thread. */
  static Content read(FrozenStore image) {
    Content content = emptyContent();
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      read(image, VALUES, keyGroup, (cell, in) -> content.values.put(cell, LONGS.deserialize(in)));
      read(
          image,
          LISTS,
          keyGroup,
          (cell, in) -> {
            List<List<Long>> list =
                content.lists.computeIfAbsent(cell, absent -> new ArrayList<>());
            while (in.remaining() > 0) {
              list.add(Field.read(LONGS, in));
            }
          });
      read(
          image,
          MAPS,
          keyGroup,
          (cell, in) -> {
            Map<String, List<Long>> map =
                content.maps.computeIfAbsent(cell, absent -> new TreeMap<>());
            while (in.remaining() > 0) {
              map.put(Field.read(Serializers.STRING, in), Field.read(LONGS, in));
            }
          });
    }
    return content;
  }

  private static void read(FrozenStore image, String table, int keyGroup, ValueReader reader) {
    BinaryOutput out = new BinaryOutput();
    try (EntryCursor entries = image.entries(table, keyGroup)) {
      while (entries.next()) {
        Cell cell = cell(entries);
        out.reset();
        entries.writeValue(out);
        reader.read(cell, new BinaryInput(out.toByteArray()));
      }
    }
  }

  /** Reads where a cursor stands. */
  static Cell cell(EntryCursor entries) {
    BinaryOutput out = new BinaryOutput();
    entries.writeKey(out);
    String key = Serializers.STRING.deserialize(new BinaryInput(out.toByteArray()));
    out.reset();
    entries.writeNamespace(out);
    return new Cell(key, Serializers.STRING.deserialize(new BinaryInput(out.toByteArray())));
  }

  /** Counts the entries that a cursor has still to come. */
  static int count(EntryCursor entries) {
    int count = 0;
    while (entries.next()) {
      count++;
    }
    return count;
  }

  @Override
  public void close() {
    store.close();
  }
}
