// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which records of each segment an image has: a bit per unit, set where a live record begins. */
final class LiveUnits {
  private final @Nullable Segment[] segments;
  private final int rangeShift;
  private final FsFrozenStore image;

  /** By range of addresses; null where nothing is live. */
  private final long[] @Nullable [] bits;

  private LiveUnits(FsFrozenStore image) {
    this.image = image;
    this.segments = image.segments();
    this.rangeShift = image.rangeShift();
    this.bits = new long[segments.length][];
  }

  /** Returns the memory needed for segments of so many bytes in all, at most. */
  static long sizeBytes(long segmentBytes, int segmentCount) {
    return segmentBytes / RecordLayout.UNIT_BYTES / Byte.SIZE + (long) segmentCount * Long.BYTES;
  }

  private static int wordCount(int segmentSize) {
    return segmentSize / RecordLayout.UNIT_BYTES / Long.SIZE + 1;
  }

  static long[] create(int segmentSize) {
    return new long[wordCount(segmentSize)];
  }

  static void set(long[] bits, int unit) {
    bits[unit / Long.SIZE] |= 1L << unit;
  }

  static void clear(long[] bits, int unit) {
    bits[unit / Long.SIZE] &= ~(1L << unit);
  }

  /** Clears all units below an end. */
  static void clearBelow(long[] bits, int end) {
    Arrays.fill(bits, 0, end / Long.SIZE, 0);
    if (end % Long.SIZE > 0) {
      bits[end / Long.SIZE] &= -1L << end;
    }
  }

  static boolean isSet(long[] bits, int unit) {
    return (bits[unit / Long.SIZE] >>> unit & 1) != 0;
  }

  /** Collects the addresses in the index of an image. */
  static LiveUnits of(FsFrozenStore image) {
    LiveUnits live = new LiveUnits(image);
    for (FrozenTable table : image.tables().values()) {
      live.addAll(table.heads());
      live.addAll(table.pages());
    }
    return live;
  }

  private void addAll(long[][][] directories) {
    for (long[][] directory : directories) {
      for (int i = 0; i < directory.length; i++) {
        if (IndexChunk.isFirstAt(directory[i], i)) {
          addAll(directory[i]);
        }
      }
    }
  }

  private void addAll(long[] chunk) {
    for (int i = IndexChunk.SLOTS_INDEX; i < chunk.length; i++) {
      if (chunk[i] != 0) {
        add(IndexChunk.addressOf(chunk[i]));
      }
    }
  }

  @SuppressWarnings("NullAway") // an address in the index is that of a segment
  private void add(long address) {
    int range = (int) (address >>> rangeShift);
    Segment segment = segments[range];
    int first = (int) (segment.base >>> rangeShift);
    long[] words = bits[first];
    if (words == null) {
      words = create(image.sizeOf(segment));
      bits[first] = words;
    }
    set(words, (int) (address - segment.base));
  }

  /** Returns the bits of a segment, or null if nothing of it is live. */
  long @Nullable [] of(Segment segment) {
    return bits[(int) (segment.base >>> rangeShift)];
  }
}
