// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import org.jspecify.annotations.Nullable;

/**
 * Key groups by their first timers: a binary heap that knows where in it each group stands, so that
 * a group whose first timer has changed moves in O(log n).
 *
 * @param <K> the type of the keys
 */
final class FirstTimers<K> {
  private final KeyGroupTimers<K>[] heap;
  private int size;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  FirstTimers(int sizeMax) {
    heap = new KeyGroupTimers[sizeMax];
  }

  /** Adds a group that is not here. */
  void add(KeyGroupTimers<K> group) {
    group.refresh();
    moveUp(size++, group);
  }

  /** Finds the place of a group anew. */
  void changed(KeyGroupTimers<K> group) {
    if (group.refresh()) {
      int at = group.heapIndex;
      if (at > 0 && isBefore(group, heap[(at - 1) / 2])) {
        moveUp(at, group);
      } else {
        moveDown(at, group);
      }
    }
  }

  /** Returns the group with the first timer, or {@code null} if no group has one. */
  @Nullable KeyGroupTimers<K> first() {
    return size == 0 || heap[0].hasNoTimers() ? null : heap[0];
  }

  private void moveUp(int from, KeyGroupTimers<K> group) {
    int at = from;
    while (at > 0 && isBefore(group, heap[(at - 1) / 2])) {
      place(heap[(at - 1) / 2], at);
      at = (at - 1) / 2;
    }
    place(group, at);
  }

  private void moveDown(int from, KeyGroupTimers<K> group) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], group)) {
        break;
      }
      place(heap[child], at);
      at = child;
    }
    place(group, at);
  }

  private void place(KeyGroupTimers<K> group, int at) {
    heap[at] = group;
    group.heapIndex = at;
  }

  private static boolean isBefore(KeyGroupTimers<?> a, KeyGroupTimers<?> b) {
    return a.hasNoTimers() == b.hasNoTimers() ? a.firstTime() < b.firstTime() : b.hasNoTimers();
  }
}
