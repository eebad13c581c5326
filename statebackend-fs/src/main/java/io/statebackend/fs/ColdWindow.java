// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import org.jspecify.annotations.Nullable;

/** A buffer with some blocks of one segment, read from its file. Not thread-safe. */
final class ColdWindow {
  private static final int KEPT_BYTES_MAX = 256 << 10;

  private final int readAheadBlocks;
  private byte[] bytes = new byte[0];
  private @Nullable Segment segment;
  private int from;
  private int to;

  /**
   * Creates an empty window.
   *
   * @param readAheadBlocks how many blocks are read at once, 1 or more
   */
  ColdWindow(int readAheadBlocks) {
    this.readAheadBlocks = readAheadBlocks;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Makes sure that the record at an offset is there, whole; returns its index in the bytes. */
  int moveTo(Segment newSegment, int offset) {
    int headerEnd = offset + Long.BYTES;
    if (newSegment != segment || offset < from || headerEnd > to) {
      load(newSegment, offset, headerEnd);
    }
    int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, offset - from));
    if (sizeBytes > newSegment.size - offset || sizeBytes < Long.BYTES) {
      throw new IllegalStateException(
          "not at a record: segment=" + newSegment.id + ", offset=" + offset);
    }
    if (offset + sizeBytes > to) {
      load(newSegment, offset, offset + sizeBytes);
    }
    return offset - from;
  }

  private void load(Segment newSegment, int offset, int end) {
    int firstBlock = offset / Segment.BLOCK_BYTES;
    int neededEnd = (end + Segment.BLOCK_BYTES - 1) / Segment.BLOCK_BYTES;
    int lastEnd = (newSegment.size + Segment.BLOCK_BYTES - 1) / Segment.BLOCK_BYTES;
    int blockEnd = Math.min(lastEnd, Math.max(neededEnd, firstBlock + readAheadBlocks));
    int needed = (blockEnd - firstBlock) * Segment.STORED_BLOCK_BYTES;
    if (needed > bytes.length || (bytes.length > KEPT_BYTES_MAX && needed <= KEPT_BYTES_MAX)) {
      bytes = new byte[needed];
    }
    segment = null;
    newSegment.readBlocks(firstBlock, blockEnd, bytes);
    segment = newSegment;
    from = firstBlock * Segment.BLOCK_BYTES;
    to = Math.min(blockEnd * Segment.BLOCK_BYTES, newSegment.size);
  }
}
