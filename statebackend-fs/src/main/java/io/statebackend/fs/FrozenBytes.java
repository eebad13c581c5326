// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Reads bytes of the segments of an image, in pieces, in any thread: from memory, or from files if
 * the memory was taken away.
 */
final class FrozenBytes {
  /** A multiple of the block size. */
  static final int PIECE_BYTES = 32 << 10;

  private final byte[] piece = new byte[PIECE_BYTES + Segment.BLOCK_BYTES];
  private int at;

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
