// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Reads bytes of the segments of an image, in pieces, on any thread: from memory, or from files if
 * the memory was taken away.
 */
final class FrozenBytes {
  private static final int PIECE_BYTES_MAX = 256 << 10;

  private final int pieceBytes;
  private final byte[] piece;
  private int at;

  /** Creates a buffer for the segments of a size. */
  FrozenBytes(int segmentSizeBytes) {
    pieceBytes = pieceBytes(segmentSizeBytes);
    piece = new byte[(int) sizeBytes(segmentSizeBytes)];
  }

  /** Returns how many bytes a piece of a segment has at most. */
  static int pieceBytes(int segmentSizeBytes) {
    int blockCount = Math.min(PIECE_BYTES_MAX, segmentSizeBytes / 8) / Segment.BLOCK_BYTES;
    return Math.max(1, blockCount) * Segment.BLOCK_BYTES;
  }

  /** Returns the memory that a buffer takes. */
  static long sizeBytes(int segmentSizeBytes) {
    int blocks = pieceBytes(segmentSizeBytes) / Segment.BLOCK_BYTES + 1;
    return (long) blocks * Segment.STORED_BLOCK_BYTES;
  }

  /** Returns how many bytes a piece has at most, a multiple of the block size. */
  int pieceBytes() {
    return pieceBytes;
  }

  /** Reads bytes of which there are a piece at most; they must not change while they are read. */
  void read(Segment segment, int from, int length) {
    byte[] memory = segment.memory();
    if (memory != null) {
      System.arraycopy(memory, from, piece, 0, length);
      at = 0;
      if (FrozenReader.isStill(memory, segment)) {
        return;
      }
    }
    int firstBlock = from / Segment.BLOCK_BYTES;
    int blockEnd = (from + length + Segment.BLOCK_BYTES - 1) / Segment.BLOCK_BYTES;
    segment.readBlocks(firstBlock, blockEnd, piece);
    at = from - firstBlock * Segment.BLOCK_BYTES;
  }

  byte[] bytes() {
    return piece;
  }

  /** Returns where in the bytes those begin that were read. */
  int at() {
    return at;
  }
}
