// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The smallest backend that keeps every promise: each table is a sorted map of bytes. */
// tag::backend
final class SortedMapStateBackend implements StateBackend {
  @Override
  public String name() {
    return "sorted-map";
  }

  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(MemoryUse.NO_LIMIT, Map.of(), List.of());
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    return new Store<>(spec.keySerializer(), new HashMap<>());
  }

  @Override
  public void close() {} // holds nothing but heap

  /** The tables of one subtask. */
  private record Store<K>(TypeSerializer<K> keySerializer, Map<String, SortedTable<K, ?>> tables)
      implements KeyedStore<K> {
    @Override
    public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return added(spec, new Values<>(keySerializer, spec));
    }

    @Override
    public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      return added(spec, new Lists<>(keySerializer, spec));
    }

    @Override
    public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      return added(spec, new Maps<>(keySerializer, spec));
    }

    private <T extends SortedTable<K, ?>> T added(TableSpec<?> spec, T table) {
      tables.put(spec.name(), table);
      return table;
    }

    @Override
    public FrozenStore freeze() {
      Map<String, IntFunction<EntryCursor>> images = new HashMap<>();
      tables.forEach((name, table) -> images.put(name, table.freeze()));
      return (table, keyGroup) -> requireNonNull(images.get(table)).apply(keyGroup);
    }

    @Override
    public void close() {} // holds nothing but heap
  }

  // end::backend
  // tag::table
  /** What the tables have in common: the keys of entries begin with a key and a namespace. */
  private abstract static sealed class SortedTable<K, N> implements Table<K, N> {
    /** The arrays in it never change, so images share them. */
    final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    private final EntryKeyFormat<N> format;

    SortedTable(TypeSerializer<K> keySerializer, TableSpec<N> spec) {
      format = new EntryKeyFormat<>(keySerializer, spec.namespaceSerializer());
    }

    BinaryOutput prefix(KeyContext<K> key, N namespace) {
      BinaryOutput prefix = new BinaryOutput();
      format.writePrefix(key, namespace, prefix);
      return prefix;
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      beneath(entries, prefix(key, namespace).toByteArray()).clear();
    }

    /** The pages of a list or map: a copy of references, so that one may write while using it. */
    List<BinaryInput> pages(KeyContext<K> key, N namespace) {
      byte[] prefix = prefix(key, namespace).toByteArray();
      return beneath(entries, prefix).values().stream().map(BinaryInput::new).toList();
    }

    static NavigableMap<byte[], byte[]> beneath(NavigableMap<byte[], byte[]> map, byte[] prefix) {
      return map.subMap(prefix, true, EntryKeyFormat.endOf(prefix), false);
    }

    @Override
    public void load(int keyGroup, EntrySource source) {
      while (source.next()) {
        BinaryOutput prefix = new BinaryOutput();
        format.writePrefix(keyGroup, source, prefix);
        load(prefix, source.value());
      }
    }

    /** Loads the value, or a page, of a key and namespace. */
    abstract void load(BinaryOutput prefix, BinaryInput value);

    /** Takes an image: a copy. A real engine copies only what its owner changes later. */
    IntFunction<EntryCursor> freeze() {
      NavigableMap<byte[], byte[]> copy = new TreeMap<>(entries);
      return keyGroup -> {
        byte[] prefix = EntryKeyFormat.keyGroupPrefix(keyGroup);
        return format.cursor(beneath(copy, prefix).entrySet().iterator());
      };
    }
  }

  // end::table
  // tag::values
  /** A value lies under the prefix itself. */
  private static final class Values<K, N, V> extends SortedTable<K, N>
      implements ValueTable<K, N, V> {
    private final TypeSerializer<V> serializer;

    Values(TypeSerializer<K> keySerializer, TableSpec.OfValues<N, V> spec) {
      super(keySerializer, spec);
      serializer = spec.valueSerializer();
    }

    @Override
    public @Nullable V get(KeyContext<K> key, N namespace) {
      byte[] value = entries.get(prefix(key, namespace).toByteArray());
      return value == null ? null : serializer.deserialize(new BinaryInput(value));
    }

    @Override
    public void put(KeyContext<K> key, N namespace, V value) {
      BinaryOutput bytes = new BinaryOutput();
      serializer.serialize(value, bytes);
      load(prefix(key, namespace), new BinaryInput(bytes.toByteArray()));
    }

    @Override
    void load(BinaryOutput prefix, BinaryInput value) {
      entries.put(prefix.toByteArray(), value.readBytes(value.remaining()));
    }
  }

  // end::values
  // tag::lists
  /** Pages of elements lie under the prefix and a number that counts up. */
  private static final class Lists<K, N, E> extends SortedTable<K, N>
      implements ListTable<K, N, E> {
    private final TypeSerializer<E> serializer;
    private long pageCount;

    Lists(TypeSerializer<K> keySerializer, TableSpec.OfLists<N, E> spec) {
      super(keySerializer, spec);
      serializer = spec.elementSerializer();
    }

    @Override
    public Iterator<E> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream()
          .flatMap(page -> Field.readAll(serializer, page).stream())
          .iterator();
    }

    @Override
    public void add(KeyContext<K> key, N namespace, E element) {
      BinaryOutput page = new BinaryOutput();
      Field.write(serializer, element, page);
      load(prefix(key, namespace), new BinaryInput(page.toByteArray()));
    }

    @Override
    void load(BinaryOutput prefix, BinaryInput page) {
      prefix.writeLong(pageCount++);
      entries.put(prefix.toByteArray(), page.readBytes(page.remaining()));
    }
  }

  // end::lists
  // tag::maps
  /** A pair lies under the prefix and its user key, as a page of its own. */
  private static final class Maps<K, N, U, V> extends SortedTable<K, N>
      implements MapTable<K, N, U, V> {
    private final TypeSerializer<U> userKeys;
    private final TypeSerializer<V> values;

    Maps(TypeSerializer<K> keySerializer, TableSpec.OfMaps<N, U, V> spec) {
      super(keySerializer, spec);
      userKeys = spec.userKeySerializer();
      values = spec.valueSerializer();
    }

    @Override
    public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
      byte[] page = entries.get(entryKey(prefix(key, namespace), userKey));
      return page == null ? null : pair(new BinaryInput(page)).getValue();
    }

    @Override
    public void put(KeyContext<K> key, N namespace, U userKey, V value) {
      put(prefix(key, namespace), Map.entry(userKey, value));
    }

    private void put(BinaryOutput prefix, Map.Entry<U, V> pair) {
      BinaryOutput page = new BinaryOutput();
      Field.write(userKeys, pair.getKey(), page);
      Field.write(values, pair.getValue(), page);
      entries.put(entryKey(prefix, pair.getKey()), page.toByteArray());
    }

    @Override
    public void remove(KeyContext<K> key, N namespace, U userKey) {
      entries.remove(entryKey(prefix(key, namespace), userKey));
    }

    @Override
    public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream().map(this::pair).iterator();
    }

    private byte[] entryKey(BinaryOutput prefix, U userKey) {
      userKeys.serialize(userKey, prefix);
      return prefix.toByteArray();
    }

    private Map.Entry<U, V> pair(BinaryInput page) {
      return Map.entry(Field.read(userKeys, page), Field.read(values, page));
    }

    @Override
    void load(BinaryOutput prefix, BinaryInput page) {
      int end = prefix.position();
      while (page.remaining() > 0) {
        put(prefix, pair(page));
        prefix.truncate(end);
      }
    }
  }
  // end::maps
}
