// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/** Finds the ends of fields ({@link io.statebackend.api.spi.Field}) in bytes of the log. */
final class Fields {
  private Fields() {}

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
