// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import org.jspecify.annotations.Nullable;

/**
 * One value per key into which others are reduced.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
interface ReducingSubject<K, V> {

  void add(K key, V value);

  @Nullable V get(K key);
}
