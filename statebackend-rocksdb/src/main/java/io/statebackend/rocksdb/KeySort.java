// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.util.Arrays;

/**
 * Sorts items by their keys, byte by byte, unsigned. Items with the same key stay in the order in
 * which they were added. In this order RocksDB finds the place of each key in its memory near to
 * the previous one. It keeps its memory for the next use, up to a limit. Not thread-safe.
 *
 * <p>A quicksort over parallel arrays: most keys differ in their first eight bytes, which are
 * compared as one number without looking at the key. Pivots are taken at random, so that no order
 * of insertion is a bad one.
 */
final class KeySort {
  private static final int INSERTION_SORT_MAX = 16;
  private static final int COUNT_MIN = 64;
  private static final int KEPT_COUNT_MAX = 1 << 14;

  /** What one item takes, in bytes. */
  static final int ITEM_BYTES = Long.BYTES + 4 * Integer.BYTES;

  private byte[][] sources = {};

  /** The first bytes of each key, as a number. */
  private long[] heads = {};

  /** Where each item is: in which source, and from where on; and its key there. */
  private int[] numbers = {};

  private int[] ats = {};
  private int[] keyAts = {};
  private int[] keyLengths = {};
  private int count;

  /** Changes with each pivot. */
  private int random = 1;

  /**
   * Begins anew.
   *
   * @param keySources where the items are that are going to be added
   */
  void begin(byte[]... keySources) {
    sources = keySources;
    count = 0;
    if (heads.length > KEPT_COUNT_MAX) {
      resize(0);
    }
  }

  /** Takes memory for a number of items, and for no more. */
  void reserve(int items) {
    if (items > heads.length) {
      resize(items);
    }
  }

  /**
   * Adds an item.
   *
   * @param at where it is in its source, for the caller
   */
  void add(int source, int at, int keyAt, int keyLength) {
    if (count == heads.length) {
      resize(Math.max(COUNT_MIN, 2 * count));
    }
    heads[count] = head(sources[source], keyAt, keyLength);
    numbers[count] = source;
    ats[count] = at;
    keyAts[count] = keyAt;
    keyLengths[count++] = keyLength;
  }

  private void resize(int capacity) {
    heads = Arrays.copyOf(heads, capacity);
    numbers = Arrays.copyOf(numbers, capacity);
    ats = Arrays.copyOf(ats, capacity);
    keyAts = Arrays.copyOf(keyAts, capacity);
    keyLengths = Arrays.copyOf(keyLengths, capacity);
  }

  /** Returns a number that is not greater than that of a greater key, both as unsigned ones. */
  private static long head(byte[] source, int keyAt, int keyLength) {
    long head = 0;
    int length = Math.min(keyLength, Long.BYTES);
    for (int i = 0; i < length; i++) {
      head |= (source[keyAt + i] & 0xffL) << (Long.SIZE - Byte.SIZE - i * Byte.SIZE);
    }
    return head;
  }

  int count() {
    return count;
  }

  /** Returns in which source an item is. */
  int sourceOf(int item) {
    return numbers[item];
  }

  /** Returns where it is there. */
  int at(int item) {
    return ats[item];
  }

  /** Returns where its key ends. */
  int keyEnd(int item) {
    return keyAts[item] + keyLengths[item];
  }

  /** Tells whether an item of another sort, of the same sources, comes before one of this. */
  boolean comesBefore(KeySort other, int otherItem, int item) {
    return compare(
            item,
            other.heads[otherItem],
            other.numbers[otherItem],
            other.keyAts[otherItem],
            other.keyLengths[otherItem])
        > 0;
  }

  /** Puts what was added in order. */
  void sort() {
    sort(0, count - 1);
  }

  /** Sorts a part: the shorter half by a call of itself, so that few are nested. */
  private void sort(int from, int to) {
    int low = from;
    int high = to;
    while (high - low >= INSERTION_SORT_MAX) {
      int middle = partition(low, high);
      if (middle - low < high - middle) {
        sort(low, middle);
        low = middle + 1;
      } else {
        sort(middle + 1, high);
        high = middle;
      }
    }
    for (int i = low + 1; i <= high; i++) {
      for (int k = i; k > low && compare(k - 1, k) > 0; k--) {
        swap(k - 1, k);
      }
    }
  }

  /** Divides a part after Hoare: up to the returned place nothing is greater than behind it. */
  private int partition(int low, int high) {
    random = random * 1_103_515_245 + 12_345;
    // At the beginning, where it stays until the first exchange, and is not passed before it.
    swap(low, low + (random >>> 1) % (high - low));
    long head = heads[low];
    int number = numbers[low];
    int keyAt = keyAts[low];
    int keyLength = keyLengths[low];
    int left = low - 1;
    int right = high + 1;
    while (true) {
      do {
        left++;
      } while (compare(left, head, number, keyAt, keyLength) < 0);
      do {
        right--;
      } while (compare(right, head, number, keyAt, keyLength) > 0);
      if (left >= right) {
        return right;
      }
      swap(left, right);
    }
  }

  private int compare(int one, int other) {
    return compare(one, heads[other], numbers[other], keyAts[other], keyLengths[other]);
  }

  private int compare(int one, long head, int number, int keyAt, int keyLength) {
    if (heads[one] != head) {
      return Long.compareUnsigned(heads[one], head);
    }
    int byKey =
        Arrays.compareUnsigned(
            sources[numbers[one]],
            keyAts[one],
            keyAts[one] + keyLengths[one],
            sources[number],
            keyAt,
            keyAt + keyLength);
    if (byKey != 0) {
      return byKey;
    }
    return numbers[one] == number
        ? Integer.compare(keyAts[one], keyAt)
        : Integer.compare(numbers[one], number);
  }

  private void swap(int one, int other) {
    long head = heads[one];
    heads[one] = heads[other];
    heads[other] = head;
    swap(numbers, one, other);
    swap(ats, one, other);
    swap(keyAts, one, other);
    swap(keyLengths, one, other);
  }

  private static void swap(int[] values, int one, int other) {
    int value = values[one];
    values[one] = values[other];
    values[other] = value;
  }
}
