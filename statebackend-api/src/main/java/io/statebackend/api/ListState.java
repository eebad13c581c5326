// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * A list of elements in the order in which they were added.
 *
 * @param <E> the type of the elements
 */
public non-sealed interface ListState<E> extends MergingState, Iterable<E> {

  /**
   * Returns an iterator over the elements of the key that is current now. It stays on this key.
   * Elements that are present now are returned in order. Elements that are added while it is used
   * may or may not be returned. After {@link #clear()} or {@link #update} it continues with the old
   * elements or ends. It cannot remove elements.
   *
   * @return the iterator; it has no elements if the list is empty
   */
  @Override
  Iterator<E> iterator();

  /**
   * Returns all elements in a new list. Costs memory for all elements; use {@link #iterator()} for
   * large lists.
   *
   * @return a new list, the caller's to keep and change; empty if nothing is stored
   */
  default List<E> get() {
    List<E> elements = new ArrayList<>();
    forEach(elements::add);
    return elements;
  }

  /**
   * Adds an element at the end.
   *
   * @param element the element, which stays the caller's
   * @throws NullPointerException if the element is {@code null}
   */
  void add(E element);

  /**
   * Adds elements at the end, in their order. If one is {@code null} or its serializer fails, none
   * is added. What the serializer throws is passed on.
   *
   * @param elements the elements, possibly none
   * @throws NullPointerException if the collection or an element is {@code null}
   */
  void addAll(Collection<? extends E> elements);

  /**
   * Replaces all elements; an empty collection clears the list. If an element is {@code null} or
   * its serializer fails, the list does not change. What the serializer throws is passed on.
   *
   * @param elements the new elements, possibly none
   * @throws NullPointerException if the collection or an element is {@code null}
   */
  void update(Collection<? extends E> elements);
}
