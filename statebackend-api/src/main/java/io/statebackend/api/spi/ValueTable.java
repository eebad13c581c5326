// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import org.jspecify.annotations.Nullable;

/**
 * One value per key and namespace.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> the type of the values
 */
public interface ValueTable<K, N, V> extends Table<K, N> {

  /**
   * Returns the value.
   *
   * @param key the key
   * @param namespace the namespace
   * @return the value, the caller's to change, or {@code null} if there is none
   */
  @Nullable V get(KeyContext<K> key, N namespace);

  /**
   * Stores a value in place of the one that may be there.
   *
   * @param key the key
   * @param namespace the namespace
   * @param value the value, which stays the caller's
   */
  void put(KeyContext<K> key, N namespace, V value);
}
