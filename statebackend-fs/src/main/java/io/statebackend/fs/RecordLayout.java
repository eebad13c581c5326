// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.TypeSerializer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where things are in the records of one table, as docs/format/fs-log-v1.md specifies.
 *
 * <pre>
 * record := header:u64 keyLength:u32? valueLength:u32? key value slack
 * header := size:28 table:12 keyGroup:15 page:1 reserved:8      size in units of 8 bytes
 * </pre>
 *
 * <p>Lengths are there only if they vary. What is behind the value up to the size is room to grow.
 * Immutable.
 */
final class RecordLayout {
  /** Records begin and end at multiples of this, which is the unit of addresses and sizes. */
  static final int UNIT_BYTES = Long.BYTES;

  static final int TABLE_COUNT_MAX = 1 << 12;

  /** The smallest record in bytes: a header and a key. */
  static final int SIZE_BYTES_MIN = 2 * UNIT_BYTES;

  /** The largest record in bytes. */
  static final int SIZE_BYTES_MAX = Integer.MAX_VALUE - (1 << 16);

  private static final int RESERVED_BITS = 8;
  private static final int PAGE_SHIFT = RESERVED_BITS;
  private static final int KEY_GROUP_SHIFT = PAGE_SHIFT + 1;
  private static final int KEY_GROUP_MASK = (1 << 15) - 1;
  private static final int TABLE_SHIFT = KEY_GROUP_SHIFT + 15;
  private static final int SIZE_SHIFT = TABLE_SHIFT + 12;

  private final int tableId;
  private final boolean isPage;

  /** How key and namespace are one key part, in records of which that matters; null in others. */
  private final @Nullable KeyPartFormat namespaced;

  private final int fixedKeyLength;
  private final int fixedValueLength;
  private final int keyLengthOffset;
  private final int valueLengthOffset;
  private final int keyOffset;

  /** Where the value is, if key parts have a fixed length. */
  private final int fixedValueOffset;

  /**
   * Creates a layout.
   *
   * @param keyParts how key and namespace are one key part
   * @param fixedKeyLength the length of key parts, or {@link TypeSerializer#VARIABLE_LENGTH}
   * @param fixedValueLength the length of values, or {@link TypeSerializer#VARIABLE_LENGTH}
   */
  RecordLayout(
      int tableId,
      boolean isPage,
      KeyPartFormat keyParts,
      int fixedKeyLength,
      int fixedValueLength) {
    this.tableId = tableId;
    this.isPage = isPage;
    this.namespaced = !isPage && keyParts.hasNamespaces() ? keyParts : null;
    this.fixedKeyLength = fixedKeyLength;
    this.fixedValueLength = fixedValueLength;
    this.keyLengthOffset = Long.BYTES;
    this.valueLengthOffset = keyLengthOffset + lengthBytes(fixedKeyLength);
    this.keyOffset = valueLengthOffset + lengthBytes(fixedValueLength);
    this.fixedValueOffset = keyOffset + fixedKeyLength;
  }

  private static int lengthBytes(int fixedLength) {
    return fixedLength < 0 ? Integer.BYTES : 0;
  }

  static int sizeBytes(long header) {
    return (int) (header >>> SIZE_SHIFT) * UNIT_BYTES;
  }

  static int tableId(long header) {
    return (int) (header >>> TABLE_SHIFT) & TABLE_COUNT_MAX - 1;
  }

  static int keyGroup(long header) {
    return (int) (header >>> KEY_GROUP_SHIFT) & KEY_GROUP_MASK;
  }

  static boolean isPage(long header) {
    return (header >>> PAGE_SHIFT & 1) != 0;
  }

  /** Returns a header with another table. */
  static long withTable(long header, int tableId) {
    return (header & ~((long) (TABLE_COUNT_MAX - 1) << TABLE_SHIFT))
        | (long) tableId << TABLE_SHIFT;
  }

  /** Returns the size of a record, a multiple of the unit; more than the maximum if too large. */
  long sizeBytes(int keyLength, long valueCapacity) {
    return (long) keyOffset + keyLength + valueCapacity + UNIT_BYTES - 1 & -UNIT_BYTES;
  }

  /** Writes all but the value. */
  void write(byte[] bytes, int at, int sizeBytes, int keyGroup, KeyPart key, int valueLength) {
    Bytes.putLong(
        bytes,
        at,
        (long) (sizeBytes / UNIT_BYTES) << SIZE_SHIFT
            | (long) tableId << TABLE_SHIFT
            | (long) keyGroup << KEY_GROUP_SHIFT
            | (isPage ? 1L << PAGE_SHIFT : 0));
    if (fixedKeyLength < 0) {
      Bytes.putInt(bytes, at + keyLengthOffset, key.length());
    }
    setValueLength(bytes, at, valueLength);
    System.arraycopy(key.bytes(), 0, bytes, at + keyOffset, key.length());
  }

  boolean hasFixedValueLength() {
    return fixedValueLength >= 0;
  }

  int keyLength(byte[] bytes, int at) {
    return fixedKeyLength >= 0 ? fixedKeyLength : Bytes.getInt(bytes, at + keyLengthOffset);
  }

  int keyOffset() {
    return keyOffset;
  }

  /** Returns a key part of 8 bytes. */
  long key(byte[] bytes, int at) {
    return Bytes.getLong(bytes, at + keyOffset);
  }

  int valueLength(byte[] bytes, int at) {
    return fixedValueLength >= 0 ? fixedValueLength : Bytes.getInt(bytes, at + valueLengthOffset);
  }

  void setValueLength(byte[] bytes, int at, int length) {
    if (fixedValueLength < 0) {
      Bytes.putInt(bytes, at + valueLengthOffset, length);
    }
  }

  int valueAt(byte[] bytes, int at) {
    return fixedKeyLength >= 0
        ? at + fixedValueOffset
        : at + keyOffset + Bytes.getInt(bytes, at + keyLengthOffset);
  }

  /** Returns how long the value may become where it is. */
  int valueCapacity(byte[] bytes, int at) {
    return sizeBytes(Bytes.getLong(bytes, at)) - keyOffset - keyLength(bytes, at);
  }

  /** Tells whether a whole record has lengths that fit its size. */
  boolean isSound(byte[] bytes, int at) {
    int sizeBytes = sizeBytes(Bytes.getLong(bytes, at));
    if (sizeBytes < keyOffset) {
      return false;
    }
    int keyLength = keyLength(bytes, at);
    int valueLength = valueLength(bytes, at);
    return keyLength >= 0
        && valueLength >= 0
        && (long) keyOffset + keyLength + valueLength <= sizeBytes;
  }

  /**
   * Tells whether a record that {@link #isSound} has a key and a value that can be read.
   *
   * @param format what is known of the table
   * @throws io.statebackend.api.CorruptStateException if an element or pair ends beyond the value
   */
  boolean isReadable(TableFormat format, KeyPartFormat keyParts, byte[] bytes, int at) {
    if (fixedKeyLength < 0
        && !keyParts.isSound(bytes, at + keyOffset, keyLength(bytes, at), isPage)) {
      return false;
    }
    return !format.hasPages()
        || PagedValue.isSound(format, isPage, bytes, valueAt(bytes, at), valueLength(bytes, at));
  }

  /** Moves to the key part of a record. */
  void moveTo(KeyPart key, byte[] bytes, int at) {
    if (namespaced != null) {
      namespaced.moveToHead(key, bytes, at + keyOffset, keyLength(bytes, at));
    } else if (fixedKeyLength == Long.BYTES) {
      key.moveTo(key(bytes, at));
    } else {
      key.copy(bytes, at + keyOffset, keyLength(bytes, at));
    }
  }

  /** Tells whether a record has a key part. */
  boolean hasKey(byte[] bytes, int at, KeyPart key) {
    return fixedKeyLength == Long.BYTES
        ? key(bytes, at) == key.number()
        : hasKeyBytes(bytes, at, key);
  }

  private boolean hasKeyBytes(byte[] bytes, int at, KeyPart key) {
    int length = key.length();
    if (fixedKeyLength < 0 && Bytes.getInt(bytes, at + keyLengthOffset) != length) {
      return false;
    }
    int from = at + keyOffset;
    return Arrays.equals(bytes, from, from + length, key.bytes(), 0, length);
  }
}
