// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.List;
import java.util.function.Consumer;

/**
 * One list per key.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the elements
 */
interface ListSubject<K, V> {

  void add(K key, V element);

  void addAll(K key, List<V> elements);

  /** Reads all elements, in the way that the backend's documentation suggests. */
  void forEach(K key, Consumer<V> action);
}
