// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The form that collections and arrays share: the number of elements as a variable-length int, and
 * the elements one after the other. Each takes at least one byte, so that a damaged count is found
 * before anything of its size is allocated.
 */
public final class ElementsLayout {
  private static final int INITIAL_CAPACITY_MAX = 4096;
  private static final Class<?> IMMUTABLE_SET = Set.of(1, 2).getClass();
  private static final Class<?> IMMUTABLE_MAP = Map.of(1, 1, 2, 2).getClass();

  private ElementsLayout() {}

  /** Checks the serializer of elements when a collection of them is declared. */
  static <E> TypeSerializer<E> checkElement(TypeSerializer<E> element, String name) {
    requireNonNull(element, name);
    if (element.fixedLength() == 0) {
      throw new IllegalArgumentException(
          "a collection cannot hold "
              + element.schema()
              + ", which takes no bytes; store how many there are instead");
    }
    return element;
  }

  /** Checks that there is an element, as null has no serialized form. */
  static <E> E checkPresent(@Nullable E element, TypeSerializer<?> collection) {
    if (element == null) {
      throw new NullPointerException(
          "null in a "
              + collection.schema()
              + "; leave it out, or declare the elements as Serializers.optional(...)");
    }
    return element;
  }

  /** Checks that a sorted collection is in the natural order, as no other one is stored. */
  static void checkNatural(@Nullable Comparator<?> comparator, String what) {
    if (comparator != null && comparator != Comparator.naturalOrder()) {
      throw new IllegalArgumentException(
          "a %s sorted by a comparator is not stored, as it would come back in the natural order: comparator=%s; store its elements as a list, or in elements whose natural order is that one"
              .formatted(what, comparator));
    }
  }

  /**
   * Tells whether no two elements of a set, or keys of a map, are equal, as its class sees to it.
   * Others than the usual ones compare as they like; and elements that can change may have become
   * equal.
   */
  static boolean isDistinct(TypeSerializer<?> element, Object collection) {
    Class<?> type = collection.getClass();
    return element.isImmutable()
        && (type == HashMap.class
            || type == LinkedHashMap.class
            || type == HashSet.class
            || type == LinkedHashSet.class
            || collection instanceof EnumMap
            || collection instanceof EnumSet
            || type == IMMUTABLE_SET
            || type == IMMUTABLE_MAP
            || ((Collection<?>) (collection instanceof Map<?, ?> m ? m.values() : collection))
                    .size()
                < 2);
  }

  /** Refuses elements or keys that are equal to each other, of which one only would come back. */
  static IllegalArgumentException equalElements(
      String what, Object element, TypeSerializer<?> collection) {
    return new IllegalArgumentException(
        "two %s are equal, and one only would come back: schema=%s, element=%s; use a set or map that compares by equals, such as HashMap, and leave its elements as they were when they were added"
            .formatted(what, collection.schema(), element));
  }

  static void writeCount(int count, BinaryOutput out) {
    out.writeVarInt(count);
  }

  /**
   * Reads a count of elements that take at least some number of bytes each.
   *
   * @param lengthMin that number, 1 or more
   * @throws CorruptStateException if fewer bytes remain than the elements need
   */
  static int readCount(BinaryInput in, int lengthMin) {
    int count = in.readLength();
    if ((long) count * lengthMin > in.remaining()) {
      throw new CorruptStateException(
          "more elements than bytes for them: elements="
              + count
              + ", bytesPerElementMin="
              + lengthMin
              + ", remaining="
              + in.remaining());
    }
    return count;
  }

  /** Returns the fewest bytes that a value takes. */
  static int lengthMin(TypeSerializer<?> element) {
    return Math.max(1, element.fixedLength());
  }

  /** Returns the capacity to start with, which a damaged count cannot drive up. */
  static int initialCapacity(int count) {
    return Math.min(count, INITIAL_CAPACITY_MAX);
  }
}
