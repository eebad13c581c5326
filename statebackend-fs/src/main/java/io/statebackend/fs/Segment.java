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

  /** What a block takes in a file: its checksum is behind it. */
  static final int STORED_BLOCK_BYTES = BLOCK_BYTES + Integer.BYTES;

  /** What an object of this class takes. */
  private static final int OBJECT_BYTES = 72;

  /** What a manifest takes for a segment, while it is written, with room to grow. */
  private static final int MANIFEST_BYTES = 48;

  /** What tables of segments take for a range of addresses: two references, with room to grow. */
  static final int BYTES_PER_RANGE = 16;

  /**
   * The memory that a segment with one range of addresses needs beside its bytes for as long as it
   * exists: what is known of it here, in two snapshots of which one is written, and in a manifest.
   */
  static final int OVERHEAD_BYTES =
      OBJECT_BYTES + BYTES_PER_RANGE + 2 * StoredSegments.BYTES_PER_SEGMENT + MANIFEST_BYTES;

  private static final int BLOCKS_PER_WRITE = 16;

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

  /** The epoch in which the last live record died. */
  long retiredIn;

  boolean isRetired;

  /** Whether the segment is full with a single record. Read by others, who may see it late. */
  private boolean oneRecord;

  /** Where the segment is written to, once it is sealed. Read by others. */
  private volatile @Nullable SpillFile file;

  /** Ends when the segment was written. */
  private volatile @Nullable CompletableFuture<Void> written;

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
    written = null;
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
    int blockCount = blockCount(size);
    byte[] stored = new byte[Math.min(blockCount, BLOCKS_PER_WRITE) * STORED_BLOCK_BYTES];
    for (int first = 0; first < blockCount; first += BLOCKS_PER_WRITE) {
      int at = 0;
      for (int block = first; block < Math.min(blockCount, first + BLOCKS_PER_WRITE); block++) {
        int from = block * BLOCK_BYTES;
        int length = Math.min(BLOCK_BYTES, size - from);
        System.arraycopy(bytes, from, stored, at, length);
        Bytes.putInt(stored, at + length, checksum(stored, at, length, block));
        at += length + Integer.BYTES;
      }
      file().write(base, first, stored, at);
    }
  }

  /** Returns the checksum of a block, which is that of no other block, past or present. */
  private int checksum(byte[] bytes, int from, int length, int block) {
    byte[] place = new byte[Long.BYTES + Integer.BYTES];
    Bytes.putLong(place, 0, id);
    Bytes.putInt(place, Long.BYTES, block);
    CRC32C crc = new CRC32C();
    crc.update(place, 0, place.length);
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static int blockCount(int sizeBytes) {
    return (sizeBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
  }

  /**
   * Reads blocks from the file, and checks them. Called by any thread.
   *
   * @param target what the blocks are read to, one behind the other; has {@link
   *     #STORED_BLOCK_BYTES} for each
   */
  void readBlocks(int firstBlock, int blockEnd, byte[] target) {
    int blockCount = blockEnd - firstBlock;
    int bytesEnd = Math.min(blockEnd * BLOCK_BYTES, size);
    int dataBytes = bytesEnd - firstBlock * BLOCK_BYTES;
    SpillFile source = file();
    source.read(base, firstBlock, target, dataBytes + blockCount * Integer.BYTES);
    for (int i = 0; i < blockCount; i++) {
      int at = i * STORED_BLOCK_BYTES;
      int length = Math.min(BLOCK_BYTES, dataBytes - i * BLOCK_BYTES);
      int expected = Bytes.getInt(target, at + length);
      int actual = checksum(target, at, length, firstBlock + i);
      if (actual != expected) {
        throw source.damaged(base, firstBlock + i, expected, actual);
      }
      System.arraycopy(target, at, target, i * BLOCK_BYTES, length);
    }
  }
}
