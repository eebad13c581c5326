// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What was dirty in the cache when an image was taken, as batches that are written in their order:
 * by whoever needs it first, reader of the image or owner. A batch that cannot be written stays,
 * and is tried again by the next one. Thread-safe.
 */
final class SealedWrites {
  private final Database database;

  /** Guarded by this, like all that follows. */
  private final Deque<byte[]> rest = new ArrayDeque<>();

  private int count;
  private int writtenCount;
  private long sizeBytes;

  SealedWrites(Database database) {
    this.database = database;
  }

  /** Adds a batch; returns its number, from 1 on. */
  synchronized int add(byte[] batch) {
    rest.add(batch);
    sizeBytes += batch.length;
    return ++count;
  }

  /** Returns the bytes of all batches that were added. */
  synchronized long sizeBytes() {
    return sizeBytes;
  }

  /** Sees to it that the batches up to a number are written. */
  void write(int number) {
    while (!isWritten(number)) {
      writeNext();
    }
  }

  private synchronized boolean isWritten(int number) {
    return writtenCount >= number;
  }

  /** Sees to it that all are written. Others may come in between two batches. */
  void writeAll() {
    while (writeNext()) {
      // One after the other.
    }
  }

  private synchronized boolean writeNext() {
    byte[] batch = rest.peek();
    if (batch == null) {
      return false;
    }
    database.writeSealed(batch);
    rest.remove();
    writtenCount++;
    return true;
  }
}
