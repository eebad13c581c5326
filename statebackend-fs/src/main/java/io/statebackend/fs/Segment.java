// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A part of the log: records one behind the other, first in memory, later in a file.
 *
 * <p>A segment is appended to while it is the newest one; then records in it may still be changed
 * in place; then it is sealed and written to its file; then its memory is used for another one, or
 * taken by another store. Fields belong to the owner, but for what is said to be read by others.
 * What an image refers to does not change, so other threads read the bytes without a lock; they
 * look afterwards whether the memory was still the segment's.
 */
final class Segment {
  /** The unit in which bytes are read from files and checked. */
  static final int BLOCK_BYTES = 4096;

  /** The first bytes of a segment, so that no record has the address 0. */
  static final int HEADER_BYTES = RecordLayout.UNIT_BYTES;

  /** Stands where there is no segment; full, so that nothing is ever put into it. */
  static final Segment NONE = new Segment(-1, 0, new byte[HEADER_BYTES]);

  /** Counts up from segment to segment and is never used twice. */
  final long id;

  /** The address of the first byte, in units. */
  final long base;

  final int capacity;

  /** Null once the memory was taken away. Read by others. */
  private volatile byte @Nullable [] memory;

  /** The end of the last record. */
  int size = HEADER_BYTES;

  /** The bytes of the records that the index has. */
  int liveBytes;

  /** The offset from which on records may be changed in place. */
  int mutableFrom;

  /** The epoch in which the last live record was given up. */
  long retiredIn;

  boolean isRetired;

  /** Whether the segment is full with a single record. Read by others, who may see it late. */
  private boolean oneRecord;

  /** Where the segment is written to, once it is sealed. Read by others. */
  private volatile @Nullable SpillFile file;

  /** Ends when the segment was written. */
  private volatile @Nullable CompletableFuture<Void> written;

  /** The checksums of the blocks, valid when the segment was written. Read by others. */
  private volatile int[] blockChecksums = {};

  Segment(long id, long base, byte[] memory) {
    this.id = id;
    this.base = base;
    this.capacity = memory.length;
    this.memory = memory;
  }

  /** Takes note that nothing more is appended. */
  void end() {
    byte[] bytes = memoryNow();
    oneRecord =
        size > HEADER_BYTES
            && RecordLayout.sizeBytes(Bytes.getLong(bytes, HEADER_BYTES)) == size - HEADER_BYTES;
  }

  boolean hasOneRecord() {
    return oneRecord;
  }

  /** Returns the bytes, or null if they are only in the file. */
  byte @Nullable [] memory() {
    return memory;
  }

  /** Returns the bytes of a segment that was not written yet. */
  byte[] memoryNow() {
    byte[] bytes = memory;
    if (bytes == null) {
      throw new IllegalStateException("the segment is not in memory: id=" + id);
    }
    return bytes;
  }

  /** Takes the memory away. */
  byte[] evict() {
    byte[] bytes = memoryNow();
    memory = null;
    // Pairs with the fence of FrozenReader.isStill: who copies bytes that are written into the
    // array from now on sees that it is no longer this segment's.
    VarHandle.storeStoreFence();
    return bytes;
  }

  /**
   * Returns a record that lies in the file at the index that is its offset, for whoever found it in
   * memory that was taken away since. That seldom happens.
   */
  byte[] reloaded(int offset) {
    ColdWindow window = new ColdWindow(1);
    int at = window.moveTo(this, offset);
    byte[] bytes = window.bytes();
    int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
    byte[] placed = new byte[offset + sizeBytes];
    System.arraycopy(bytes, at, placed, offset, sizeBytes);
    return placed;
  }

  int offset(long address) {
    return (int) (address - base) * RecordLayout.UNIT_BYTES;
  }

  long address(int offset) {
    return base + offset / RecordLayout.UNIT_BYTES;
  }

  boolean isSealed() {
    return file != null;
  }

  /** Returns the file of a sealed segment. */
  SpillFile file() {
    SpillFile place = file;
    if (place == null) {
      throw new IllegalStateException("the segment has no file: id=" + id);
    }
    return place;
  }

  /** Makes the segment unchangeable, to be written to a file. */
  void seal(SpillFile target) {
    mutableFrom = Integer.MAX_VALUE;
    file = target;
  }

  @Nullable CompletableFuture<Void> written() {
    return written;
  }

  void setWritten(CompletableFuture<Void> future) {
    written = future;
  }

  /** Writes the segment to its file. Called by the writing thread. */
  void writeToFile() {
    byte[] bytes = memoryNow();
    int[] checksums = new int[blockCount(size)];
    CRC32C crc = new CRC32C();
    for (int i = 0; i < checksums.length; i++) {
      int from = i * BLOCK_BYTES;
      crc.reset();
      crc.update(bytes, from, Math.min(BLOCK_BYTES, size - from));
      checksums[i] = (int) crc.getValue();
    }
    file().write(base, bytes, size);
    blockChecksums = checksums;
  }

  private static int blockCount(int sizeBytes) {
    return (sizeBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
  }

  /** Returns the memory that a segment needs beside its bytes for as long as it exists. */
  static long overheadBytes(int capacity) {
    return 128 + (long) blockCount(capacity) * Integer.BYTES;
  }

  /** Reads blocks from the file, and checks them. Called by any thread. */
  void readBlocks(int firstBlock, int blockEnd, byte[] target) {
    int from = firstBlock * BLOCK_BYTES;
    int to = Math.min(blockEnd * BLOCK_BYTES, size);
    SpillFile source = file();
    source.read(base, from, target, to - from);
    CRC32C crc = new CRC32C();
    for (int block = firstBlock; block < blockEnd; block++) {
      int at = block * BLOCK_BYTES;
      crc.reset();
      crc.update(target, at - from, Math.min(BLOCK_BYTES, to - at));
      if ((int) crc.getValue() != blockChecksums[block]) {
        throw source.damaged(base, at, blockChecksums[block], (int) crc.getValue());
      }
    }
  }
}
