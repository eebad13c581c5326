// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the elements of a stored list. A list outside of the heap is copied onto it piece
 * by piece, with at least one element each. Not thread-safe.
 */
final class ListWindow {
  /** A list from this size on is read outside of the heap. */
  static final int LARGE_BYTES = 1 << 20;

  private static final int PIECE_BYTES = 64 << 10;

  /** The maximum size of a length, in bytes. */
  private static final int LENGTH_BYTES_MAX = 5;

  private final BinaryInput in = new BinaryInput();
  private byte[] piece = {};

  /** What was not copied yet; null if all of the list is on the heap. */
  private @Nullable ByteBuffer rest;

  /** Begins with a list that is on the heap. */
  void open(byte[] bytes, int from, int to) {
    rest = null;
    in.reset(bytes, from, to);
  }

  /** Begins with a list outside of the heap: all that remains of a buffer. */
  void open(ByteBuffer list) {
    rest = list;
    in.reset(piece, 0, 0);
  }

  boolean hasNext() {
    return in.remaining() > 0 || hasRest();
  }

  private boolean hasRest() {
    return rest != null && rest.hasRemaining();
  }

  /** Returns an input that stands on the next element, all of which is there. */
  BinaryInput next(int fixedLength) {
    need(LENGTH_BYTES_MAX);
    if (hasRest()) {
      int at = in.position();
      // The element may go on in what was not copied yet.
      int length = fixedLength < 0 ? in.readVarInt() : fixedLength;
      if (length < 0) {
        throw new CorruptStateException("not the length of an element: length=" + length);
      }
      long needed = (long) in.position() - at + length;
      in.reset(in.array(), at, in.limit());
      need(needed);
    }
    return in;
  }

  /** Moves behind the separator after the element, unless it was the last. */
  void endElement() {
    need(2);
    ListElements.skipSeparator(in);
  }

  /** Copies more of the list, if fewer than this number of bytes are on the heap. */
  private void need(long bytes) {
    ByteBuffer source = rest;
    if (source == null || in.remaining() >= bytes || !source.hasRemaining()) {
      return;
    }
    long wanted =
        Math.min(Math.max(bytes, PIECE_BYTES), in.remaining() + (long) source.remaining());
    if (bytes > in.remaining() + (long) source.remaining() && bytes > LENGTH_BYTES_MAX) {
      throw new CorruptStateException(
          "not a list: an element is longer than what is left: length=%d, remaining=%d"
              .formatted(bytes, in.remaining() + (long) source.remaining()));
    }
    byte[] target = piece.length < wanted ? new byte[(int) wanted] : piece;
    int kept = in.remaining();
    System.arraycopy(in.array(), in.position(), target, 0, kept);
    int added = (int) Math.min(target.length - (long) kept, source.remaining());
    source.get(target, kept, added);
    piece = target;
    in.reset(target, 0, kept + added);
  }
}
