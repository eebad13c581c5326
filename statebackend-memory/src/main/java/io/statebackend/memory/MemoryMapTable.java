// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A map of user keys, as {@link StoredMaps} keeps it, per key and namespace. */
final class MemoryMapTable<K, N, U, V> implements MapTable<K, N, U, V>, MemoryTable {
  private final TypeSerializer<K> keys;
  private final TableSpec.OfMaps<N, U, V> spec;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final StoredMaps<U, V> maps;
  private final KeyGroups<K, N, Object> groups;

  MemoryMapTable(
      TypeSerializer<K> keys, TableSpec.OfMaps<N, U, V> spec, KeyGroupRange range, Images images) {
    this.keys = keys;
    this.spec = spec;
    this.userKeys = spec.userKeySerializer();
    this.values = spec.valueSerializer();
    this.maps = new StoredMaps<>(userKeys, values, images);
    this.groups =
        new KeyGroups<>(
            spec.name(),
            range,
            new MapPages.Factory<>(maps, userKeys, values, images),
            new EntryLayout<>(keys, spec.namespaceSerializer(), null, images));
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
    Object map = groups.get(key, namespace);
    V value = map == null ? null : maps.get(map, userKey);
    return value == null ? null : EntryLayout.own(values, value);
  }

  @Override
  public void put(KeyContext<K> key, N namespace, U userKey, V value) {
    V own = EntryLayout.own(values, value);
    Object map = groups.get(key, namespace);
    Object changed = maps.put(map, userKey, own);
    if (changed != map) {
      groups.put(key, namespace, changed);
    }
  }

  @Override
  public void remove(KeyContext<K> key, N namespace, U userKey) {
    Object map = groups.get(key, namespace);
    if (map == null) {
      return;
    }
    Object changed = maps.remove(map, userKey);
    if (changed == null) {
      groups.remove(key, namespace);
    } else if (changed != map) {
      groups.put(key, namespace, changed);
    }
  }

  @Override
  public boolean contains(KeyContext<K> key, N namespace, U userKey) {
    Object map = groups.get(key, namespace);
    return map != null && maps.contains(map, userKey);
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
    Object map = groups.get(key, namespace);
    return map == null ? Collections.emptyIterator() : new Entries(maps.walkOverLive(map));
  }

  @Override
  public boolean isEmpty(KeyContext<K> key, N namespace) {
    return groups.get(key, namespace) == null;
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    groups.remove(key, namespace);
  }

  @Override
  public EntryCursor walk(int keyGroup) {
    return groups.walk(keyGroup, MapPages.overLive(maps, userKeys, values));
  }

  @Override
  public List<N> namespaces(KeyContext<K> key) {
    return groups.namespaces(key);
  }

  @Override
  public long entryCount() {
    return groups.entryCount();
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    groups.prepare(keyGroup, entries);
    while (entries.next()) {
      K key = keys.deserialize(entries.key());
      N namespace = spec.namespaceSerializer().deserialize(entries.namespace());
      Object map = groups.get(keyGroup, key, namespace);
      Object changed = map;
      BinaryInput page = entries.value();
      while (page.remaining() > 0) {
        changed = maps.put(changed, Field.read(userKeys, page), Field.read(values, page));
      }
      if (changed != null && changed != map) {
        groups.put(keyGroup, key, namespace, changed);
      }
    }
  }

  @Override
  public FrozenTable<K, N, Object> freeze() {
    return groups.freeze();
  }

  @Override
  public long indexBytes() {
    return groups.indexBytes();
  }

  @Override
  public long entryBytes() {
    return groups.entryBytes();
  }

  @Override
  public void close() {
    groups.close();
  }

  /** Iterates over the entries of a map while it may change. */
  private final class Entries implements Iterator<Map.Entry<U, V>> {
    private final MapWalk<U, V> walk;
    private boolean hasNext;

    Entries(MapWalk<U, V> walk) {
      this.walk = walk;
      this.hasNext = walk.next();
    }

    @Override
    public boolean hasNext() {
      return hasNext;
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext) {
        throw new NoSuchElementException("the map has no more entries");
      }
      Map.Entry<U, V> entry =
          Map.entry(EntryLayout.own(userKeys, walk.key()), EntryLayout.own(values, walk.value()));
      hasNext = walk.next();
      return entry;
    }
  }
}
