// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the lists of a table: each a {@code long[]} while it is short and its elements
 * are encoded as numbers, otherwise a {@link StoredList}.
 *
 * <p>Most lists are short, there are many of them, and each lies somewhere else in memory. The cost
 * of an operation is the number of objects that it has to follow one after the other. So a short
 * list is a single array, and the array lengths are chosen to fill whole cache lines:
 *
 * <pre>
 * header | element | element | ... room ...
 * </pre>
 *
 * @param <E> the type of the elements
 */
final class StoredLists<E> {
  /** With the header and that of the array, 64 bytes. */
  private static final int SHORT_CAPACITY_MIN = 5;

  /** With both headers, 512 bytes. */
  private static final int SHORT_CAPACITY_MAX = 61;

  private final ElementBlocks<E> blocks;
  private final @Nullable LongEncodedSerializer<E> longElements;
  private final Images images;

  StoredLists(TypeSerializer<E> elements, Images images) {
    this.blocks = new ElementBlocks<>(elements);
    this.longElements = EntryLayout.longEncoded(elements);
    this.images = images;
  }

  /**
   * Adds an element, which becomes the list's.
   *
   * @param list the list, or null for an empty one
   * @return the list, or the one that takes its place because it grew or is shared
   */
  Object add(@Nullable Object list, E element) {
    if (longElements != null && !(list instanceof StoredList)) {
      long[] numbers = (long[]) list;
      int size = numbers == null ? 0 : NumbersHeader.size(numbers);
      if (size < SHORT_CAPACITY_MAX) {
        long[] target = withRoom(numbers, size, 1);
        target[size + 1] = longElements.toLong(element);
        target[0]++;
        return target;
      }
    }
    StoredList<E> target = longList(list, 1);
    target.add(element);
    return target;
  }

  /**
   * Adds elements, which become the list's.
   *
   * @param list the list, or null for an empty one
   * @return the list, or the one that takes its place because it grew or is shared
   */
  Object addAll(@Nullable Object list, Collection<? extends E> elements) {
    int count = elements.size();
    if (longElements != null && !(list instanceof StoredList)) {
      long[] numbers = (long[]) list;
      int size = numbers == null ? 0 : NumbersHeader.size(numbers);
      if (count <= SHORT_CAPACITY_MAX - size) {
        long[] target = withRoom(numbers, size, count);
        Iterator<? extends E> source = elements.iterator();
        for (int i = 0; i < count; i++) {
          target[size + 1 + i] = longElements.toLong(source.next());
        }
        target[0] += count;
        return target;
      }
    }
    StoredList<E> target = longList(list, count);
    target.addAll(elements);
    return target;
  }

  /** Returns a short list with room for more elements, to be changed. */
  private long[] withRoom(long @Nullable [] list, int size, int addedCount) {
    if (list == null) {
      long[] empty = new long[1 + shortCapacity(addedCount)];
      empty[0] = NumbersHeader.of(images.epoch(), 0);
      return empty;
    }
    boolean hasRoom = size + addedCount < list.length;
    if (hasRoom && NumbersHeader.isExclusive(list, images)) {
      return list;
    }
    int length = hasRoom ? list.length : 1 + shortCapacity(size + addedCount);
    long[] copy = Arrays.copyOf(list, length);
    copy[0] = NumbersHeader.of(images.epoch(), size);
    return copy;
  }

  private static int shortCapacity(int size) {
    int capacity = SHORT_CAPACITY_MIN;
    while (capacity < size) {
      capacity = 2 * capacity + 3;
    }
    return capacity;
  }

  /** Returns a list as one that can be long, to be changed. */
  private StoredList<E> longList(@Nullable Object list, int addedCount) {
    if (list == null) {
      return new StoredList<>(blocks, addedCount, images.epoch());
    }
    if (list instanceof long[] numbers) {
      int size = NumbersHeader.size(numbers);
      StoredList<E> result = new StoredList<>(blocks, size + addedCount, images.epoch());
      result.addNumbers(numbers, 1, size);
      return result;
    }
    StoredList<E> stored = stored(list);
    return images.isExclusive(stored.epoch) ? stored : stored.copy(images.epoch());
  }

  /** Walks over the elements that a list has now, whatever is added to it later; on any thread. */
  ElementWalk<E> walk(Object list) {
    if (list instanceof long[] numbers) {
      return new ElementWalk<>(blocks, numbers, 1, 1 + NumbersHeader.size(numbers));
    }
    return stored(list).walk();
  }

  @SuppressWarnings("unchecked") // the lists of a table are all of its type
  private StoredList<E> stored(Object list) {
    return (StoredList<E>) list;
  }
}
