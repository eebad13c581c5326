// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the maps of a table: each a single {@link Chunk} until it outgrows one, and a
 * {@link ChunkMap} from then on.
 *
 * <p>Most maps are small, there are many of them, and each lies somewhere else in memory. What a
 * lookup costs is the number of objects that it follows from one to the next.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
final class StoredMaps<U, V> {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private final EntryLayout<U, VoidNamespace, V> layout;

  StoredMaps(TypeSerializer<U> userKeys, TypeSerializer<V> values, Images images) {
    this.layout =
        new EntryLayout<>(
            userKeys, VoidNamespace.serializer(), EntryLayout.longEncoded(values), images);
  }

  @Nullable V get(StoredMap map, U userKey) {
    long word = word(userKey);
    if (map instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
      return slot < 0 ? null : layout.value(chunk, slot);
    }
    return large(map).get(word, userKey, NO_NAMESPACE);
  }

  boolean contains(StoredMap map, U userKey) {
    long word = word(userKey);
    return map instanceof Chunk chunk
        ? chunk.find(layout, word, userKey, NO_NAMESPACE) >= 0
        : large(map).contains(word, userKey, NO_NAMESPACE);
  }

  /**
   * Stores a value, which becomes the map's.
   *
   * @return the map, or the one that takes its place because it grew or is shared
   */
  StoredMap put(@Nullable StoredMap map, U userKey, V value) {
    long word = word(userKey);
    if (map instanceof ChunkMap) {
      return putInLarge(large(map), word, userKey, value);
    }
    Chunk chunk = map == null ? new Chunk(layout, Chunk.CAPACITY_MIN, 0) : (Chunk) map;
    int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
    if (slot >= 0) {
      Chunk target = chunk.exclusive(layout.images);
      layout.setValue(target, slot, value);
      return target;
    }
    if (chunk.isFull()) {
      if (chunk.capacity() == Chunk.CAPACITY_MAX) {
        return putInLarge(ChunkMap.of(layout, chunk), word, userKey, value);
      }
      chunk = chunk.resized(layout, chunk.grownCapacity());
      slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
    }
    Chunk target = chunk.exclusive(layout.images);
    layout.putAbsent(target, ~slot, word, userKey, NO_NAMESPACE, value);
    return target;
  }

  private StoredMap putInLarge(ChunkMap<U, VoidNamespace, V> map, long word, U userKey, V value) {
    ChunkMap<U, VoidNamespace, V> target = map.exclusive();
    target.put(word, userKey, NO_NAMESPACE, value);
    return target;
  }

  /**
   * Removes an entry, if it is there.
   *
   * @return the map, the one that takes its place because it shrank or is shared, or null if
   *     nothing is left
   */
  @Nullable StoredMap remove(StoredMap map, U userKey) {
    long word = word(userKey);
    if (map instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
      if (slot < 0) {
        return chunk;
      }
      if (chunk.size() == 1) {
        return null;
      }
      Chunk target = chunk.exclusive(layout.images);
      target.vacate(layout, slot);
      return target.isSparse() ? target.fitted(layout) : target;
    }
    ChunkMap<U, VoidNamespace, V> large = large(map);
    if (!large.contains(word, userKey, NO_NAMESPACE)) {
      return large;
    }
    if (large.size() == 1) {
      return null;
    }
    ChunkMap<U, VoidNamespace, V> target = large.exclusive();
    target.remove(word, userKey, NO_NAMESPACE);
    return target;
  }

  /** Walks over a map that does not change, on any thread. */
  EntryWalk<U, VoidNamespace, V> walkOverFrozen(StoredMap map) {
    return map instanceof Chunk chunk
        ? EntryWalk.overFrozen(layout, chunk)
        : EntryWalk.overFrozen(large(map));
  }

  /** Walks over a map that the owner, who walks, may change meanwhile. */
  EntryWalk<U, VoidNamespace, V> walkOverLive(StoredMap map) {
    return map instanceof Chunk chunk
        ? EntryWalk.overLive(layout, chunk)
        : EntryWalk.overLive(large(map));
  }

  private long word(U userKey) {
    return layout.word(userKey, NO_NAMESPACE);
  }

  @SuppressWarnings("unchecked") // the maps of a table are all of its types
  private ChunkMap<U, VoidNamespace, V> large(StoredMap map) {
    return (ChunkMap<U, VoidNamespace, V>) map;
  }
}
