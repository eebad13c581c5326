// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What tables of every kind have in common: something is stored per key and namespace, a value, a
 * list or a map.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
public interface Table<K, N> {

  /**
   * Removes the value, the list or the map, if there is one.
   *
   * @param key the key
   * @param namespace the namespace
   */
  void clear(KeyContext<K> key, N namespace);

  /**
   * Inserts entries in bulk while restoring. Values replace, list pages are appended in the order
   * in which they come, map pages are put. May be called several times for the same key group.
   *
   * @param keyGroup the key group that all the entries belong to
   * @param entries the entries, serialized by the table's serializers
   * @throws io.statebackend.api.StateIoException if the engine cannot store them
   * @throws io.statebackend.api.CorruptStateException if the entries cannot be read
   */
  void load(int keyGroup, EntrySource entries);

  /**
   * Walks over the entries of a key group as they are while the walk goes on, if the engine can.
   * The layer above walks over an image otherwise.
   *
   * <p>The walk is the owner's, who may change the table in any way between two calls of {@link
   * EntryCursor#next()}, take images of it and release them, and leave the walk behind unclosed.
   * What is promised:
   *
   * <ul>
   *   <li>An entry, an element of a list or a pair of a map that is there from the first call of
   *       {@code next} to the last is met once or more. What is added or removed meanwhile is met
   *       or not.
   *   <li>What is met was stored at some moment of the walk, and may have been replaced since: who
   *       acts on it looks it up first.
   *   <li>The entry is written before the table is changed again; writing it later is an error that
   *       may go unnoticed.
   *   <li>A step costs no more than to read what it meets, or a bounded number of other entries,
   *       whatever the size of the table.
   *   <li>If the table is not changed meanwhile, each entry is met exactly once, and the pages of a
   *       list or map in a row.
   * </ul>
   *
   * @param keyGroup a key group of the store
   * @return the walk before the first entry; or {@code null}, which is the default
   */
  default @Nullable EntryCursor walk(int keyGroup) {
    return null;
  }

  /**
   * Returns the namespaces that something is stored under for a key, if the engine finds them
   * sooner than by {@linkplain #walk walking} over the key group, which is what the layer above
   * does otherwise.
   *
   * @param key the key
   * @return the namespaces, each once, in any order, or {@code null}, which is the default
   */
  default @Nullable List<N> namespaces(KeyContext<K> key) {
    return null;
  }

  /**
   * Returns the number of values, lists or maps, if the engine keeps count. The layer above counts
   * otherwise, in an image.
   *
   * @return the exact number of pairs of key and namespace that something is stored under, or
   *     {@link KeyedStore#NOT_COUNTED}, which is the default
   */
  default long entryCount() {
    return KeyedStore.NOT_COUNTED;
  }
}
