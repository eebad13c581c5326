// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import java.util.Arrays;

/**
 * A window on the entries of one small map, as they lie in the cache.
 *
 * <pre>
 * page := item*
 * item := flags:u8 [userKeyLength:u16] [valueLength:u16] userKey value     lengths if they vary
 * </pre>
 *
 * <p>An item may say that its user key has no value. Its value bytes are without meaning then. Not
 * thread-safe.
 */
final class MapPage {
  private static final int DIRTY = 1;
  private static final int ABSENT = 2;

  private int fixedUserKeyLength;
  private int fixedValueLength;
  private byte[] bytes = {};
  private int end;

  /** The item that the page stands on, and what it consists of. */
  private int at;

  private int userKeyAt;
  private int userKeyLength;
  private int valueLength;
  private int next;

  /** Opens a page of a table, before its first item. */
  void open(TableFormat format, byte[] newBytes, int from, int to) {
    fixedUserKeyLength = format.userKeyLength();
    fixedValueLength = format.valueLength();
    bytes = newBytes;
    next = from;
    end = to;
  }

  /** Moves to the next item. */
  boolean next() {
    if (next >= end) {
      return false;
    }
    at = next;
    int offset = at + 1;
    userKeyLength = fixedUserKeyLength;
    if (userKeyLength < 0) {
      userKeyLength = shortAt(offset);
      offset += Short.BYTES;
    }
    valueLength = fixedValueLength;
    if (valueLength < 0) {
      valueLength = shortAt(offset);
      offset += Short.BYTES;
    }
    userKeyAt = offset;
    next = offset + userKeyLength + valueLength;
    return true;
  }

  private int shortAt(int offset) {
    return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
  }

  /** Moves to the item of a user key, if there is one behind where the page stands. */
  boolean find(byte[] source, int from, int to) {
    while (next()) {
      if (isOf(source, from, to)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether the item is that of a user key. */
  boolean isOf(byte[] source, int from, int to) {
    return Arrays.equals(bytes, userKeyAt, userKeyAt + userKeyLength, source, from, to);
  }

  /** Tells whether the window has an item that is not absent. */
  boolean hasPresent() {
    while (next()) {
      if (!isAbsent()) {
        return true;
      }
    }
    return false;
  }

  boolean isDirty() {
    return (bytes[at] & DIRTY) != 0;
  }

  boolean isAbsent() {
    return (bytes[at] & ABSENT) != 0;
  }

  byte[] bytes() {
    return bytes;
  }

  int userKeyAt() {
    return userKeyAt;
  }

  int userKeyLength() {
    return userKeyLength;
  }

  int valueAt() {
    return userKeyAt + userKeyLength;
  }

  int valueLength() {
    return valueLength;
  }

  /** Replaces the value of the item by one of the same length. */
  void overwrite(byte[] value, int from) {
    System.arraycopy(value, from, bytes, valueAt(), valueLength);
    bytes[at] = DIRTY;
  }

  void setAbsent() {
    bytes[at] = DIRTY | ABSENT;
  }

  void setClean() {
    bytes[at] &= ~DIRTY;
  }

  /** Writes the item as it is. */
  void copyTo(BinaryOutput out) {
    out.write(bytes, at, next - at);
  }

  /** Writes an item with a value. */
  static void write(
      TableFormat format,
      boolean isDirty,
      byte[] userKey,
      int userKeyFrom,
      int userKeyTo,
      byte[] value,
      int valueFrom,
      int valueLength,
      BinaryOutput out) {
    out.writeByte(isDirty ? DIRTY : 0);
    writeLengths(format, userKeyTo - userKeyFrom, valueLength, out);
    out.write(userKey, userKeyFrom, userKeyTo - userKeyFrom);
    out.write(value, valueFrom, valueLength);
  }

  /** Writes an item without a value. */
  static void writeAbsent(
      TableFormat format,
      boolean isDirty,
      byte[] userKey,
      int userKeyFrom,
      int userKeyTo,
      BinaryOutput out) {
    out.writeByte(isDirty ? DIRTY | ABSENT : ABSENT);
    writeLengths(format, userKeyTo - userKeyFrom, 0, out);
    out.write(userKey, userKeyFrom, userKeyTo - userKeyFrom);
    for (int i = 0; i < format.valueLength(); i++) {
      out.writeByte(0);
    }
  }

  private static void writeLengths(
      TableFormat format, int userKeyLength, int valueLength, BinaryOutput out) {
    if (format.userKeyLength() < 0) {
      out.writeShort(userKeyLength);
    }
    if (format.valueLength() < 0) {
      out.writeShort(valueLength);
    }
  }
}
