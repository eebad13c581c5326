// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bucket for entries with equal hashes: a balanced tree (AVL) ordered by word and serialized
 * key, so that operations are at most logarithmic for any keys.
 *
 * <p>It and its nodes are immutable: a change creates new nodes on the way from the root.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class CollisionTree<K, N, V> implements Bucket {

  /** The size below which a chunk replaces a tree. */
  static final int SIZE_MIN = Chunk.SIZE_MAX / 8;

  private final int depth;
  private final int size;
  private final @Nullable Node<K, N, V> root;

  private CollisionTree(int depth, int size, @Nullable Node<K, N, V> root) {
    this.depth = depth;
    this.size = size;
    this.root = root;
  }

  /** Returns a tree of the entries of a chunk. */
  static <K, N, V> CollisionTree<K, N, V> of(EntryLayout<K, N, V> layout, Chunk chunk) {
    Node<K, N, V> root = null;
    for (int slot = 0; slot < chunk.slotCount(); slot++) {
      if (chunk.isOccupied(layout, slot)) {
        K key = layout.key(chunk, slot);
        N namespace = layout.namespace(chunk, slot);
        byte[] bytes = layout.orderBytes(key, namespace);
        long word = chunk.word(layout, slot);
        root = insert(root, new Entry<>(word, bytes, key, namespace, layout.value(chunk, slot)));
      }
    }
    return new CollisionTree<>(chunk.depth(), chunk.size(), root);
  }

  /** Returns a chunk of the entries, which must be few enough. */
  Chunk toChunk(EntryLayout<K, N, V> layout) {
    Chunk chunk = new Chunk(layout, Chunk.capacityFor(size), depth);
    addTo(chunk, layout, root);
    return chunk;
  }

  private static <K, N, V> void addTo(
      Chunk chunk, EntryLayout<K, N, V> layout, @Nullable Node<K, N, V> node) {
    if (node != null) {
      addTo(chunk, layout, node.left);
      Entry<K, N, V> entry = node.entry;
      int slot = ~chunk.find(layout, entry.word, entry.key, entry.namespace);
      layout.putAbsent(chunk, slot, entry.word, entry.key, entry.namespace, entry.value);
      addTo(chunk, layout, node.right);
    }
  }

  @Override
  public int depth() {
    return depth;
  }

  int size() {
    return size;
  }

  @Nullable Node<K, N, V> root() {
    return root;
  }

  /** Adds the namespaces of all entries of a key. */
  void addNamespaces(EntryLayout<K, N, V> layout, K key, List<N> found) {
    addNamespaces(root, layout, key, found);
  }

  private static <K, N, V> void addNamespaces(
      @Nullable Node<K, N, V> node, EntryLayout<K, N, V> layout, K key, List<N> found) {
    if (node != null) {
      addNamespaces(node.left, layout, key, found);
      if (layout.isSameKey(node.entry.key, key)) {
        found.add(layout.ownNamespace(node.entry.namespace));
      }
      addNamespaces(node.right, layout, key, found);
    }
  }

  @Nullable V get(long word, byte[] bytes) {
    Node<K, N, V> node = root;
    while (node != null) {
      int order = node.entry.compareTo(word, bytes);
      if (order == 0) {
        return node.entry.value;
      }
      node = order > 0 ? node.left : node.right;
    }
    return null;
  }

  /** Returns a tree with the entry, which replaces an entry of the same key. */
  CollisionTree<K, N, V> with(Entry<K, N, V> entry) {
    int added = get(entry.word, entry.bytes) == null ? 1 : 0;
    return new CollisionTree<>(depth, size + added, insert(root, entry));
  }

  /** Returns a tree without the entry of a key, or this one if it is not there. */
  CollisionTree<K, N, V> without(long word, byte[] bytes) {
    if (root == null || get(word, bytes) == null) {
      return this;
    }
    return new CollisionTree<>(depth, size - 1, delete(root, word, bytes));
  }

  private static <K, N, V> Node<K, N, V> insert(
      @Nullable Node<K, N, V> node, Entry<K, N, V> entry) {
    if (node == null) {
      return node(null, entry, null);
    }
    int order = node.entry.compareTo(entry.word, entry.bytes);
    if (order == 0) {
      return node(node.left, entry, node.right);
    }
    return order > 0
        ? balanced(insert(node.left, entry), node.entry, node.right)
        : balanced(node.left, node.entry, insert(node.right, entry));
  }

  private static <K, N, V> @Nullable Node<K, N, V> delete(
      @Nullable Node<K, N, V> node, long word, byte[] bytes) {
    if (node == null) {
      return null;
    }
    int order = node.entry.compareTo(word, bytes);
    if (order > 0) {
      return balanced(delete(node.left, word, bytes), node.entry, node.right);
    }
    if (order < 0) {
      return balanced(node.left, node.entry, delete(node.right, word, bytes));
    }
    if (node.right == null) {
      return node.left;
    }
    Entry<K, N, V> successor = first(node.right);
    return balanced(node.left, successor, delete(node.right, successor.word, successor.bytes));
  }

  private static <K, N, V> Entry<K, N, V> first(Node<K, N, V> from) {
    Node<K, N, V> node = from;
    while (node.left != null) {
      node = node.left;
    }
    return node.entry;
  }

  /** Makes a node of subtrees whose heights differ by up to two. */
  private static <K, N, V> Node<K, N, V> balanced(
      @Nullable Node<K, N, V> left, Entry<K, N, V> entry, @Nullable Node<K, N, V> right) {
    int lean = height(left) - height(right);
    if (left != null && lean > 1) {
      Node<K, N, V> inner = left.right;
      if (inner != null && height(inner) > height(left.left)) {
        return node(
            node(left.left, left.entry, inner.left), inner.entry, node(inner.right, entry, right));
      }
      return node(left.left, left.entry, node(inner, entry, right));
    }
    if (right != null && lean < -1) {
      Node<K, N, V> inner = right.left;
      if (inner != null && height(inner) > height(right.right)) {
        return node(
            node(left, entry, inner.left),
            inner.entry,
            node(inner.right, right.entry, right.right));
      }
      return node(node(left, entry, inner), right.entry, right.right);
    }
    return node(left, entry, right);
  }

  private static <K, N, V> Node<K, N, V> node(
      @Nullable Node<K, N, V> left, Entry<K, N, V> entry, @Nullable Node<K, N, V> right) {
    return new Node<>(left, entry, right, 1 + Math.max(height(left), height(right)));
  }

  private static int height(@Nullable Node<?, ?, ?> node) {
    return node == null ? 0 : node.height;
  }

  /** One entry, and the trees of those before and after it. */
  static final class Node<K, N, V> {
    final @Nullable Node<K, N, V> left;
    final Entry<K, N, V> entry;
    final @Nullable Node<K, N, V> right;
    private final int height;

    private Node(
        @Nullable Node<K, N, V> left,
        Entry<K, N, V> entry,
        @Nullable Node<K, N, V> right,
        int height) {
      this.left = left;
      this.entry = entry;
      this.right = right;
      this.height = height;
    }
  }

  /** What is stored, and the word and bytes that order it. */
  static final class Entry<K, N, V> {
    final long word;
    final K key;
    final N namespace;
    final V value;
    private final byte[] bytes;

    Entry(long word, byte[] bytes, K key, N namespace, V value) {
      this.word = word;
      this.bytes = bytes;
      this.key = key;
      this.namespace = namespace;
      this.value = value;
    }

    private int compareTo(long otherWord, byte[] otherBytes) {
      int order = Long.compare(word, otherWord);
      return order != 0 ? order : Arrays.compareUnsigned(bytes, otherBytes);
    }
  }
}
