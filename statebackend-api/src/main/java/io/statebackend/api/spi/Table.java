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
   * Returns the namespaces that something is stored under for a key, if the engine finds them
   * without an image. The layer above looks for them in an image otherwise.
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
