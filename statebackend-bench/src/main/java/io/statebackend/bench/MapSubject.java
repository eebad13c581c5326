// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One map per key.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
interface MapSubject<K, V> {

  @Nullable V get(K key, Long userKey);

  void put(K key, Long userKey, V value);

  boolean contains(K key, Long userKey);

  void remove(K key, Long userKey);

  void forEach(K key, BiConsumer<Long, V> action);
}
