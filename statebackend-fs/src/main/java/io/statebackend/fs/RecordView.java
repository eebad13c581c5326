// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * A record that was looked up. Valid until room is made in the log, or the record is replaced.
 * Belongs to the owner.
 *
 * <p>A view on a record in memory holds its address and no reference: storing one into an old
 * object, for each record, costs every collector something and G1 a memory fence.
 */
final class RecordView {
  private final SegmentTable segments;
  private final ColdWindow cold;
  private long address;
  private int at;

  /** What the record is in if {@link SegmentTable#memory} does not tell. */
  private byte[] otherBytes;

  /** The address of the record that is in the other bytes, 0 for none. */
  private long otherAddress;

  RecordView(SegmentTable segments) {
    this(segments, 1);
  }

  RecordView(SegmentTable segments, int readAheadBlocks) {
    this.segments = segments;
    cold = new ColdWindow(readAheadBlocks);
    otherBytes = cold.bytes();
  }

  void moveTo(long newAddress) {
    address = newAddress;
    at = segments.offset(newAddress);
    otherAddress = 0;
    if (segments.memory(newAddress) == null) {
      findBytes();
    }
  }

  private void findBytes() {
    Segment segment = segment();
    int offset = segment.offset(address);
    byte[] memory = segment.memory();
    if (memory != null) {
      otherBytes = memory;
      at = offset;
    } else {
      at = cold.moveTo(segment, offset);
      otherBytes = cold.bytes();
    }
    otherAddress = address;
  }

  private byte[] otherBytes() {
    if (otherAddress != address) {
      // The memory was taken away since the view moved here; it keeps its place in the bytes.
      otherBytes = segments.memoryNow(address);
      otherAddress = address;
    }
    return otherBytes;
  }

  Segment segment() {
    return segments.at(address);
  }

  long address() {
    return address;
  }

  /** Returns what the record is in: the segment's memory, or a copy. */
  byte[] bytes() {
    byte[] memory = segments.memory(address);
    return memory != null ? memory : otherBytes();
  }

  /** Returns where the record is in the bytes. */
  int at() {
    return at;
  }

  /** Tells whether the record was read from a file. */
  boolean isCold() {
    return segments.memory(address) == null && segment().memory() == null;
  }

  long header() {
    return Bytes.getLong(bytes(), at);
  }

  int sizeBytes() {
    return RecordLayout.sizeBytes(header());
  }
}
