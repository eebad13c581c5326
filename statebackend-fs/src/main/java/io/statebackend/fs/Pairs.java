// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import java.util.Arrays;

/**
 * Finds pairs of user key and value, each a field, in a row of them. Immutable.
 *
 * @param userKeyLength the length of user keys, negative if it varies
 * @param valueLength the length of values, negative if it varies
 */
record Pairs(int userKeyLength, int valueLength) {
  static final int NOT_FOUND = -1;

  /** Returns where the user key of a pair ends, and its value begins. */
  int keyEnd(byte[] bytes, int from) {
    return Fields.end(bytes, from, userKeyLength);
  }

  /** Returns where a pair ends. */
  int end(byte[] bytes, int from) {
    return Fields.end(bytes, keyEnd(bytes, from), valueLength);
  }

  /** Returns where the user key of a pair ends of bytes that may be damaged. */
  int checkedKeyEnd(byte[] bytes, int from, int to) {
    return Fields.checkedEnd(bytes, from, to, userKeyLength);
  }

  /**
   * Returns where a pair ends of bytes that may be damaged.
   *
   * @throws io.statebackend.api.CorruptStateException if it ends beyond its row
   */
  int checkedEnd(byte[] bytes, int from, int to) {
    int end = Fields.checkedEnd(bytes, checkedKeyEnd(bytes, from, to), to, valueLength);
    if (end == from) {
      throw new CorruptStateException("pair of no bytes: from=%d, to=%d".formatted(from, to));
    }
    return end;
  }

  int count(byte[] bytes, int from, int to) {
    int count = 0;
    for (int at = from; at < to; at = end(bytes, at)) {
      count++;
    }
    return count;
  }

  /**
   * Finds a pair.
   *
   * @param key what begins with the field of a user key
   * @param keyFieldLength the length of that field
   * @return where the pair begins, or {@link #NOT_FOUND}
   */
  int find(byte[] bytes, int from, int to, byte[] key, int keyFieldLength) {
    if (userKeyLength == Long.BYTES) {
      return findLong(bytes, from, to, Bytes.getLong(key, 0));
    }
    int at = from;
    while (at < to) {
      int keyEnd = keyEnd(bytes, at);
      if (keyEnd - at == keyFieldLength
          && Arrays.equals(bytes, at, keyEnd, key, 0, keyFieldLength)) {
        return at;
      }
      at = Fields.end(bytes, keyEnd, valueLength);
    }
    return NOT_FOUND;
  }

  /** Finds a pair by the number that its user key is. */
  int findLong(byte[] bytes, int from, int to, long key) {
    int at = from;
    while (at < to) {
      if (Bytes.getLong(bytes, at) == key) {
        return at;
      }
      at = Fields.end(bytes, at + Long.BYTES, valueLength);
    }
    return NOT_FOUND;
  }
}
