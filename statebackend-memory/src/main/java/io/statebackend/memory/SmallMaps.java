// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.LongEncodedSerializer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes maps of at most {@value #SIZE_MAX} entries whose keys and values are encoded as
 * numbers, each in a {@code long[]}:
 *
 * <pre>
 * header | key | value | key | value | ... room ...
 * </pre>
 *
 * <p>A lookup compares one key after the other. The processor fetches the cache lines of the array
 * at the same time, while a hash table would have to know its capacity before it can ask for a
 * slot. Removing moves the last entry into the hole.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
final class SmallMaps<U, V> {
  /** This number of entries and both headers take 504 bytes: 8 cache lines. */
  static final int SIZE_MAX = 30;

  /** This number of entries and both headers take 56 bytes: a cache line. */
  private static final int CAPACITY_MIN = 2;

  private final LongEncodedSerializer<U> userKeys;
  private final LongEncodedSerializer<V> values;
  private final Images images;

  private SmallMaps(
      LongEncodedSerializer<U> userKeys, LongEncodedSerializer<V> values, Images images) {
    this.userKeys = userKeys;
    this.values = values;
    this.images = images;
  }

  /** Returns null unless both keys and values are encoded as numbers. */
  static <U, V> @Nullable SmallMaps<U, V> of(
      @Nullable LongEncodedSerializer<U> userKeys,
      @Nullable LongEncodedSerializer<V> values,
      Images images) {
    return userKeys == null || values == null ? null : new SmallMaps<>(userKeys, values, images);
  }

  @Nullable V get(long[] map, U userKey) {
    int at = find(map, userKeys.toLong(userKey));
    return at < 0 ? null : values.fromLong(map[at + 1]);
  }

  boolean contains(long[] map, U userKey) {
    return find(map, userKeys.toLong(userKey)) >= 0;
  }

  /** Returns where a key is, or -1. */
  private static int find(long[] map, long key) {
    int end = end(map);
    for (int at = 1; at < end; at += 2) {
      if (map[at] == key) {
        return at;
      }
    }
    return -1;
  }

  private static int end(long[] map) {
    return 1 + 2 * NumbersHeader.size(map);
  }

  /**
   * Stores a value.
   *
   * @param map the map, or null for an empty one
   * @return the map, the one that takes its place because it grew or is shared, or null if it is
   *     full
   */
  long @Nullable [] put(long @Nullable [] map, U userKey, V value) {
    long key = userKeys.toLong(userKey);
    if (map == null) {
      long[] made = new long[1 + 2 * CAPACITY_MIN];
      made[0] = NumbersHeader.of(images.epoch(), 0);
      return append(made, key, value);
    }
    int at = find(map, key);
    if (at >= 0) {
      long[] target = exclusive(map);
      target[at + 1] = values.toLong(value);
      return target;
    }
    int size = NumbersHeader.size(map);
    if (size == SIZE_MAX) {
      return null;
    }
    boolean full = end(map) == map.length;
    return append(full ? copy(map, 2 * size + 2) : exclusive(map), key, value);
  }

  private long[] append(long[] target, long key, V value) {
    int end = end(target);
    target[end] = key;
    target[end + 1] = values.toLong(value);
    target[0]++;
    return target;
  }

  /**
   * Removes an entry, if it is there.
   *
   * @return the map, the one that takes its place because it shrank or is shared, or null if
   *     nothing is left
   */
  long @Nullable [] remove(long[] map, U userKey) {
    int at = find(map, userKeys.toLong(userKey));
    if (at < 0) {
      return map;
    }
    int size = NumbersHeader.size(map);
    if (size == 1) {
      return null;
    }
    boolean sparse = size > CAPACITY_MIN && 8 * size < map.length;
    long[] target = sparse ? copy(map, 2 * size) : exclusive(map);
    int last = 2 * size - 1;
    target[at] = target[last];
    target[at + 1] = target[last + 1];
    target[0]--;
    return target;
  }

  private long[] exclusive(long[] map) {
    return NumbersHeader.isExclusive(map, images) ? map : copy(map, map.length / 2);
  }

  private long[] copy(long[] map, int capacity) {
    long[] copy = Arrays.copyOf(map, 1 + 2 * capacity);
    copy[0] = NumbersHeader.of(images.epoch(), NumbersHeader.size(map));
    return copy;
  }

  /** Returns a map of the entries of a chunk, of which there are at most {@link #SIZE_MAX}. */
  long[] of(EntryLayout<?, ?, ?> layout, Chunk chunk) {
    long[] result = new long[1 + 2 * chunk.size()];
    int at = 1;
    for (int slot = 0; slot < chunk.slotCount(); slot++) {
      if (chunk.isOccupied(layout, slot)) {
        result[at] = chunk.word(layout, slot);
        result[at + 1] = chunk.longs[2 * slot + 1];
        at += 2;
      }
    }
    result[0] = NumbersHeader.of(images.epoch(), chunk.size());
    return result;
  }

  /** Returns a chunk of the entries of a map, with room for more. */
  Chunk toChunk(EntryLayout<?, ?, ?> layout, long[] map) {
    Chunk chunk = new Chunk(layout, Chunk.capacityFor(NumbersHeader.size(map) + 1), 0);
    for (int at = 1; at < end(map); at += 2) {
      chunk.putAbsent(layout, map[at], map[at + 1]);
    }
    return chunk;
  }

  /** Walks over a map that does not change, on any thread. */
  MapWalk<U, V> walkOverFrozen(long[] map) {
    return new Walk<>(this, map);
  }

  /** Walks over a map as it is, which the owner, who walks, may replace meanwhile. */
  MapWalk<U, V> walkOverLive(long[] map) {
    NumbersHeader.borrow(map, images);
    return new Walk<>(this, map);
  }

  private static final class Walk<U, V> implements MapWalk<U, V> {
    private final SmallMaps<U, V> maps;
    private final long[] map;
    private final int end;
    private int at = -1;

    Walk(SmallMaps<U, V> maps, long[] map) {
      this.maps = maps;
      this.map = map;
      this.end = end(map);
    }

    @Override
    public boolean next() {
      at += 2;
      return at < end;
    }

    @Override
    public U key() {
      return maps.userKeys.fromLong(map[at]);
    }

    @Override
    public V value() {
      return maps.values.fromLong(map[at + 1]);
    }
  }
}
