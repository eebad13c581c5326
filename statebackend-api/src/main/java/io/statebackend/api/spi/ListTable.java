// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Collection;
import java.util.Iterator;

/**
 * One list per key and namespace. A list without elements does not exist.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <E> the type of the elements
 */
public interface ListTable<K, N, E> extends Table<K, N> {

  /**
   * Returns the elements in the order in which they were added. The iterator stays on this key,
   * even if another key becomes the current one. {@link io.statebackend.api.ListState#iterator()}
   * says how it behaves under later writes.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @return the elements, which belong to the caller; none if there is no list
   */
  Iterator<E> iterator(KeyContext<K> key, N namespace);

  /**
   * Adds an element at the end.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param element the element, which stays the caller's
   */
  void add(KeyContext<K> key, N namespace, E element);

  /**
   * Adds elements at the end, in their order. The default adds them one by one.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param elements the elements, one or more, which stay the caller's; never a view of this table
   */
  default void addAll(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    for (E element : elements) {
      add(key, namespace, element);
    }
  }

  /**
   * Replaces all elements. The default clears and then adds.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param elements the new elements, one or more, which stay the caller's; never a view of this
   *     table
   */
  default void set(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    clear(key, namespace);
    addAll(key, namespace, elements);
  }
}
