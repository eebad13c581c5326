// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the maps of a table. A map has one of three forms: a {@code long[]} while it is
 * small and everything in it is encoded as numbers ({@link SmallMaps}), a single {@link Chunk}
 * until it outgrows one, and a {@link ChunkMap} after that.
 *
 * <p>Most maps are small, there are many of them, and each lies somewhere else in memory. The cost
 * of a lookup is the number of objects that it has to follow one after the other.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
final class StoredMaps<U, V> {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private final EntryLayout<U, VoidNamespace, V> layout;

  /** Null if not all is encoded as numbers. */
  private final @Nullable SmallMaps<U, V> small;

  StoredMaps(TypeSerializer<U> userKeys, TypeSerializer<V> values, Images images) {
    LongEncodedSerializer<V> longValues = EntryLayout.longEncoded(values);
    this.layout = new EntryLayout<>(userKeys, VoidNamespace.serializer(), longValues, images);
    this.small = SmallMaps.of(EntryLayout.longEncoded(userKeys), longValues, images);
  }

  @Nullable V get(Object map, U userKey) {
    if (small != null && map instanceof long[] numbers) {
      return small.get(numbers, userKey);
    }
    long word = word(userKey);
    if (map instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
      return slot < 0 ? null : layout.value(chunk, slot);
    }
    return large(map).get(word, userKey, NO_NAMESPACE);
  }

  boolean contains(Object map, U userKey) {
    if (small != null && map instanceof long[] numbers) {
      return small.contains(numbers, userKey);
    }
    long word = word(userKey);
    return map instanceof Chunk chunk
        ? chunk.find(layout, word, userKey, NO_NAMESPACE) >= 0
        : large(map).contains(word, userKey, NO_NAMESPACE);
  }

  /**
   * Stores a value, which becomes the map's.
   *
   * @param map the map, or null for an empty one
   * @return the map, or the one that takes its place because it grew or is shared
   */
  Object put(@Nullable Object map, U userKey, V value) {
    if (small != null && (map == null || map instanceof long[])) {
      long[] numbers = (long[]) map;
      long[] changed = small.put(numbers, userKey, value);
      return changed != null
          ? changed
          : putInChunk(small.toChunk(layout, requireNonNull(numbers)), userKey, value);
    }
    if (map instanceof ChunkMap) {
      return putInLarge(large(map), word(userKey), userKey, value);
    }
    return putInChunk(
        map == null ? new Chunk(layout, Chunk.CAPACITY_MIN, 0) : (Chunk) map, userKey, value);
  }

  private Object putInChunk(Chunk chunk, U userKey, V value) {
    long word = word(userKey);
    int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
    if (slot >= 0) {
      Chunk target = chunk.exclusive(layout.images);
      layout.setValue(target, slot, value);
      return target;
    }
    if (!chunk.isFull()) {
      Chunk target = chunk.exclusive(layout.images);
      layout.putAbsent(target, ~slot, word, userKey, NO_NAMESPACE, value);
      return target;
    }
    if (chunk.capacity() == Chunk.CAPACITY_MAX) {
      return putInLarge(ChunkMap.of(layout, chunk), word, userKey, value);
    }
    Chunk grown = chunk.resized(layout, chunk.grownCapacity());
    int grownSlot = ~grown.find(layout, word, userKey, NO_NAMESPACE);
    layout.putAbsent(grown, grownSlot, word, userKey, NO_NAMESPACE, value);
    return grown;
  }

  private Object putInLarge(ChunkMap<U, VoidNamespace, V> map, long word, U userKey, V value) {
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
  @Nullable Object remove(Object map, U userKey) {
    if (small != null && map instanceof long[] numbers) {
      return small.remove(numbers, userKey);
    }
    long word = word(userKey);
    if (map instanceof Chunk chunk) {
      return removeFromChunk(chunk, word, userKey);
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

  private @Nullable Object removeFromChunk(Chunk chunk, long word, U userKey) {
    int slot = chunk.find(layout, word, userKey, NO_NAMESPACE);
    if (slot < 0) {
      return chunk;
    }
    if (chunk.size() == 1) {
      return null;
    }
    Chunk target = chunk.exclusive(layout.images);
    target.vacate(layout, slot);
    if (!target.isSparse()) {
      return target;
    }
    return small != null && target.size() <= SmallMaps.SIZE_MAX / 2
        ? small.of(layout, target)
        : target.fitted(layout);
  }

  /** Walks over a map that does not change, on any thread. */
  MapWalk<U, V> walkOverFrozen(Object map) {
    if (small != null && map instanceof long[] numbers) {
      return small.walkOverFrozen(numbers);
    }
    return map instanceof Chunk chunk
        ? EntryWalk.overFrozen(layout, chunk)
        : EntryWalk.overFrozen(layout, large(map));
  }

  /** Walks over a map that the owner, who walks, may change meanwhile. */
  MapWalk<U, V> walkOverLive(Object map) {
    if (small != null && map instanceof long[] numbers) {
      return small.walkOverLive(numbers);
    }
    return map instanceof Chunk chunk
        ? EntryWalk.overLive(layout, chunk)
        : EntryWalk.overLive(large(map));
  }

  private long word(U userKey) {
    return layout.word(userKey, NO_NAMESPACE);
  }

  @SuppressWarnings("unchecked") // the maps of a table are all of its types
  private ChunkMap<U, VoidNamespace, V> large(Object map) {
    return (ChunkMap<U, VoidNamespace, V>) map;
  }
}
