// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One value per key.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
interface ValueSubject<K, V> {

  @Nullable V get(K key);

  void update(K key, V value);

  /** Replaces the value by what a function makes of it and another one; it must be there. */
  void readModifyWrite(K key, V added, BinaryOperator<V> combine);
}
