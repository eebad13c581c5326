// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A {@link ChunkMap} of user keys per key and namespace. */
final class MemoryMapTable<K, N, U, V> implements MapTable<K, N, U, V>, MemoryTable {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private final TypeSerializer<K> keys;
  private final TableSpec.OfMaps<N, U, V> spec;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final EntryLayout<U, VoidNamespace, V> layout;
  private final Images images;
  private final KeyGroups<K, N, ChunkMap<U, VoidNamespace, V>> groups;

  MemoryMapTable(
      TypeSerializer<K> keys, TableSpec.OfMaps<N, U, V> spec, KeyGroupRange range, Images images) {
    this.keys = keys;
    this.spec = spec;
    this.userKeys = spec.userKeySerializer();
    this.values = spec.valueSerializer();
    this.images = images;
    this.layout =
        new EntryLayout<>(
            userKeys, VoidNamespace.serializer(), EntryLayout.longEncoded(values), images);
    this.groups =
        new KeyGroups<>(
            spec.name(),
            range,
            () -> new MapPages<>(userKeys, values),
            new EntryLayout<>(keys, spec.namespaceSerializer(), null, images));
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
    ChunkMap<U, VoidNamespace, V> map = groups.get(key, namespace);
    if (map == null) {
      return null;
    }
    V value = map.get(word(userKey), userKey, NO_NAMESPACE);
    return value == null ? null : EntryLayout.own(values, value);
  }

  @Override
  public void put(KeyContext<K> key, N namespace, U userKey, V value) {
    V own = EntryLayout.own(values, value);
    ChunkMap<U, VoidNamespace, V> map = groups.get(key, namespace);
    if (map == null || !images.isExclusive(map.epoch)) {
      map = exclusive(map);
      groups.put(key, namespace, map);
    }
    map.put(word(userKey), userKey, NO_NAMESPACE, own);
  }

  @Override
  public void remove(KeyContext<K> key, N namespace, U userKey) {
    ChunkMap<U, VoidNamespace, V> map = groups.get(key, namespace);
    long word = word(userKey);
    if (map == null || !map.contains(word, userKey, NO_NAMESPACE)) {
      return;
    }
    if (map.size() == 1) {
      groups.remove(key, namespace);
      return;
    }
    if (!images.isExclusive(map.epoch)) {
      map = map.copy();
      groups.put(key, namespace, map);
    }
    map.remove(word, userKey, NO_NAMESPACE);
  }

  private ChunkMap<U, VoidNamespace, V> exclusive(@Nullable ChunkMap<U, VoidNamespace, V> map) {
    return map == null ? ChunkMap.create(layout) : map.copy();
  }

  private long word(U userKey) {
    return layout.word(userKey, NO_NAMESPACE);
  }

  @Override
  public boolean contains(KeyContext<K> key, N namespace, U userKey) {
    ChunkMap<U, VoidNamespace, V> map = groups.get(key, namespace);
    return map != null && map.contains(word(userKey), userKey, NO_NAMESPACE);
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
    ChunkMap<U, VoidNamespace, V> map = groups.get(key, namespace);
    return map == null ? Collections.emptyIterator() : new Entries(map);
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
  public long entryCount() {
    return groups.entryCount();
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    groups.prepare(keyGroup, entries);
    while (entries.next()) {
      K key = keys.deserialize(entries.key());
      N namespace = spec.namespaceSerializer().deserialize(entries.namespace());
      ChunkMap<U, VoidNamespace, V> map = groups.get(keyGroup, key, namespace);
      if (map == null || !images.isExclusive(map.epoch)) {
        map = exclusive(map);
        groups.put(keyGroup, key, namespace, map);
      }
      BinaryInput page = entries.value();
      while (page.remaining() > 0) {
        U userKey = Field.read(userKeys, page);
        map.put(word(userKey), userKey, NO_NAMESPACE, Field.read(values, page));
      }
    }
  }

  @Override
  public FrozenTable<K, N, ChunkMap<U, VoidNamespace, V>> freeze() {
    return groups.freeze();
  }

  @Override
  public void close() {
    groups.close();
  }

  /** Iterates over the entries of a map while it may change. */
  private final class Entries implements Iterator<Map.Entry<U, V>> {
    private final EntryWalk<U, VoidNamespace, V> walk;
    private boolean hasNext;

    Entries(ChunkMap<U, VoidNamespace, V> map) {
      this.walk = EntryWalk.overLive(map);
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
