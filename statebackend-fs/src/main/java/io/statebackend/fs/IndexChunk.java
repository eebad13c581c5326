// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * The layout of a chunk of the index: an array of longs. Two of them describe the chunk, and the
 * others are slots. It is an array and not an object, because that saves one cache line for each
 * lookup.
 *
 * <pre>
 * chunk := depth:32 count:32  epoch:64  slot*
 * slot  := tag:24 address:40                  0: empty; the tag is the first 24 bits of the hash
 * </pre>
 *
 * <p>A chunk of depth d has the keys whose tags share the last d bits. Slots are found by linear
 * probing from a home slot, which grows with the tag. Slots contain everything that is needed to
 * move, split, grow and shrink, so no record is read for that.
 */
final class IndexChunk {
  static final int TAG_BITS = 24;
  static final int ADDRESS_BITS = Long.SIZE - TAG_BITS;
  static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;

  private static final int COUNT_INDEX = 0;
  private static final int EPOCH_INDEX = COUNT_INDEX + 1;
  static final int SLOTS_INDEX = EPOCH_INDEX + 1;
  private static final int ARRAY_HEADER_BYTES = 16;
  private static final long COUNT_MASK = 0xffffffffL;

  private IndexChunk() {}

  static long[] create(int capacity, int depth, long epoch) {
    long[] chunk = new long[SLOTS_INDEX + capacity];
    chunk[COUNT_INDEX] = (long) depth << Integer.SIZE;
    chunk[EPOCH_INDEX] = epoch;
    return chunk;
  }

  static long[] copy(long[] chunk, long epoch) {
    long[] copy = chunk.clone();
    copy[EPOCH_INDEX] = epoch;
    return copy;
  }

  static int capacity(long[] chunk) {
    return chunk.length - SLOTS_INDEX;
  }

  static long sizeBytes(long[] chunk) {
    return ARRAY_HEADER_BYTES + (long) chunk.length * Long.BYTES;
  }

  static int count(long[] chunk) {
    return (int) (chunk[COUNT_INDEX] & COUNT_MASK);
  }

  static int depth(long[] chunk) {
    return (int) (chunk[COUNT_INDEX] >>> Integer.SIZE);
  }

  /** Tells whether an index of a directory is the first one at which it has a chunk. */
  static boolean isFirstAt(long[] chunk, int directoryIndex) {
    return directoryIndex >>> depth(chunk) == 0;
  }

  static long epoch(long[] chunk) {
    return chunk[EPOCH_INDEX];
  }

  static long slot(long hash, long address) {
    return tag(hash) << ADDRESS_BITS | address;
  }

  static long tag(long hash) {
    return hash >>> ADDRESS_BITS;
  }

  static long tagOf(long slot) {
    return slot >>> ADDRESS_BITS;
  }

  static long addressOf(long slot) {
    return slot & ADDRESS_MASK;
  }

  /** Returns the bit of a slot's tag that decides which half of a chunk of some depth it is in. */
  static boolean isInUpperHalf(long slot, int depth) {
    return (tagOf(slot) >>> depth & 1) != 0;
  }

  /** Returns the index in the array at which a tag is looked for first. */
  static int home(long[] chunk, long tag) {
    return SLOTS_INDEX + (int) ((tag * (chunk.length - SLOTS_INDEX)) >>> TAG_BITS);
  }

  static int next(long[] chunk, int index) {
    int next = index + 1;
    return next == chunk.length ? SLOTS_INDEX : next;
  }

  /** Returns the index in the array of a slot, negative if it is not there. */
  static int indexOf(long[] chunk, long slot) {
    int index = home(chunk, tagOf(slot));
    while (chunk[index] != slot) {
      if (chunk[index] == 0) {
        return -1;
      }
      index = next(chunk, index);
    }
    return index;
  }

  /** Adds a slot to a chunk that has room and is the owner's alone. */
  static void add(long[] chunk, long slot) {
    int index = home(chunk, tagOf(slot));
    while (chunk[index] != 0) {
      index = next(chunk, index);
    }
    chunk[index] = slot;
    chunk[COUNT_INDEX]++;
  }

  /** Adds the slots of another chunk. */
  static void addAll(long[] chunk, long[] source) {
    for (int i = SLOTS_INDEX; i < source.length; i++) {
      if (source[i] != 0) {
        add(chunk, source[i]);
      }
    }
  }

  /**
   * Removes a slot from a chunk that is the owner's alone, and moves those behind it back where
   * they would otherwise not be found (Knuth, TAOCP 3, 6.4, algorithm R).
   */
  static void remove(long[] chunk, int index) {
    int hole = index;
    int at = next(chunk, index);
    while (chunk[at] != 0) {
      int home = home(chunk, tagOf(chunk[at]));
      boolean isHomeBetween = hole <= at ? hole < home && home <= at : hole < home || home <= at;
      if (!isHomeBetween) {
        chunk[hole] = chunk[at];
        hole = at;
      }
      at = next(chunk, at);
    }
    chunk[hole] = 0;
    chunk[COUNT_INDEX]--;
  }
}
