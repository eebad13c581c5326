// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The live records of some segments in an image: a bit per unit, set where a live record begins. It
 * covers as many segments at a time as memory allows, and each time costs a pass over the index.
 */
final class LiveUnits {
  private static final int ARRAY_HEADER_BYTES = 16;
  private static final int REFERENCE_BYTES = 4;

  private final @Nullable Segment[] segments;
  private final int rangeShift;
  private final FsFrozenStore image;
  private final int firstRange;
  private final int endRange;

  /** The ranges of addresses that have live records, in all segments. */
  private final BitSet liveRanges = new BitSet();

  /** By range of addresses from the first one on; null where nothing is live. */
  private final long[] @Nullable [] bits;

  private LiveUnits(FsFrozenStore image, int firstRange, int endRange) {
    this.image = image;
    this.segments = image.segments();
    this.rangeShift = image.rangeShift();
    this.firstRange = firstRange;
    this.endRange = endRange;
    this.bits = new long[endRange - firstRange][];
  }

  /** Returns the memory needed for what lies at a range of addresses of an image. */
  static long sizeBytes(FsFrozenStore image, int range) {
    Segment segment = image.segments()[range];
    return segment == null || segment.base >>> image.rangeShift() != range
        ? REFERENCE_BYTES
        : REFERENCE_BYTES + sizeBytes(sizeOf(image, segment));
  }

  /** Returns the memory needed for a segment. */
  static long sizeBytes(int segmentSize) {
    return ARRAY_HEADER_BYTES + (long) wordCount(segmentSize) * Long.BYTES;
  }

  /** Returns up to where a segment has bits. Of a single record only the first one is needed. */
  static int sizeOf(FsFrozenStore image, Segment segment) {
    return segment.hasOneRecord() ? 2 * Segment.HEADER_BYTES : image.sizeOf(segment);
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
    int word = unit / Long.SIZE;
    return word < bits.length && (bits[word] >>> unit & 1) != 0;
  }

  /** Collects the addresses in the index of an image that lie in some ranges. */
  static LiveUnits of(FsFrozenStore image, int firstRange, int endRange) {
    LiveUnits live = new LiveUnits(image, firstRange, endRange);
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
    liveRanges.set(first);
    if (first < firstRange || first >= endRange) {
      return;
    }
    long[] words = bits[first - firstRange];
    if (words == null) {
      words = create(sizeOf(image, segment));
      bits[first - firstRange] = words;
    }
    set(words, (int) (address - segment.base));
  }

  /** Returns the bits of a segment in the ranges, or null if nothing of it is live. */
  long @Nullable [] of(Segment segment) {
    return bits[(int) (segment.base >>> rangeShift) - firstRange];
  }

  /** Returns the segments of which anything is live, in the ranges or not. */
  @SuppressWarnings("NullAway") // what is live lies in a segment
  Iterable<Segment> segments() {
    return () -> liveRanges.stream().mapToObj(range -> segments[range]).iterator();
  }
}
