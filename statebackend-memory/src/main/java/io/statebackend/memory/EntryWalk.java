// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the entries of a map in the order of the leading bits of their hashes.
 *
 * <p>It looks up one bucket after the other by the hash at which the last one ended. So the owner
 * may iterate over a map that it changes meanwhile: even if buckets are split, joined or copied, an
 * entry that stays is returned once. The chunk that such an iteration is reading is borrowed: a
 * change copies it.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class EntryWalk<K, N, V> implements MapWalk<K, V> {

  /** Null if there is only the chunk with which the walk began. */
  private @Nullable ChunkMap<K, N, V> map;

  private final EntryLayout<K, N, V> layout;
  private final boolean borrowing;

  /** The first hash, as an unsigned number, that is not walked over yet. */
  private long position;

  /** Whether the position went past the largest hash, to 0. */
  private boolean atEnd;

  private @Nullable Chunk chunk;
  private int slot;

  /** Entries of the chunk with a smaller hash came already, from a chunk that was joined to it. */
  private long hashMin;

  /** The nodes of a tree that come after the current one, each with its right subtree. */
  private final ArrayDeque<CollisionTree.Node<K, N, V>> nodes = new ArrayDeque<>(0);

  private CollisionTree.@Nullable Entry<K, N, V> treeEntry;

  private EntryWalk(
      EntryLayout<K, N, V> layout, @Nullable ChunkMap<K, N, V> map, boolean borrowing) {
    this.layout = layout;
    this.map = map;
    this.borrowing = borrowing;
  }

  private EntryWalk(EntryLayout<K, N, V> layout, Chunk chunk, boolean borrowing) {
    this(layout, (ChunkMap<K, N, V>) null, borrowing);
    enter(chunk);
  }

  /** Walks over a map that does not change, on any thread, with serializers for that thread. */
  static <K, N, V> EntryWalk<K, N, V> overFrozen(
      EntryLayout<K, N, V> layout, ChunkMap<K, N, V> map) {
    return new EntryWalk<>(layout, map, false);
  }

  /** Walks over a chunk of its own that does not change, on any thread. */
  static <K, N, V> EntryWalk<K, N, V> overFrozen(EntryLayout<K, N, V> layout, Chunk chunk) {
    return new EntryWalk<>(layout, chunk, false);
  }

  /** Walks over a map that the owner, who walks, may change meanwhile. */
  static <K, N, V> EntryWalk<K, N, V> overLive(ChunkMap<K, N, V> map) {
    return new EntryWalk<>(map.layout(), map, true);
  }

  /** Walks over a chunk of its own that the owner, who walks, may replace meanwhile. */
  static <K, N, V> EntryWalk<K, N, V> overLive(EntryLayout<K, N, V> layout, Chunk chunk) {
    return new EntryWalk<>(layout, chunk, true);
  }

  @Override
  public boolean next() {
    while (!nextInBucket()) {
      if (atEnd || map == null) {
        return false;
      }
      enter(map.bucket(position));
    }
    return true;
  }

  /** Moves on in a map that has taken the place of the one that the walk began with, or not. */
  boolean nextIn(ChunkMap<K, N, V> current) {
    map = current;
    return next();
  }

  /** Ends a walk that is left behind, so that the chunk is not copied for it any more. */
  void leave() {
    Chunk current = chunk;
    if (borrowing && current != null) {
      current.borrowers--;
    }
    chunk = null;
    nodes.clear();
    treeEntry = null;
    atEnd = true;
  }

  private void enter(Bucket bucket) {
    hashMin = position;
    if (bucket instanceof Chunk entered) {
      chunk = entered;
      slot = -1;
      if (borrowing) {
        entered.borrowers++;
      }
    } else {
      push(ChunkMap.<K, N, V>tree(bucket).root());
    }
    long hashCount = bucket.depth() == 0 ? 0 : 1L << (Long.SIZE - bucket.depth());
    // The end of the bucket's hashes; all of 64 bits are 0 of them.
    position = (position & -hashCount) + hashCount;
    atEnd = position == 0;
  }

  private boolean nextInBucket() {
    Chunk current = chunk;
    if (current == null) {
      return nextInTree();
    }
    while (++slot < current.slotCount()) {
      if (current.isOccupied(layout, slot) && isAhead(current.word(layout, slot))) {
        return true;
      }
    }
    chunk = null;
    if (borrowing) {
      current.borrowers--;
    }
    return false;
  }

  private boolean nextInTree() {
    treeEntry = null;
    while (!nodes.isEmpty()) {
      CollisionTree.Node<K, N, V> node = nodes.pop();
      push(node.right);
      if (isAhead(node.entry.word)) {
        treeEntry = node.entry;
        return true;
      }
    }
    return false;
  }

  private void push(CollisionTree.@Nullable Node<K, N, V> from) {
    for (CollisionTree.Node<K, N, V> node = from; node != null; node = node.left) {
      nodes.push(node);
    }
  }

  private boolean isAhead(long word) {
    return hashMin == 0 || Long.compareUnsigned(EntryLayout.mix(word), hashMin) >= 0;
  }

  @Override
  public K key() {
    Chunk current = chunk;
    return current != null ? layout.key(current, slot) : inTree().key;
  }

  N namespace() {
    Chunk current = chunk;
    return current != null ? layout.namespace(current, slot) : inTree().namespace;
  }

  @Override
  public V value() {
    Chunk current = chunk;
    return current != null ? layout.value(current, slot) : inTree().value;
  }

  void writeKey(BinaryOutput out) {
    Chunk current = chunk;
    if (current != null) {
      layout.writeKey(current, slot, out);
    } else {
      layout.writeKey(inTree().key, out);
    }
  }

  void writeNamespace(BinaryOutput out) {
    layout.writeNamespace(namespace(), out);
  }

  void writeValue(TypeSerializer<V> serializer, BinaryOutput out) {
    Chunk current = chunk;
    if (current != null) {
      layout.writeValue(current, slot, serializer, out);
    } else {
      serializer.serialize(inTree().value, out);
    }
  }

  /**
   * Writes entries that follow in the chunk where the walk stands, if each is two numbers, and
   * moves past them. For walks over what does not change.
   *
   * @return the number of entries, 0 if this way is none for the table
   */
  int writeFollowing(BinaryOutput out, int bytesMax) {
    Chunk current = chunk;
    if (current == null || borrowing || !layout.isTwoBigEndianLongs()) {
      return 0;
    }
    int start = out.position();
    int entriesMax =
        Math.min((bytesMax + Chunk.ENTRY_BYTES - 1) / Chunk.ENTRY_BYTES, current.size());
    slot = current.writeTwoLongs(slot + 1, entriesMax, out) - 1;
    return (out.position() - start) / Chunk.ENTRY_BYTES;
  }

  private CollisionTree.Entry<K, N, V> inTree() {
    return requireNonNull(treeEntry, "the walk is not on an entry");
  }
}
