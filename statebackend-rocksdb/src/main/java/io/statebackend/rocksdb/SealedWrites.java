// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The dirty entries of the cache when an image was taken, as batches. Whoever needs them first
 * writes them: a reader of the image or the owner. What cannot be written stays, and the next one
 * tries again. Thread-safe.
 */
final class SealedWrites {
  /*
   * The walk. Who needs all of it sorts the records of all batches by their keys, and writes them
   * in this order, piece by piece: RocksDB takes a key that comes right behind the one before for a
   * fifth of the time, and writes a file out of its memory faster. The owner, who needs no more
   * than the batches of the chunk that is to be evicted, does not wait for that: it writes these
   * batches by themselves, less those of their records that the walk has passed. The walk then
   * leaves the rest of them out. So each record is written once, which counts for what is appended
   * to lists; and the order in which records are written does not matter, as there is one for each
   * key.
   */

  private static final int PIECE_BYTES = 256 << 10;

  /** Does the writes of a batch, all or none. */
  private final Consumer<byte[]> target;

  /** Held by who sorts: others that need all wait, and the owner can go on. */
  private final Object sorting = new Object();

  /** Guarded by this, like all that follows. */
  private final List<byte[]> batches = new ArrayList<>();

  /** The batches that were written by themselves. */
  private final BitSet written = new BitSet();

  private long sizeBytes;

  /** All records in the order in which they are written; null before the first is. */
  private @Nullable KeySort walk;

  /** The record of the walk that is next. */
  private int next;

  private final Batch piece = new Batch();
  private volatile boolean isDone;

  SealedWrites(Consumer<byte[]> target) {
    this.target = target;
  }

  /** Adds a batch; returns its number, from 1 on. Nothing is written yet. */
  synchronized int add(byte[] batch) {
    batches.add(batch);
    sizeBytes += batch.length + (long) Batch.recordCount(batch) * KeySort.ITEM_BYTES;
    return batches.size();
  }

  /** Returns the bytes that all batches take that were added, with what sorting them takes. */
  synchronized long sizeBytes() {
    return sizeBytes;
  }

  /** Sees to it that the batches up to a number are written. */
  void write(int number) {
    for (int i = 0; i < number && !isDone; i++) {
      writeAlone(i);
    }
  }

  private synchronized void writeAlone(int number) {
    if (isDone || written.get(number)) {
      return;
    }
    KeySort records = new KeySort();
    records.begin(batches.toArray(byte[][]::new));
    Batch.addRecords(batches.get(number), number, records);
    records.sort();
    piece.clear();
    for (int i = 0; i < records.count(); i++) {
      if (!isPassed(records, i)) {
        piece.add(batches.get(number), records.at(i), records.keyEnd(i));
      }
    }
    writePiece();
    written.set(number);
  }

  /** Tells whether the walk has come by a record. */
  private boolean isPassed(KeySort records, int record) {
    KeySort all = walk;
    return all != null && all.comesBefore(records, record, next);
  }

  /** Sees to it that all are written. Others may come in between two pieces. */
  void writeAll() {
    if (!isDone) {
      sort();
      while (writeNext()) {
        // One after the other.
      }
    }
  }

  private void sort() {
    synchronized (sorting) {
      byte[][] all;
      synchronized (this) {
        if (isDone || walk != null) {
          return;
        }
        all = batches.toArray(byte[][]::new);
      }
      KeySort records = new KeySort();
      records.begin(all);
      records.reserve(Arrays.stream(all).mapToInt(Batch::recordCount).sum());
      for (int i = 0; i < all.length; i++) {
        Batch.addRecords(all[i], i, records);
      }
      records.sort();
      synchronized (this) {
        walk = records;
      }
    }
  }

  private synchronized boolean writeNext() {
    KeySort all = walk;
    if (isDone || all == null) {
      return false;
    }
    piece.clear();
    int end = next;
    while (end < all.count() && piece.sizeBytes() < PIECE_BYTES) {
      int number = all.sourceOf(end);
      if (!written.get(number)) {
        piece.add(batches.get(number), all.at(end), all.keyEnd(end));
      }
      end++;
    }
    writePiece();
    next = end;
    if (next == all.count()) {
      isDone = true;
      walk = null;
      batches.clear();
    }
    return !isDone;
  }

  private void writePiece() {
    if (!piece.isEmpty()) {
      target.accept(piece.toBytes());
    }
  }
}
