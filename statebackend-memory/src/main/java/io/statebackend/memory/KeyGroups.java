// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The map of each key group of a table.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class KeyGroups<K, N, V> {
  private final String table;
  private final KeyGroupRange range;
  private final FrozenTable.PagesFactory<V> pages;
  private final EntryLayout<K, N, V> layout;
  private final int first;

  /** By key group; null where there are no entries. */
  private final @Nullable ChunkMap<K, N, V>[] maps;

  private boolean closed;

  @SuppressWarnings({"unchecked", "rawtypes"}) // no arrays of generic types
  KeyGroups(
      String table,
      KeyGroupRange range,
      FrozenTable.PagesFactory<V> pages,
      EntryLayout<K, N, V> layout) {
    this.table = table;
    this.range = range;
    this.pages = pages;
    this.layout = layout;
    this.first = range.first();
    this.maps = new ChunkMap[range.size()];
  }

  EntryLayout<K, N, V> layout() {
    return layout;
  }

  @Nullable V get(KeyContext<K> context, N namespace) {
    K key = layout.objectKey(context);
    ChunkMap<K, N, V> map = maps[context.keyGroup() - first];
    if (map == null) {
      checkOpen();
      return null;
    }
    return map.get(layout.word(context, namespace), key, namespace);
  }

  /**
   * Stores what a function makes of a value. It is lent the stored object, or a copy if an image
   * may share that.
   *
   * @param values the serializer of the values
   */
  <A> void update(
      KeyContext<K> context,
      N namespace,
      TypeSerializer<V> values,
      ValueTable.Function<V, A> function,
      A argument) {
    K key = layout.objectKey(context);
    int keyGroup = context.keyGroup();
    long word = layout.word(context, namespace);
    ChunkMap<K, N, V> map = maps[keyGroup - first];
    if (map == null) {
      checkOpen();
    }
    Chunk chunk = map == null ? null : map.chunk(word);
    int slot = chunk == null ? -1 : chunk.find(layout, word, key, namespace);
    V stored = null;
    if (chunk == null) {
      stored = map == null ? null : map.get(word, key, namespace);
    } else if (slot >= 0) {
      stored = layout.value(chunk, slot);
    }
    V lent = stored;
    boolean isCopy = false;
    if (stored != null && !values.isImmutable() && layout.images.isAnyInUse()) {
      lent = values.copy(stored);
      isCopy = true;
    }
    V changed = function.apply(lent, argument);
    if (changed == lent && !isCopy) {
      return; // It was changed where it is, or not at all.
    }
    if (changed == null) {
      remove(keyGroup, word, key, namespace);
      return;
    }
    V own = changed == lent ? changed : EntryLayout.own(values, changed);
    ChunkMap<K, N, V> target = exclusive(keyGroup);
    if (chunk == null || slot < 0 || !target.set(chunk, slot, word, own)) {
      target.put(word, key, namespace, own);
    }
  }

  void put(KeyContext<K> context, N namespace, V value) {
    K key = layout.objectKey(context);
    exclusive(context.keyGroup()).put(layout.word(context, namespace), key, namespace, value);
  }

  void remove(KeyContext<K> context, N namespace) {
    K key = layout.objectKey(context);
    int keyGroup = context.keyGroup();
    if (maps[keyGroup - first] == null) {
      checkOpen();
      return;
    }
    remove(keyGroup, layout.word(context, namespace), key, namespace);
  }

  private void remove(int keyGroup, long word, @Nullable K key, N namespace) {
    ChunkMap<K, N, V> map = exclusive(keyGroup);
    map.remove(word, key, namespace);
    if (map.size() == 0) {
      maps[keyGroup - first] = null;
    }
  }

  /** Returns the value under the key of an entry that is loaded. */
  @Nullable V get(int keyGroup, K key, N namespace) {
    ChunkMap<K, N, V> map = maps[keyGroup - first];
    return map == null ? null : map.get(layout.word(key, namespace), key, namespace);
  }

  /** Stores a value under the key of an entry that is loaded. */
  void put(int keyGroup, K key, N namespace, V value) {
    exclusive(keyGroup).put(layout.word(key, namespace), key, namespace, value);
  }

  /** Makes room for entries that are about to be loaded. */
  void prepare(int keyGroup, EntrySource entries) {
    checkOpen();
    checkKeyGroup(keyGroup);
    if (maps[keyGroup - first] == null) {
      maps[keyGroup - first] = ChunkMap.createFor(layout, entries.entryCount());
    }
  }

  private void checkKeyGroup(int keyGroup) {
    if (!range.contains(keyGroup)) {
      throw new IllegalArgumentException(
          "key group is not one of the store's: keyGroup="
              + keyGroup
              + ", keyGroups="
              + range
              + ", table="
              + table);
    }
  }

  /** Returns the map of a key group, to be changed. */
  private ChunkMap<K, N, V> exclusive(int keyGroup) {
    ChunkMap<K, N, V> map = maps[keyGroup - first];
    if (map != null && layout.images.isExclusive(map.epoch)) {
      return map;
    }
    checkOpen();
    ChunkMap<K, N, V> changed = map == null ? ChunkMap.create(layout) : map.exclusive();
    maps[keyGroup - first] = changed;
    return changed;
  }

  /** Returns the map of a key group, or null if that has no entries. */
  @Nullable ChunkMap<K, N, V> map(int keyGroup) {
    checkOpen();
    checkKeyGroup(keyGroup);
    return maps[keyGroup - first];
  }

  /** Walks over a key group that may change meanwhile. */
  EntryCursor walk(int keyGroup, Pages<V> livePages) {
    checkOpen();
    checkKeyGroup(keyGroup);
    return new LiveCursor<>(this, keyGroup, livePages);
  }

  /** Returns the namespaces of a key; looks at the words of all entries of the key group. */
  List<N> namespaces(KeyContext<K> context) {
    List<N> found = new ArrayList<>();
    ChunkMap<K, N, V> map = map(context.keyGroup());
    if (map != null && layout.isNamespaced()) {
      map.addNamespaces(context.key(), context.hash(), found);
    } else if (map != null) {
      N sole = layout.soleNamespace();
      if (map.contains(layout.word(context, sole), layout.objectKey(context), sole)) {
        found.add(sole);
      }
    }
    return found;
  }

  long entryCount() {
    checkOpen();
    long count = 0;
    for (ChunkMap<K, N, V> map : maps) {
      count += map == null ? 0 : map.size();
    }
    return count;
  }

  /** Returns the memory of directories, as {@link MemoryTable#indexBytes} does. */
  long indexBytes() {
    long bytes = 0;
    for (ChunkMap<K, N, V> map : maps) {
      bytes += map == null ? 0 : map.indexBytes();
    }
    return bytes;
  }

  /** Returns the memory of chunks, as {@link MemoryTable#entryBytes} does. */
  long entryBytes() {
    long bytes = 0;
    for (ChunkMap<K, N, V> map : maps) {
      bytes += map == null ? 0 : map.entryBytes();
    }
    return bytes;
  }

  /** Returns the maps as they are now, to be read while they are shared with an image. */
  FrozenTable<K, N, V> freeze() {
    return new FrozenTable<>(table, range, maps.clone(), layout, pages);
  }

  /** Lets go of all entries. */
  void close() {
    closed = true;
    Arrays.fill(maps, null);
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the store is closed: table=" + table);
    }
  }
}
