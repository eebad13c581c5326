// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Growing
 *
 * Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, TODS 1979). The leading `depth` bits of
 * a hash choose a slot of the directory, and that names a bucket. A bucket of a smaller depth is
 * named by a run of slots. A full chunk grows up to its largest capacity and is then split by the
 * next bit; when it is as deep as the directory, the directory is doubled first. So one operation
 * moves the entries of one chunk at most, and a directory has about one slot of four bytes for a
 * thousand entries. Removing goes the same way back: a sparse chunk is joined with its buddy or made
 * smaller, and a directory that no bucket needs in full is halved.
 *
 * Keys that collide
 *
 * Keys that share many leading bits would double the directory without end. It is therefore never
 * doubled beyond one slot for DIRECTORY_ENTRIES_MIN entries: a chunk that could only be split by
 * exceeding that becomes a tree.
 *
 * Copy-on-write
 *
 * The map with its directory, and each chunk, is stamped with an epoch (see Images). Whoever
 * changes a map makes sure that the map itself is not shared; here the same is done for its chunks.
 */

/**
 * A hash map from key and namespace to values that grows and shrinks in small steps, and is copied
 * in small pieces while an image shares it.
 *
 * <p>Only the owner of the store uses it, except for an {@link EntryWalk} over a map that is shared
 * with an image and so does not change.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class ChunkMap<K, N, V> {
  private static final int DIRECTORY_ENTRIES_MIN = Chunk.SIZE_MAX / 6;
  private static final int SIZED_DEPTH_MAX = 16;

  /** The number of entries per chunk that a map is made for: what the largest holds, less 25%. */
  private static final int SIZED_CHUNK_ENTRIES = Chunk.SIZE_MAX * 3 / 4;

  private final EntryLayout<K, N, V> layout;

  /** When the map was made or copied; images from then on share it. */
  final long epoch;

  private Bucket[] directory;

  /** The number of hash bits that the directory is indexed by. */
  private int depth;

  private long size;

  private ChunkMap(EntryLayout<K, N, V> layout, Bucket[] directory, int depth, long size) {
    this.layout = layout;
    this.epoch = layout.images.epoch();
    this.directory = directory;
    this.depth = depth;
    this.size = size;
  }

  /** Makes an empty map. */
  static <K, N, V> ChunkMap<K, N, V> create(EntryLayout<K, N, V> layout) {
    return of(layout, new Chunk(layout, Chunk.CAPACITY_MIN, 0));
  }

  /** Makes a map of the entries of a chunk, the only one. */
  static <K, N, V> ChunkMap<K, N, V> of(EntryLayout<K, N, V> layout, Chunk chunk) {
    return new ChunkMap<>(layout, new Bucket[] {chunk}, 0, chunk.size());
  }

  /** Makes an empty map with room for a number of entries. */
  static <K, N, V> ChunkMap<K, N, V> createFor(EntryLayout<K, N, V> layout, long entryCount) {
    int depth = 0;
    while (entryCount >> depth > SIZED_CHUNK_ENTRIES && depth < SIZED_DEPTH_MAX) {
      depth++;
    }
    int chunkSize = (int) Math.min(Chunk.SIZE_MAX, entryCount >> depth);
    Bucket[] directory = new Bucket[1 << depth];
    for (int i = 0; i < directory.length; i++) {
      directory[i] = new Chunk(layout, Chunk.capacityFor(chunkSize), depth);
    }
    return new ChunkMap<>(layout, directory, depth, 0);
  }

  /** Returns the map, or a copy of which all buckets are shared if an image shares it. */
  ChunkMap<K, N, V> exclusive() {
    return layout.images.isExclusive(epoch)
        ? this
        : new ChunkMap<>(layout, directory.clone(), depth, size);
  }

  /** Returns the memory of the directory, as {@link MemoryTable#indexBytes} does. */
  long indexBytes() {
    return EntryLayout.ARRAY_HEADER_BYTES + (long) directory.length * EntryLayout.REFERENCE_BYTES;
  }

  /** Returns the memory of all chunks, as {@link MemoryTable#entryBytes} does. */
  long entryBytes() {
    long bytes = 0;
    Bucket previous = null;
    for (Bucket bucket : directory) {
      // A bucket has a run of slots. Another thread may see one that is not filled yet.
      if (bucket != previous && bucket instanceof Chunk chunk) {
        bytes += chunk.arrayBytes();
      }
      previous = bucket;
    }
    return bytes;
  }

  EntryLayout<K, N, V> layout() {
    return layout;
  }

  long size() {
    return size;
  }

  /** Returns the bucket for a hash. */
  Bucket bucket(long hash) {
    return directory[index(hash)];
  }

  private int index(long hash) {
    // In two steps, for a shift by 64 would be none; and a shift is by the low six bits.
    return (int) (hash >>> 1 >>> ~depth);
  }

  @Nullable V get(long word, @Nullable K key, N namespace) {
    Bucket bucket = directory[index(EntryLayout.mix(word))];
    if (bucket instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, key, namespace);
      return slot < 0 ? null : layout.value(chunk, slot);
    }
    CollisionTree<K, N, V> tree = tree(bucket);
    return tree.get(word, layout.orderBytes(key, namespace));
  }

  /** Returns the chunk in which a word is looked for, or null if that is in a tree. */
  @Nullable Chunk chunk(long word) {
    return directory[index(EntryLayout.mix(word))] instanceof Chunk chunk ? chunk : null;
  }

  /**
   * Stores a value, which becomes the map's, in a slot that was found before.
   *
   * @return {@code false} if the word is not there any more; nothing is stored then
   */
  boolean set(Chunk chunk, int slot, long word, V value) {
    int index = index(EntryLayout.mix(word));
    if (directory[index] != chunk
        || !chunk.isOccupied(layout, slot)
        || (word != 0 && chunk.word(layout, slot) != word)) {
      return false;
    }
    layout.setValue(exclusive(chunk, index), slot, value);
    return true;
  }

  /** Adds the namespaces of all entries of a key. */
  void addNamespaces(K key, long keyHash, List<N> found) {
    Bucket previous = null;
    for (Bucket bucket : directory) {
      if (bucket != previous) {
        previous = bucket;
        if (bucket instanceof Chunk chunk) {
          for (int slot = 0; slot < chunk.slotCount(); slot++) {
            if (chunk.isOccupied(layout, slot)
                && layout.mayBeOf(chunk.word(layout, slot), keyHash)
                && layout.isStored(chunk.objects[slot * layout.objectStride], key)) {
              found.add(layout.ownNamespace(layout.namespace(chunk, slot)));
            }
          }
        } else {
          ChunkMap.<K, N, V>tree(bucket).addNamespaces(layout, key, found);
        }
      }
    }
  }

  boolean contains(long word, @Nullable K key, N namespace) {
    Bucket bucket = directory[index(EntryLayout.mix(word))];
    return bucket instanceof Chunk chunk
        ? chunk.find(layout, word, key, namespace) >= 0
        : tree(bucket).get(word, layout.orderBytes(key, namespace)) != null;
  }

  /** Stores a value, which becomes the map's; key and namespace stay the caller's. */
  void put(long word, @Nullable K key, N namespace, V value) {
    int index = index(EntryLayout.mix(word));
    while (directory[index] instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, key, namespace);
      if (slot >= 0) {
        layout.setValue(exclusive(chunk, index), slot, value);
        return;
      }
      if (!chunk.isFull()) {
        Chunk target = exclusive(chunk, index);
        layout.putAbsent(target, ~slot, word, key, namespace, value);
        size++;
        return;
      }
      makeRoom(chunk, index);
      index = index(EntryLayout.mix(word));
    }
    putInTree(index, word, key, namespace, value);
  }

  private void putInTree(int index, long word, @Nullable K key, N namespace, V value) {
    CollisionTree<K, N, V> tree = tree(directory[index]);
    byte[] bytes = layout.orderBytes(key, namespace);
    CollisionTree<K, N, V> changed =
        tree.with(
            new CollisionTree.Entry<>(
                word, bytes, layout.ownKey(word, key), layout.ownNamespace(namespace), value));
    size += changed.size() - tree.size();
    replace(tree, index, changed);
  }

  /** Removes a value, if it is there. */
  void remove(long word, @Nullable K key, N namespace) {
    int index = index(EntryLayout.mix(word));
    if (directory[index] instanceof Chunk chunk) {
      int slot = chunk.find(layout, word, key, namespace);
      if (slot >= 0) {
        Chunk target = exclusive(chunk, index);
        target.vacate(layout, slot);
        size--;
        if (target.isSparse()) {
          shrink(target, index);
        }
      }
    } else {
      removeFromTree(index, word, layout.orderBytes(key, namespace));
    }
  }

  private void removeFromTree(int index, long word, byte[] bytes) {
    CollisionTree<K, N, V> tree = tree(directory[index]);
    CollisionTree<K, N, V> changed = tree.without(word, bytes);
    size += changed.size() - tree.size();
    boolean small = changed.size() < CollisionTree.SIZE_MIN;
    replace(tree, index, small ? changed.toChunk(layout) : changed);
  }

  @SuppressWarnings("unchecked")
  static <K, N, V> CollisionTree<K, N, V> tree(Bucket bucket) {
    return (CollisionTree<K, N, V>) bucket;
  }

  /** Returns the chunk, or a copy in its place if an image or an iterator shares it. */
  private Chunk exclusive(Chunk chunk, int index) {
    Chunk exclusive = chunk.exclusive(layout.images);
    if (exclusive != chunk) {
      replace(chunk, index, exclusive);
    }
    return exclusive;
  }

  /** Names another bucket in all the slots that name the one at an index. */
  private void replace(Bucket old, int index, Bucket bucket) {
    int run = run(old);
    int from = index & -run;
    Arrays.fill(directory, from, from + run, bucket);
  }

  /** Returns the number of slots that name a bucket. The index of the first is a multiple of it. */
  private int run(Bucket bucket) {
    return 1 << (depth - bucket.depth());
  }

  private void makeRoom(Chunk chunk, int index) {
    if (chunk.capacity() < Chunk.CAPACITY_MAX) {
      replace(chunk, index, chunk.resized(layout, chunk.grownCapacity()));
    } else if (chunk.depth() < depth) {
      split(chunk, index);
    } else if (2L * directory.length * DIRECTORY_ENTRIES_MIN <= size) {
      doubleDirectory();
      split(chunk, 2 * index);
    } else {
      replace(chunk, index, CollisionTree.of(layout, chunk));
    }
  }

  private void split(Chunk chunk, int index) {
    Chunk[] halves = chunk.split(layout);
    int run = run(chunk);
    int from = index & -run;
    Arrays.fill(directory, from, from + run / 2, halves[0]);
    Arrays.fill(directory, from + run / 2, from + run, halves[1]);
  }

  private void doubleDirectory() {
    Bucket[] doubled = new Bucket[2 * directory.length];
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] = directory[i / 2];
    }
    directory = doubled;
    depth++;
  }

  /** Joins a sparse chunk with its buddy, if both are small, or else makes it smaller. */
  private void shrink(Chunk chunk, int index) {
    int run = run(chunk);
    int from = index & -run;
    if (chunk.depth() > 0
        && directory[from ^ run] instanceof Chunk buddy
        && buddy.depth() == chunk.depth()
        && buddy.size() + chunk.size() <= Chunk.SIZE_MAX / 2) {
      int capacity = Chunk.capacityFor(buddy.size() + chunk.size());
      Chunk joined = new Chunk(layout, capacity, chunk.depth() - 1);
      joined.takeAll(layout, chunk);
      joined.takeAll(layout, buddy);
      replace(joined, index, joined);
      halveDirectory();
    } else {
      replace(chunk, index, chunk.fitted(layout));
    }
  }

  private void halveDirectory() {
    for (Bucket bucket : directory) {
      if (bucket.depth() == depth) {
        return;
      }
    }
    Bucket[] halved = new Bucket[directory.length / 2];
    for (int i = 0; i < halved.length; i++) {
      halved[i] = directory[2 * i];
    }
    directory = halved;
    depth--;
  }
}
