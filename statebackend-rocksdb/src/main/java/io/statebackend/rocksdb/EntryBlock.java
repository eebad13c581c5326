// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Some consecutive entries, copied out of the database: their keys and values one after the other,
 * and where each ends. It is small and is reused. Not thread-safe.
 */
final class EntryBlock {
  /** From this size on no further entry is added. */
  private static final int BYTES_MAX = 64 << 10;

  private byte[] bytes = new byte[1 << 10];

  /** Two for each entry: the end of its key, the end of its value. */
  private int[] ends = new int[64];

  private int count;
  private int used;
  private boolean isLargeApart;

  /** The value of the only entry, if it is large and such ones are read outside of the heap. */
  private @Nullable ByteBuffer large;

  private void clear() {
    count = 0;
    used = 0;
    large = null;
    if (bytes.length > 4 * BYTES_MAX) {
      bytes = new byte[1 << 10];
    }
  }

  /** Reads values from {@link ListWindow#LARGE_BYTES} on outside of the heap from now on. */
  void readLargeApart() {
    isLargeApart = true;
  }

  /** Returns the value of the only entry if it was read outside of the heap. */
  @Nullable ByteBuffer largeValue() {
    return large;
  }

  int count() {
    return count;
  }

  byte[] bytes() {
    return bytes;
  }

  int keyAt(int entry) {
    return entry == 0 ? 0 : ends[2 * entry - 1];
  }

  int keyLength(int entry) {
    return ends[2 * entry] - keyAt(entry);
  }

  int valueAt(int entry) {
    return ends[2 * entry];
  }

  int valueLength(int entry) {
    return ends[2 * entry + 1] - valueAt(entry);
  }

  boolean keyBeginsWith(int entry, byte[] prefix, int length) {
    int at = keyAt(entry);
    return keyLength(entry) >= length && Arrays.equals(bytes, at, at + length, prefix, 0, length);
  }

  byte[] key(int entry) {
    return Arrays.copyOfRange(bytes, keyAt(entry), keyAt(entry) + keyLength(entry));
  }

  /**
   * Copies the next entries of an iterator, in place of what is there.
   *
   * @param countMax how many at most
   * @return whether there may be more: {@code false} if these were the last
   */
  boolean fill(RocksIterator iterator, int countMax, boolean withValues) throws RocksDBException {
    clear();
    while (iterator.isValid()) {
      if (count == countMax || used >= BYTES_MAX) {
        return true;
      }
      if (!add(iterator, withValues)) {
        return true;
      }
      iterator.next();
      if (large != null) {
        return true;
      }
    }
    iterator.status();
    return false;
  }

  /** Adds an entry; returns {@code false} if it has to be the first one of a block. */
  private boolean add(RocksIterator iterator, boolean withValue) {
    if (2 * count + 2 > ends.length) {
      ends = Arrays.copyOf(ends, 2 * ends.length);
    }
    int keyLength = iterator.key(bytes, used, bytes.length - used);
    if (keyLength > bytes.length - used) {
      grow(keyLength);
      iterator.key(bytes, used, keyLength);
    }
    int valueAt = used + keyLength;
    int valueEnd = valueAt;
    if (withValue) {
      int valueLength = iterator.value(bytes, valueAt, bytes.length - valueAt);
      if (isLargeApart && valueLength >= ListWindow.LARGE_BYTES) {
        if (count > 0) {
          return false;
        }
        large = ByteBuffer.allocateDirect(valueLength);
        iterator.value(large);
        large.position(0).limit(valueLength);
      } else {
        if (valueLength > bytes.length - valueAt) {
          used = valueAt;
          grow(valueLength);
          iterator.value(bytes, valueAt, valueLength);
        }
        valueEnd += valueLength;
      }
    }
    ends[2 * count] = valueAt;
    ends[2 * count + 1] = valueEnd;
    used = valueEnd;
    count++;
    return true;
  }

  private void grow(int length) {
    bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(used, length)));
  }
}
