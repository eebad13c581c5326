// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of an image on any thread: it copies them from memory or from files.
 *
 * <p>The owner may take away the memory of a segment while it is being read, once the segment is in
 * its file. So a copy is valid only if the memory still belongs to the segment afterwards, as with
 * a sequence lock.
 */
final class FrozenReader {
  private static final int READ_AHEAD_BLOCKS = 4;

  private final @Nullable Segment[] segments;
  private final int rangeShift;
  private final ColdWindow cold = new ColdWindow(READ_AHEAD_BLOCKS);
  private byte[] copy = new byte[256];
  private byte[] bytes = copy;
  private int at;

  FrozenReader(@Nullable Segment[] segments, int rangeShift) {
    this.segments = segments;
    this.rangeShift = rangeShift;
  }

  /** Moves to the record at an address of the image. */
  @SuppressWarnings("NullAway") // an address in the index is that of a segment
  void moveTo(long address) {
    Segment segment = segments[(int) (address >>> rangeShift)];
    int offset = segment.offset(address);
    byte[] memory = segment.memory();
    if (memory != null && copyRecord(memory, offset) && isStill(memory, segment)) {
      bytes = copy;
      at = 0;
    } else {
      at = cold.moveTo(segment, offset);
      bytes = cold.bytes();
    }
  }

  private boolean copyRecord(byte[] memory, int offset) {
    int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(memory, offset));
    if (sizeBytes < Long.BYTES || sizeBytes > memory.length - offset) {
      // Not a record: the memory is another segment's already.
      return false;
    }
    if (copy.length < sizeBytes) {
      copy = new byte[Math.max(sizeBytes, 2 * copy.length)];
    }
    System.arraycopy(memory, offset, copy, 0, sizeBytes);
    return true;
  }

  static boolean isStill(byte[] memory, Segment segment) {
    VarHandle.acquireFence();
    return segment.memory() == memory;
  }

  byte[] bytes() {
    return bytes;
  }

  int at() {
    return at;
  }
}
