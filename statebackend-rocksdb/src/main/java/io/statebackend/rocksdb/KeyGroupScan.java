// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.Field;
import org.rocksdb.Snapshot;

/** Walks over the stored entries of one table and key group in a snapshot. */
final class KeyGroupScan implements AutoCloseable {
  private static final int BLOCK_ENTRIES = 1 << 10;

  private final TableFormat format;
  private final Scan scan;
  private final EntryBlock block = new EntryBlock();
  private final BinaryInput in = new BinaryInput();
  private int entry = -1;
  private boolean hasMore = true;

  KeyGroupScan(Database database, Column column, Snapshot snapshot, int keyGroup) {
    this.format = column.format();
    byte[] prefix = EntryKeyFormat.keyGroupPrefix(keyGroup);
    this.scan = database.scanSnapshot(column, snapshot, prefix);
    try {
      scan.seek(prefix);
    } catch (RuntimeException e) {
      scan.close();
      throw e;
    }
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

  void writeKey(BinaryOutput out) {
    in.reset(block.bytes(), keyAt() + Short.BYTES, keyEnd());
    writeField(format.keyLength(), out);
  }

  void writeNamespace(BinaryOutput out) {
    in.reset(block.bytes(), keyAt() + Short.BYTES, keyEnd());
    in.skip(Field.length(format.keyLength(), in));
    writeField(format.namespaceLength(), out);
  }

  private void writeField(int fixedLength, BinaryOutput out) {
    int length = Field.length(fixedLength, in);
    out.write(in.array(), in.position(), length);
  }

  /** Returns the length of key group, key and namespace. */
  int prefixLength() {
    in.reset(block.bytes(), keyAt() + Short.BYTES, keyEnd());
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
