// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments by their addresses. Addresses are divided into ranges of one length; a segment has
 * one of them, or several in a row if it is larger, and a range is used again when its segment is
 * gone, so that addresses do not run out with time.
 *
 * <p>Belongs to the owner. Another thread may take the memory of a sealed segment away at any
 * moment; then the owner finds that it is gone, and what it has found before stays as it is.
 */
final class SegmentTable {
  private final int rangeShift;
  private final long offsetMask;
  private final BitSet usedRanges = new BitSet();

  private int count;

  /** By range; null where there is no segment. Replaced, not changed, when it grows. */
  private @Nullable Segment[] segments = new Segment[16];

  /**
   * By range, the memory of segments that have one range; otherwise null. So the bytes at an
   * address are found without a look at the segment.
   */
  private byte[] @Nullable [] memories = new byte[segments.length][];

  /**
   * Creates an empty table.
   *
   * @param rangeUnits the length of a range, a power of two
   */
  SegmentTable(long rangeUnits) {
    this.rangeShift = Long.numberOfTrailingZeros(rangeUnits);
    this.offsetMask = rangeUnits - 1;
  }

  /** Returns the segments by range, as far as they exist now; others may come in later. */
  @Nullable Segment[] array() {
    return segments;
  }

  int count() {
    return count;
  }

  int rangeShift() {
    return rangeShift;
  }

  @SuppressWarnings("NullAway") // an address in the index is that of a segment
  Segment at(long address) {
    return segments[(int) (address >>> rangeShift)];
  }

  /** Returns the array that has the record at an address, or null if that takes more to find. */
  byte @Nullable [] memory(long address) {
    return memories[(int) (address >>> rangeShift)];
  }

  /**
   * Returns the array that has the record at an address at which {@link #memory} has told one, or
   * an array of the same content if that was taken away since. Only memory of sealed segments is
   * ever taken while an operation is under way.
   */
  byte[] memoryNow(long address) {
    byte[] memory = memories[(int) (address >>> rangeShift)];
    return memory != null ? memory : memoryOf(at(address), address);
  }

  private static byte[] memoryOf(Segment segment, long address) {
    byte[] memory = segment.memory();
    return memory != null ? memory : segment.reloaded(segment.offset(address));
  }

  /** Returns where in {@link #memory} the record at an address is. */
  int offset(long address) {
    return (int) (address & offsetMask) * RecordLayout.UNIT_BYTES;
  }

  /** Returns the address of free ranges for a number of bytes: the lowest if one is enough. */
  long allocate(int bytes) {
    int rangeCount = rangeCount(bytes);
    int range = rangeCount == 1 ? usedRanges.nextClearBit(0) : usedRanges.length();
    long base = (long) range << rangeShift;
    if (base + ((long) rangeCount << rangeShift) > 1L << IndexChunk.ADDRESS_BITS) {
      throw new IllegalStateException(
          "the log of one store is limited to 8 TiB; use more subtasks: address=" + base);
    }
    return base;
  }

  /** Returns the memory that a segment needs beside its bytes, for as long as it exists. */
  int overheadBytes(int capacity) {
    return Segment.OVERHEAD_BYTES + (rangeCount(capacity) - 1) * Segment.BYTES_PER_RANGE;
  }

  private int rangeCount(int bytes) {
    int lastUnit = (bytes - 1) / RecordLayout.UNIT_BYTES;
    return (lastUnit >>> rangeShift) + 1;
  }

  synchronized void add(Segment segment) {
    int first = (int) (segment.base >>> rangeShift);
    int end = first + rangeCount(segment.capacity);
    if (end > segments.length) {
      segments = Arrays.copyOf(segments, Math.max(end, 2 * segments.length));
      memories = Arrays.copyOf(memories, segments.length);
    }
    Arrays.fill(segments, first, end, segment);
    if (end == first + 1) {
      memories[first] = segment.memory();
    }
    usedRanges.set(first, end);
    count++;
  }

  /** Takes the memory of a segment away; returns it. Called by any thread. */
  synchronized byte[] evict(Segment segment) {
    memories[(int) (segment.base >>> rangeShift)] = null;
    return segment.evict();
  }

  synchronized void remove(Segment segment) {
    int first = (int) (segment.base >>> rangeShift);
    int end = first + rangeCount(segment.capacity);
    Arrays.fill(segments, first, end, null);
    usedRanges.clear(first, end);
    count--;
  }
}
