// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One map per key and namespace. A map without entries does not exist.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
public interface MapTable<K, N, U, V> extends Table<K, N> {

  /**
   * Returns the value of a user key.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param userKey the key within the map
   * @return the value, which belongs to the caller, or {@code null} if there is none
   */
  @Nullable V get(KeyContext<K> key, N namespace, U userKey);

  /**
   * Stores a value under a user key and replaces an existing value.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param userKey the user key, which stays the caller's
   * @param value the value, which stays the caller's
   */
  void put(KeyContext<K> key, N namespace, U userKey, V value);

  /**
   * Removes a user key, if it exists.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param userKey the key within the map
   */
  void remove(KeyContext<K> key, N namespace, U userKey);

  /**
   * Tells whether a user key exists. The default gets its value.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param userKey the key within the map
   * @return {@code true} if it has a value
   */
  default boolean contains(KeyContext<K> key, N namespace, U userKey) {
    return get(key, namespace, userKey) != null;
  }

  /**
   * Returns the entries in no particular order. The iterator stays on this key, even if another key
   * becomes the current one. {@link io.statebackend.api.MapState#iterator()} says how it behaves
   * under later writes.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @return the entries, whose keys and values belong to the caller; none if there is no map
   */
  Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace);

  /**
   * Tells whether there is no map. The default begins to iterate.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @return {@code true} if there are no entries
   */
  default boolean isEmpty(KeyContext<K> key, N namespace) {
    return !iterator(key, namespace).hasNext();
  }
}
