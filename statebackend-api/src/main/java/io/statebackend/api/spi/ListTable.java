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
   * Returns the elements in the order in which they were added. The iterator stays on this key
   * whatever key is the current one later, and behaves under later writes as {@link
   * io.statebackend.api.ListState#iterator()} says.
   *
   * @param key the key
   * @param namespace the namespace
   * @return the elements, the caller's to change; none if there is no list
   */
  Iterator<E> iterator(KeyContext<K> key, N namespace);

  /**
   * Adds an element at the end.
   *
   * @param key the key
   * @param namespace the namespace
   * @param element the element, which stays the caller's
   */
  void add(KeyContext<K> key, N namespace, E element);

  /**
   * Adds elements at the end, in their order; by default one by one.
   *
   * @param key the key
   * @param namespace the namespace
   * @param elements the elements, one or more, which stay the caller's; never a view of this table
   */
  default void addAll(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    for (E element : elements) {
      add(key, namespace, element);
    }
  }

  /**
   * Replaces all elements; by default clears and adds.
   *
   * @param key the key
   * @param namespace the namespace
   * @param elements the new elements, one or more, which stay the caller's; never a view of this
   *     table
   */
  default void set(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    clear(key, namespace);
    addAll(key, namespace, elements);
  }
}
