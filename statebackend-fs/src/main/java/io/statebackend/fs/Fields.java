// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;

/** Finds the ends of fields ({@link io.statebackend.api.spi.Field}) in bytes of the log. */
final class Fields {
  private static final int LENGTH_BYTES_MAX = 5;

  private Fields() {}

  /**
   * Returns where a field ends of which that is not known to be within its row.
   *
   * @param to where the row of fields ends
   * @throws CorruptStateException if the field ends beyond
   */
  static int checkedEnd(byte[] bytes, int from, int to, int fixedLength) {
    int end = isWhole(bytes, from, to, fixedLength) ? end(bytes, from, fixedLength) : -1;
    if (end < from || end > to) {
      throw new CorruptStateException(
          "element or pair ends beyond its entry: from=%d, to=%d".formatted(from, to));
    }
    return end;
  }

  /** Tells whether what tells the length of a field is there, and is no longer than an int. */
  private static boolean isWhole(byte[] bytes, int from, int to, int fixedLength) {
    if (fixedLength >= 0) {
      return fixedLength <= to - from;
    }
    int at = from;
    while (at < to && at - from < LENGTH_BYTES_MAX && bytes[at] < 0) {
      at++;
    }
    return at < to && at - from < LENGTH_BYTES_MAX;
  }

  /**
   * Returns where a field ends.
   *
   * @param fixedLength the length of the values, negative if it varies
   */
  static int end(byte[] bytes, int from, int fixedLength) {
    if (fixedLength >= 0) {
      return from + fixedLength;
    }
    int length = 0;
    int at = from;
    int shift = 0;
    byte b;
    do {
      b = bytes[at++];
      length |= (b & 0x7f) << shift;
      shift += 7;
    } while (b < 0);
    return at + length;
  }
}
