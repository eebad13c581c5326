// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A table as it was when an image was taken. Immutable, as long as the image is in use.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class FrozenTable<K, N, V> {
  private final String name;
  private final KeyGroupRange range;
  private final @Nullable ChunkMap<K, N, V>[] maps;

  /** Of the owner's thread. */
  private final Form<K, N, V> first;

  /** Of cursors that are closed. */
  private final ArrayDeque<Form<K, N, V>> idle = new ArrayDeque<>();

  /** Takes the maps as they are, and duplicates of the serializers. */
  FrozenTable(
      String name,
      KeyGroupRange range,
      @Nullable ChunkMap<K, N, V>[] maps,
      EntryLayout<K, N, V> layout,
      PagesFactory<V> pages) {
    this.name = name;
    this.range = range;
    this.maps = maps;
    this.first = new Form<>(layout, pages).duplicate();
    this.idle.push(first);
  }

  /**
   * How entries are serialized, by one cursor at a time.
   *
   * @param layout how keys and namespaces are
   * @param pages how values are
   */
  record Form<K, N, V>(EntryLayout<K, N, V> layout, PagesFactory<V> pages) {
    Form<K, N, V> duplicate() {
      return new Form<>(layout.duplicate(), pages.duplicate());
    }
  }

  /** Walks over the entries of a key group on behalf of an image, which calls one at a time. */
  EntryCursor entries(int keyGroup, MemoryFrozenStore image) {
    if (!range.contains(keyGroup)) {
      throw new IllegalArgumentException(
          "key group is not one of the store's: keyGroup="
              + keyGroup
              + ", keyGroups="
              + range
              + ", table="
              + name);
    }
    Form<K, N, V> form = idle.isEmpty() ? first.duplicate() : idle.pop();
    return new FrozenCursor<>(image, this, form, maps[keyGroup - range.first()]);
  }

  /** Takes back what a cursor serialized with; called as {@link #entries} is. */
  void giveBack(Form<K, N, V> form) {
    idle.push(form);
  }

  /**
   * Makes what serializes the values of a table.
   *
   * @param <V> what is stored per key and namespace
   */
  interface PagesFactory<V> {

    /** Makes one for one cursor, with the serializers of this. */
    Pages<V> create();

    /** Returns one with serializers of its own; this one, if they are thread-safe. */
    PagesFactory<V> duplicate();
  }
}
