// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * A record that was looked up: where it is, and where its slot in the index is. Valid until room is
 * made in the log, or the index changes. Belongs to the owner.
 */
final class RecordView {
  private final ColdWindow cold;
  private Segment segment = Segment.NONE;
  private long address;
  private int offset;
  private byte[] bytes;
  private int at;

  /** Where the address is in the index. */
  long[] chunk = {};

  int slotIndex;

  RecordView() {
    this(1);
  }

  RecordView(int readAheadBlocks) {
    cold = new ColdWindow(readAheadBlocks);
    bytes = cold.bytes();
  }

  void moveTo(Segment newSegment, long newAddress) {
    segment = newSegment;
    address = newAddress;
    offset = newSegment.offset(newAddress);
    byte[] memory = newSegment.memory();
    if (memory != null) {
      bytes = memory;
      at = offset;
    } else {
      at = cold.moveTo(newSegment, offset);
      bytes = cold.bytes();
    }
  }

  Segment segment() {
    return segment;
  }

  long address() {
    return address;
  }

  /** Returns where the record is in its segment. */
  int offset() {
    return offset;
  }

  /** Returns what the record is in: the segment's memory, or a copy. */
  byte[] bytes() {
    return bytes;
  }

  /** Returns where the record is in the bytes. */
  int at() {
    return at;
  }

  boolean isCold() {
    return bytes != segment.memory();
  }

  long header() {
    return Bytes.getLong(bytes, at);
  }

  int sizeBytes() {
    return RecordLayout.sizeBytes(header());
  }
}
