// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
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
  private final PagesFactory<V> pages;

  FrozenTable(
      String name, KeyGroupRange range, @Nullable ChunkMap<K, N, V>[] maps, PagesFactory<V> pages) {
    this.name = name;
    this.range = range;
    this.maps = maps;
    this.pages = pages;
  }

  /** Walks over the entries of a key group on behalf of an image. */
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
    return new FrozenCursor<>(image, maps[keyGroup - range.first()], pages.create());
  }

  /**
   * Makes what serializes the values of a table.
   *
   * @param <V> what is stored per key and namespace
   */
  interface PagesFactory<V> {

    /** Makes one for one cursor. */
    Pages<V> create();
  }
}
