// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** What the tables of values, lists and maps have in common. */
// tag::table
sealed interface SortedTable<N> {
  SortedBytes entries();

  TableSpec<N> spec();

  /** Loads the value, or the page, of a key and namespace. */
  void load(byte[] prefix, BinaryInput value);

  default byte[] prefix(KeyContext<?> key, N namespace) {
    BinaryInput keyBytes = new BinaryInput(key.bytes().toByteArray());
    BinaryInput namespaceBytes = new BinaryInput(bytes(spec().namespaceSerializer(), namespace));
    return SortedBytes.prefix(key.keyGroup(), keyBytes, namespaceBytes);
  }

  default NavigableMap<byte[], byte[]> beneath(KeyContext<?> key, N namespace) {
    return entries().beneath(prefix(key, namespace));
  }

  /** The pages of a list or map: a copy of references, so that one may write while using it. */
  default List<byte[]> pages(KeyContext<?> key, N namespace) {
    return List.copyOf(beneath(key, namespace).values());
  }

  static <T> byte[] bytes(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return out.toByteArray();
  }

  static BinaryOutput startingWith(byte[] prefix) {
    BinaryOutput out = new BinaryOutput();
    out.write(prefix, 0, prefix.length);
    return out;
  }

  // end::table

  // tag::values
  /** A value lies under its prefix. */
  record Values<K, N, V>(SortedBytes entries, TableSpec.OfValues<N, V> spec)
      implements SortedTable<N>, ValueTable<K, N, V> {
    @Override
    public V get(KeyContext<K> key, N namespace) {
      byte[] value = entries.map().get(prefix(key, namespace));
      return value == null ? null : spec.valueSerializer().deserialize(new BinaryInput(value));
    }

    @Override
    public void put(KeyContext<K> key, N namespace, V value) {
      byte[] bytes = SortedTable.bytes(spec.valueSerializer(), value);
      entries.map().put(prefix(key, namespace), bytes);
    }

    @Override
    public void remove(KeyContext<K> key, N namespace) {
      entries.map().remove(prefix(key, namespace));
    }

    @Override
    public long entryCount() {
      return entries.map().size();
    }

    @Override
    public void load(byte[] prefix, BinaryInput value) {
      entries.map().put(prefix, value.readBytes(value.remaining()));
    }
  }

  // end::values

  // tag::lists
  /** An element lies under the prefix and its index, as a page of its own. */
  record Lists<K, N, E>(SortedBytes entries, TableSpec.OfLists<N, E> spec)
      implements SortedTable<N>, ListTable<K, N, E> {
    @Override
    public Iterator<E> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream()
          .map(page -> Field.read(spec.elementSerializer(), new BinaryInput(page)))
          .iterator();
    }

    @Override
    public void add(KeyContext<K> key, N namespace, E element) {
      add(prefix(key, namespace), element);
    }

    private void add(byte[] prefix, E element) {
      NavigableMap<byte[], byte[]> list = entries.beneath(prefix);
      BinaryOutput entry = SortedTable.startingWith(prefix);
      entry.writeInt(list.isEmpty() ? 0 : index(prefix, list.lastKey()) + 1);
      BinaryOutput page = new BinaryOutput();
      Field.write(spec.elementSerializer(), element, page);
      entries.map().put(entry.toByteArray(), page.toByteArray());
    }

    private static int index(byte[] prefix, byte[] entry) {
      BinaryInput in = new BinaryInput(entry);
      in.skip(prefix.length);
      return in.readInt();
    }

    @Override
    public void remove(KeyContext<K> key, N namespace) {
      beneath(key, namespace).clear();
    }

    @Override
    public long entryCount() {
      return entries.prefixCount();
    }

    @Override
    public void load(byte[] prefix, BinaryInput page) {
      while (page.remaining() > 0) {
        add(prefix, Field.read(spec.elementSerializer(), page));
      }
    }
  }

  // end::lists

  // tag::maps
  /** A pair lies under the prefix and its user key, as a page of its own. */
  record Maps<K, N, U, V>(SortedBytes entries, TableSpec.OfMaps<N, U, V> spec)
      implements SortedTable<N>, MapTable<K, N, U, V> {
    @Override
    public V get(KeyContext<K> key, N namespace, U userKey) {
      byte[] page = entries.map().get(entry(prefix(key, namespace), userKey));
      return page == null ? null : pair(new BinaryInput(page)).getValue();
    }

    @Override
    public void put(KeyContext<K> key, N namespace, U userKey, V value) {
      put(prefix(key, namespace), Map.entry(userKey, value));
    }

    private void put(byte[] prefix, Map.Entry<U, V> pair) {
      BinaryOutput page = new BinaryOutput();
      Field.write(spec.userKeySerializer(), pair.getKey(), page);
      Field.write(spec.valueSerializer(), pair.getValue(), page);
      entries.map().put(entry(prefix, pair.getKey()), page.toByteArray());
    }

    @Override
    public void remove(KeyContext<K> key, N namespace, U userKey) {
      entries.map().remove(entry(prefix(key, namespace), userKey));
    }

    @Override
    public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream().map(page -> pair(new BinaryInput(page))).iterator();
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      beneath(key, namespace).clear();
    }

    private byte[] entry(byte[] prefix, U userKey) {
      BinaryOutput entry = SortedTable.startingWith(prefix);
      spec.userKeySerializer().serialize(userKey, entry);
      return entry.toByteArray();
    }

    private Map.Entry<U, V> pair(BinaryInput page) {
      U userKey = Field.read(spec.userKeySerializer(), page);
      return Map.entry(userKey, Field.read(spec.valueSerializer(), page));
    }

    @Override
    public long entryCount() {
      return entries.prefixCount();
    }

    @Override
    public void load(byte[] prefix, BinaryInput page) {
      while (page.remaining() > 0) {
        put(prefix, pair(page));
      }
    }
  }
  // end::maps
}
