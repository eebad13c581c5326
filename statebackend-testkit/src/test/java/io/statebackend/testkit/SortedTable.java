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

/** What the tables of values, lists and maps have in common. */
// tag::table
abstract sealed class SortedTable<K, N> {
  final SortedBytes entries = new SortedBytes();
  private final TypeSerializer<N> namespaceSerializer;

  private SortedTable(TableSpec<N> spec) {
    namespaceSerializer = spec.namespaceSerializer();
  }

  /** Loads the value, or the page, of a key and namespace. */
  abstract void load(byte[] prefix, BinaryInput value);

  public void remove(KeyContext<K> key, N namespace) {
    entries.beneath(prefix(key, namespace)).clear();
  }

  byte[] prefix(KeyContext<K> key, N namespace) {
    BinaryInput keyBytes = new BinaryInput(key.bytes().toByteArray());
    BinaryInput namespaceBytes = new BinaryInput(bytes(namespaceSerializer, namespace));
    return SortedBytes.prefix(key.keyGroup(), keyBytes, namespaceBytes);
  }

  /** The pages of a list or map: a copy of references, so that one may write while using it. */
  List<BinaryInput> pages(KeyContext<K> key, N namespace) {
    return entries.beneath(prefix(key, namespace)).values().stream().map(BinaryInput::new).toList();
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
  static final class Values<K, N, V> extends SortedTable<K, N> implements ValueTable<K, N, V> {
    private final TypeSerializer<V> serializer;

    Values(TableSpec.OfValues<N, V> spec) {
      super(spec);
      serializer = spec.valueSerializer();
    }

    @Override
    public V get(KeyContext<K> key, N namespace) {
      byte[] value = entries.map().get(prefix(key, namespace));
      return value == null ? null : serializer.deserialize(new BinaryInput(value));
    }

    @Override
    public void put(KeyContext<K> key, N namespace, V value) {
      entries.map().put(prefix(key, namespace), bytes(serializer, value));
    }

    @Override
    void load(byte[] prefix, BinaryInput value) {
      entries.map().put(prefix, value.readBytes(value.remaining()));
    }
  }

  // end::values

  // tag::lists
  /** An element lies under the prefix and a number that counts up, as a page of its own. */
  static final class Lists<K, N, E> extends SortedTable<K, N> implements ListTable<K, N, E> {
    private final TypeSerializer<E> serializer;
    private long addedCount;

    Lists(TableSpec.OfLists<N, E> spec) {
      super(spec);
      serializer = spec.elementSerializer();
    }

    @Override
    public Iterator<E> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream().map(page -> Field.read(serializer, page)).iterator();
    }

    @Override
    public void add(KeyContext<K> key, N namespace, E element) {
      add(prefix(key, namespace), element);
    }

    private void add(byte[] prefix, E element) {
      BinaryOutput entry = startingWith(prefix);
      entry.writeLong(addedCount++);
      BinaryOutput page = new BinaryOutput();
      Field.write(serializer, element, page);
      entries.map().put(entry.toByteArray(), page.toByteArray());
    }

    @Override
    void load(byte[] prefix, BinaryInput page) {
      while (page.remaining() > 0) {
        add(prefix, Field.read(serializer, page));
      }
    }
  }

  // end::lists

  // tag::maps
  /** A pair lies under the prefix and its user key, as a page of its own. */
  static final class Maps<K, N, U, V> extends SortedTable<K, N> implements MapTable<K, N, U, V> {
    private final TypeSerializer<U> userKeySerializer;
    private final TypeSerializer<V> valueSerializer;

    Maps(TableSpec.OfMaps<N, U, V> spec) {
      super(spec);
      userKeySerializer = spec.userKeySerializer();
      valueSerializer = spec.valueSerializer();
    }

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
      Field.write(userKeySerializer, pair.getKey(), page);
      Field.write(valueSerializer, pair.getValue(), page);
      entries.map().put(entry(prefix, pair.getKey()), page.toByteArray());
    }

    @Override
    public void remove(KeyContext<K> key, N namespace, U userKey) {
      entries.map().remove(entry(prefix(key, namespace), userKey));
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      remove(key, namespace);
    }

    @Override
    public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
      return pages(key, namespace).stream().map(this::pair).iterator();
    }

    private byte[] entry(byte[] prefix, U userKey) {
      BinaryOutput entry = startingWith(prefix);
      userKeySerializer.serialize(userKey, entry);
      return entry.toByteArray();
    }

    private Map.Entry<U, V> pair(BinaryInput page) {
      U userKey = Field.read(userKeySerializer, page);
      return Map.entry(userKey, Field.read(valueSerializer, page));
    }

    @Override
    void load(byte[] prefix, BinaryInput page) {
      while (page.remaining() > 0) {
        put(prefix, pair(page));
      }
    }
  }
  // end::maps
}
