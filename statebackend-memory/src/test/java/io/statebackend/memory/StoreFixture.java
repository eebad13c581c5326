// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** A store with a cursor, and ways to see all that its images hold. */
final class StoreFixture<K> implements AutoCloseable {
  static final int KEY_GROUPS = 4;

  final TypeSerializer<K> keys;
  final KeyedStore<K> store;
  private final MemoryStateBackend backend = MemoryStateBackend.create();
  private final KeyContext<K> context;

  StoreFixture(TypeSerializer<K> keys) {
    this.keys = keys;
    this.store =
        backend.open(
            new StoreSpec<>("test", 0, new KeyGroupRange(0, KEY_GROUPS - 1), KEY_GROUPS, keys));
    this.context = new KeyContext<>(keys, KEY_GROUPS);
  }

  KeyContext<K> on(K key) {
    context.set(key);
    return context;
  }

  @Override
  public void close() {
    backend.close();
  }

  /** One serialized entry. */
  static final class Entry {
    final BinaryOutput key = new BinaryOutput();
    final BinaryOutput namespace = new BinaryOutput();
    final BinaryOutput value = new BinaryOutput();
  }

  /** Returns the entries of one key group. */
  static List<Entry> entries(FrozenStore image, String table, int keyGroup) {
    List<Entry> result = new ArrayList<>();
    try (EntryCursor cursor = image.entries(table, keyGroup)) {
      while (cursor.next()) {
        Entry entry = new Entry();
        cursor.writeKey(entry.key);
        cursor.writeNamespace(entry.namespace);
        cursor.writeValue(entry.value);
        result.add(entry);
      }
    }
    return result;
  }

  private static BinaryInput input(BinaryOutput bytes) {
    return new BinaryInput(bytes.toByteArray());
  }

  private static <K, N> void forEach(
      FrozenStore image,
      TableSpec<N> table,
      TypeSerializer<K> keys,
      BiConsumer<List<Object>, BinaryInput> action) {
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      for (Entry entry : entries(image, table.name(), keyGroup)) {
        K key = keys.deserialize(input(entry.key));
        N namespace = table.namespaceSerializer().deserialize(input(entry.namespace));
        action.accept(List.of(key, namespace), input(entry.value));
      }
    }
  }

  /** Returns the values of an image by key and namespace; an entry that comes twice is an error. */
  <V> Map<List<Object>, V> values(FrozenStore image, TableSpec.OfValues<?, V> table) {
    Map<List<Object>, V> result = new HashMap<>();
    forEach(
        image,
        table,
        keys,
        (key, in) -> {
          if (result.put(key, table.valueSerializer().deserialize(in)) != null) {
            throw new AssertionError("key comes twice: " + key);
          }
        });
    return result;
  }

  /** Returns the lists of an image by key and namespace. */
  <E> Map<List<Object>, List<E>> lists(FrozenStore image, TableSpec.OfLists<?, E> table) {
    Map<List<Object>, List<E>> result = new HashMap<>();
    forEach(
        image,
        table,
        keys,
        (key, in) -> {
          List<E> list = result.computeIfAbsent(key, absent -> new ArrayList<>());
          while (in.remaining() > 0) {
            list.add(Field.read(table.elementSerializer(), in));
          }
        });
    return result;
  }

  /** Returns the maps of an image by key and namespace; a user key that comes twice is an error. */
  <U, V> Map<List<Object>, Map<U, V>> maps(FrozenStore image, TableSpec.OfMaps<?, U, V> table) {
    Map<List<Object>, Map<U, V>> result = new HashMap<>();
    forEach(
        image,
        table,
        keys,
        (key, in) -> {
          Map<U, V> map = result.computeIfAbsent(key, absent -> new HashMap<>());
          while (in.remaining() > 0) {
            U userKey = Field.read(table.userKeySerializer(), in);
            if (map.put(userKey, Field.read(table.valueSerializer(), in)) != null) {
              throw new AssertionError("user key comes twice: " + userKey + " of " + key);
            }
          }
        });
    return result;
  }

  /** Loads what an image holds of one table into another one. */
  static void copy(FrozenStore image, String name, Table<?, ?> target) {
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      target.load(keyGroup, new ListSource(entries(image, name, keyGroup)));
    }
  }

  private static final class ListSource implements EntrySource {
    private final List<Entry> entries;
    private int index = -1;

    ListSource(List<Entry> entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      return ++index < entries.size();
    }

    @Override
    public long entryCount() {
      return entries.size();
    }

    @Override
    public BinaryInput key() {
      return input(entries.get(index).key);
    }

    @Override
    public BinaryInput namespace() {
      return input(entries.get(index).namespace);
    }

    @Override
    public BinaryInput value() {
      return input(entries.get(index).value);
    }
  }
}
