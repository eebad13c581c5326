// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;

/**
 * Collects writes on the heap, so that all of them take one call into native code.
 *
 * <pre>
 * batch  := sequence:u64=0 count:u32 record*                      both little-endian
 * record := tag:u8 column:varint bytes [bytes]                    bytes := length:varint byte*
 * </pre>
 *
 * <p>RocksDB itself uses this form to log and replicate write batches, and accepts it. Not
 * thread-safe.
 */
final class Batch {
  private static final int COUNT_OFFSET = Long.BYTES;
  private static final int HEADER_BYTES = COUNT_OFFSET + Integer.BYTES;

  private static final int TAG_DELETE = 4;
  private static final int TAG_PUT = 5;
  private static final int TAG_MERGE = 6;
  private static final int TAG_DELETE_RANGE = 14;

  /** A batch that has grown beyond this frees its memory when it is cleared. */
  private static final int KEPT_BYTES_MAX = 1 << 20;

  private BinaryOutput bytes = new BinaryOutput(1 << 10);
  private int count;

  Batch() {
    clear();
  }

  void clear() {
    if (bytes.array().length > KEPT_BYTES_MAX) {
      bytes = new BinaryOutput(1 << 10);
    }
    bytes.reset();
    bytes.writeLong(0);
    bytes.writeInt(0);
    count = 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int sizeBytes() {
    return bytes.position();
  }

  void put(Column column, byte[] key, int keyAt, int keyLength, byte[] value, int at, int length) {
    begin(TAG_PUT, column);
    writeBytes(key, keyAt, keyLength);
    writeBytes(value, at, length);
  }

  /** Appends to what is stored under a key. */
  void merge(
      Column column, byte[] key, int keyAt, int keyLength, byte[] value, int at, int length) {
    begin(TAG_MERGE, column);
    writeBytes(key, keyAt, keyLength);
    writeBytes(value, at, length);
  }

  void delete(Column column, byte[] key, int keyAt, int keyLength) {
    begin(TAG_DELETE, column);
    writeBytes(key, keyAt, keyLength);
  }

  /** Puts or deletes an entry of a map as a page says; its key begins with that of the map. */
  void putOrDelete(Column column, byte[] prefix, int prefixAt, int prefixLength, MapPage page) {
    begin(page.isAbsent() ? TAG_DELETE : TAG_PUT, column);
    bytes.writeVarInt(prefixLength + page.userKeyLength());
    bytes.write(prefix, prefixAt, prefixLength);
    bytes.write(page.bytes(), page.userKeyAt(), page.userKeyLength());
    if (!page.isAbsent()) {
      writeBytes(page.bytes(), page.valueAt(), page.valueLength());
    }
  }

  /** Deletes all keys from one on, up to another one that is not deleted. */
  void deleteRange(Column column, byte[] from, byte[] to) {
    begin(TAG_DELETE_RANGE, column);
    writeBytes(from, 0, from.length);
    writeBytes(to, 0, to.length);
  }

  private void begin(int tag, Column column) {
    bytes.writeByte(tag);
    bytes.writeVarInt(column.family().id());
    count++;
  }

  private void writeBytes(byte[] source, int at, int length) {
    bytes.writeVarInt(length);
    bytes.write(source, at, length);
  }

  /**
   * Adds a record of another batch as it is.
   *
   * @param keyEnd where its key ends
   */
  void add(byte[] other, int recordAt, int keyEnd) {
    int end = recordEnd(other, recordAt, keyEnd);
    bytes.write(other, recordAt, end - recordAt);
    count++;
  }

  private static int recordEnd(byte[] batch, int recordAt, int keyEnd) {
    int tag = batch[recordAt];
    if (tag == TAG_DELETE) {
      return keyEnd;
    }
    int valueAt = endOfVarInt(batch, keyEnd);
    return valueAt + varInt(batch, keyEnd);
  }

  /** Adds the puts, merges and deletes of a batch to what is going to be sorted. */
  static void addRecords(byte[] batch, int source, KeySort target) {
    for (int at = HEADER_BYTES; at < batch.length; ) {
      int keyLengthAt = endOfVarInt(batch, at + 1);
      int keyLength = varInt(batch, keyLengthAt);
      int keyAt = endOfVarInt(batch, keyLengthAt);
      target.add(source, at, keyAt, keyLength);
      at = recordEnd(batch, at, keyAt + keyLength);
    }
  }

  /** Returns how many records a batch has. */
  static int recordCount(byte[] batch) {
    return (batch[COUNT_OFFSET] & 0xff)
        | (batch[COUNT_OFFSET + 1] & 0xff) << 8
        | (batch[COUNT_OFFSET + 2] & 0xff) << 16
        | (batch[HEADER_BYTES - 1] & 0xff) << 24;
  }

  private static int varInt(byte[] source, int at) {
    int value = 0;
    for (int i = at, shift = 0; ; i++, shift += 7) {
      value |= (source[i] & 0x7f) << shift;
      if (source[i] >= 0) {
        return value;
      }
    }
  }

  private static int endOfVarInt(byte[] source, int at) {
    int end = at;
    while (source[end] < 0) {
      end++;
    }
    return end + 1;
  }

  byte[] toBytes() {
    byte[] all = bytes.toByteArray();
    all[COUNT_OFFSET] = (byte) count;
    all[COUNT_OFFSET + 1] = (byte) (count >>> 8);
    all[COUNT_OFFSET + 2] = (byte) (count >>> 16);
    all[HEADER_BYTES - 1] = (byte) (count >>> 24);
    return all;
  }
}
