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
   * @param key the key
   * @param namespace the namespace
   * @param userKey the user key
   * @return the value, the caller's to change, or {@code null} if there is none
   */
  @Nullable V get(KeyContext<K> key, N namespace, U userKey);

  /**
   * Stores a value under a user key in place of the one that may be there.
   *
   * @param key the key
   * @param namespace the namespace
   * @param userKey the user key, which stays the caller's
   * @param value the value, which stays the caller's
   */
  void put(KeyContext<K> key, N namespace, U userKey, V value);

  /**
   * Removes a user key, if it is there.
   *
   * @param key the key
   * @param namespace the namespace
   * @param userKey the user key
   */
  void remove(KeyContext<K> key, N namespace, U userKey);

  /**
   * Tells whether a user key is there; by default gets its value.
   *
   * @param key the key
   * @param namespace the namespace
   * @param userKey the user key
   * @return {@code true} if it has a value
   */
  default boolean contains(KeyContext<K> key, N namespace, U userKey) {
    return get(key, namespace, userKey) != null;
  }

  /**
   * Returns the entries in no particular order. The iterator stays on this key whatever key is the
   * current one later, and behaves under later writes as {@link
   * io.statebackend.api.MapState#iterator()} says.
   *
   * @param key the key
   * @param namespace the namespace
   * @return the entries, whose keys and values are the caller's to change; none if there is no map
   */
  Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace);

  /**
   * Tells whether there is no map; by default begins to iterate.
   *
   * @param key the key
   * @param namespace the namespace
   * @return {@code true} if there are no entries
   */
  default boolean isEmpty(KeyContext<K> key, N namespace) {
    return !iterator(key, namespace).hasNext();
  }
}
