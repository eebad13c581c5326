// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the items of most weight among any number of them, in bounded memory: the space-saving
 * sketch (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in
 * Data Streams, ICDT 2005).
 *
 * <p>Of all weight that was added, every item that has more than a share of 1 by the capacity is
 * found. While there are no more items than the capacity, all weights are exact. Not thread-safe.
 *
 * @param <T> the type of the items, with {@code equals} and {@code hashCode}
 */
final class HeavyHitters<T> {
  private final int capacity;
  private final Map<T, Counter<T>> counters = new HashMap<>();

  /** A heap, the least weight first. */
  private final List<Counter<T>> heap = new ArrayList<>();

  private long totalWeight;

  private static final class Counter<T> {
    T item;
    long weight;
    long errorMax;
    int at;

    Counter(T item, int at) {
      this.item = item;
      this.at = at;
    }
  }

  /**
   * An item and its weight.
   *
   * @param item whose weight it is
   * @param weight no less than its weight
   * @param errorMax by how much the weight is too great at most; 0 if it is exact
   * @param <T> the type of the item
   */
  public record Heavy<T>(T item, long weight, long errorMax) {

    /** Checks that the item is there. */
    public Heavy {
      requireNonNull(item, "item");
    }
  }

  /**
   * Begins without items.
   *
   * @param capacity how many items are counted at a time, 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public HeavyHitters(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be 1 or more: capacity=" + capacity);
    }
    this.capacity = capacity;
  }

  /**
   * Adds to the weight of an item.
   *
   * @param item what the weight is added to
   * @param weight how much, 0 or more
   */
  public void add(T item, long weight) {
    totalWeight += weight;
    Counter<T> counter = counters.get(item);
    if (counter == null) {
      counter = counters.size() < capacity ? newCounter(item) : takeOver(item);
      counters.put(item, counter);
    }
    counter.weight += weight;
    sink(counter);
  }

  private Counter<T> newCounter(T item) {
    Counter<T> counter = new Counter<>(item, heap.size());
    heap.add(counter);
    rise(counter);
    return counter;
  }

  /** The item of the least weight gives its counter, and its weight is the error of the new one. */
  private Counter<T> takeOver(T item) {
    Counter<T> least = heap.get(0);
    counters.remove(least.item);
    least.item = item;
    least.errorMax = least.weight;
    return least;
  }

  private void rise(Counter<T> counter) {
    while (counter.at > 0) {
      Counter<T> parent = heap.get((counter.at - 1) / 2);
      if (parent.weight <= counter.weight) {
        return;
      }
      swap(parent, counter);
    }
  }

  private void sink(Counter<T> counter) {
    while (true) {
      int left = 2 * counter.at + 1;
      if (left >= heap.size()) {
        return;
      }
      Counter<T> child = heap.get(left);
      if (left + 1 < heap.size() && heap.get(left + 1).weight < child.weight) {
        child = heap.get(left + 1);
      }
      if (child.weight >= counter.weight) {
        return;
      }
      swap(counter, child);
    }
  }

  private void swap(Counter<T> a, Counter<T> b) {
    int at = a.at;
    a.at = b.at;
    b.at = at;
    heap.set(a.at, a);
    heap.set(b.at, b);
  }

  /**
   * Returns all weight that was added.
   *
   * @return the sum, 0 or more
   */
  public long totalWeight() {
    return totalWeight;
  }

  /**
   * Returns the items of most weight.
   *
   * @param count how many at most, 0 or more
   * @return the items, the heaviest first
   */
  public List<Heavy<T>> heaviest(int count) {
    return heap.stream()
        .sorted(Comparator.comparingLong((Counter<T> counter) -> counter.weight).reversed())
        .limit(count)
        .map(counter -> new Heavy<>(counter.item, counter.weight, counter.errorMax))
        .toList();
  }
}
