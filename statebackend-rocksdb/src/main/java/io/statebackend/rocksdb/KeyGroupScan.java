// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Iterates over the stored entries of one table and key group in a snapshot. */
final class KeyGroupScan implements AutoCloseable {
  private static final int BLOCK_ENTRIES = 1 << 10;

  private final TableFormat format;
  private final int keyGroupLength;
  private final Scan scan;
  private final EntryBlock block = new EntryBlock();
  private final BinaryInput in = new BinaryInput();
  private int entry = -1;
  private boolean hasMore = true;

  KeyGroupScan(Database database, Column column, Database.TakenSnapshot snapshot, int keyGroup) {
    this(
        column, database.scanSnapshot(column, snapshot, column.keyGroupPrefix(keyGroup)), keyGroup);
  }

  private KeyGroupScan(Column column, Scan scan, int keyGroup) {
    this.format = column.format();
    this.keyGroupLength = column.keyGroupPrefixLength();
    this.scan = scan;
    try {
      scan.seek(column.keyGroupPrefix(keyGroup));
    } catch (RuntimeException e) {
      scan.close();
      throw e;
    }
  }

  /** Walks over what the database has now. */
  static KeyGroupScan ofNow(Database database, Column column, int keyGroup) {
    return new KeyGroupScan(
        column, database.scan(column, column.keyGroupPrefix(keyGroup)), keyGroup);
  }

  /** Moves to the next entry; returns {@code false} if there is none. */
  boolean next() {
    if (entry + 1 < block.count()) {
      entry++;
      return true;
    }
    if (!hasMore) {
      return false;
    }
    hasMore = scan.read(block, BLOCK_ENTRIES, true);
    entry = 0;
    return block.count() > 0;
  }

  /** Returns how many bytes of each key come before what its table's own keys are. */
  int keyGroupLength() {
    return keyGroupLength;
  }

  void writeKey(BinaryOutput out) {
    in.reset(block.bytes(), keyAt() + keyGroupLength, keyEnd());
    writeField(format.keyLength(), out);
  }

  void writeNamespace(BinaryOutput out) {
    in.reset(block.bytes(), keyAt() + keyGroupLength, keyEnd());
    in.skip(Field.length(format.keyLength(), in));
    writeField(format.namespaceLength(), out);
  }

  private void writeField(int fixedLength, BinaryOutput out) {
    int length = Field.length(fixedLength, in);
    out.write(in.array(), in.position(), length);
  }

  /** Returns the length of key group, key and namespace. */
  int prefixLength() {
    in.reset(block.bytes(), keyAt() + keyGroupLength, keyEnd());
    in.skip(Field.length(format.keyLength(), in));
    in.skip(Field.length(format.namespaceLength(), in));
    return in.position() - keyAt();
  }

  boolean keyBeginsWith(BinaryOutput prefix) {
    return block.keyBeginsWith(entry, prefix.array(), prefix.position());
  }

  byte[] bytes() {
    return block.bytes();
  }

  int keyAt() {
    return block.keyAt(entry);
  }

  int keyEnd() {
    return keyAt() + block.keyLength(entry);
  }

  /** Reads large values outside of the heap from now on. */
  void readLargeApart() {
    block.readLargeApart();
  }

  /** Returns the value if it was read outside of the heap; it is not among the bytes then. */
  @Nullable ByteBuffer largeValue() {
    return block.largeValue();
  }

  int valueAt() {
    return block.valueAt(entry);
  }

  int valueLength() {
    return block.valueLength(entry);
  }

  TableFormat format() {
    return format;
  }

  @Override
  public void close() {
    scan.close();
  }
}
