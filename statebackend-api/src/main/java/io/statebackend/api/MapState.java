// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map from user keys to values. The order of iteration is not defined.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
public non-sealed interface MapState<U, V> extends State, Iterable<Map.Entry<U, V>> {

  /**
   * Returns the value of a user key. Costs one point lookup.
   *
   * @param userKey the user key, not {@code null}
   * @return the value, or {@code null} if there is none
   * @throws NullPointerException if the user key is {@code null}
   */
  @Nullable V get(U userKey);

  /**
   * Stores a value under a user key and replaces an existing value.
   *
   * @param userKey the user key, which stays the caller's
   * @param value the value, which stays the caller's
   * @throws NullPointerException if the user key or the value is {@code null}
   */
  void put(U userKey, V value);

  /**
   * Stores all entries of a map. If a key or value is {@code null} or its serializer fails, none is
   * stored. What the serializer throws is passed on.
   *
   * @param entries the entries, possibly none
   * @throws NullPointerException if the map, a key or a value is {@code null}
   */
  void putAll(Map<? extends U, ? extends V> entries);

  /**
   * Removes a user key and its value, if it exists.
   *
   * @param userKey the user key, not {@code null}
   * @throws NullPointerException if the user key is {@code null}
   */
  void remove(U userKey);

  /**
   * Tells whether a user key exists. Costs one point lookup.
   *
   * @param userKey the user key, not {@code null}
   * @return {@code true} if it has a value
   * @throws NullPointerException if the user key is {@code null}
   */
  boolean contains(U userKey);

  /**
   * Tells whether the map has no entries.
   *
   * @return {@code true} if it has none
   */
  boolean isEmpty();

  /**
   * Returns an iterator over the entries of the key that is current now. It stays on this key.
   * Entries that exist the whole time are returned once each. Entries that are put or removed while
   * it is used may or may not be returned. Neither the iterator nor its entries can change the map;
   * {@link #remove} and {@link #put} may be called while it is used.
   *
   * @return the iterator
   */
  @Override
  Iterator<Map.Entry<U, V>> iterator();
}
