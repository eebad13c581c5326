// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that lists consist of: {@code long[]} if the elements are encoded as numbers,
 * otherwise {@code Object[]}.
 *
 * @param <E> the type of the elements
 */
final class ElementBlocks<E> {
  private final @Nullable LongEncodedSerializer<E> longElements;

  ElementBlocks(TypeSerializer<E> elements) {
    this.longElements = EntryLayout.longEncoded(elements);
  }

  Object create(int capacity) {
    return longElements != null ? new long[capacity] : new Object[capacity];
  }

  Object grown(Object block, int capacity) {
    return longElements != null
        ? Arrays.copyOf((long[]) block, capacity)
        : Arrays.copyOf((Object[]) block, capacity);
  }

  int capacity(Object block) {
    return longElements != null ? ((long[]) block).length : ((Object[]) block).length;
  }

  @SuppressWarnings("unchecked")
  E get(Object block, int index) {
    return longElements != null
        ? longElements.fromLong(((long[]) block)[index])
        : (E) ((Object[]) block)[index];
  }

  void set(Object block, int index, E element) {
    if (longElements != null) {
      ((long[]) block)[index] = longElements.toLong(element);
    } else {
      ((Object[]) block)[index] = element;
    }
  }

  /** Takes elements from an iterator. */
  void setAll(Object block, int from, Iterator<? extends E> source, int count) {
    if (longElements != null) {
      long[] longs = (long[]) block;
      for (int i = 0; i < count; i++) {
        longs[from + i] = longElements.toLong(source.next());
      }
    } else {
      Object[] objects = (Object[]) block;
      for (int i = 0; i < count; i++) {
        objects[from + i] = source.next();
      }
    }
  }
}
