// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The index of one key group of a table: from hashes to addresses, by extendible hashing.
 *
 * <p>The last bits of a tag choose an entry of the directory and that a chunk. A chunk begins with
 * 4 slots, grows up to 1024 and is then split in two. Chunks that an image shares are copied before
 * they are changed, and so is the directory. A hash may occur several times: the records
 * distinguish them.
 */
final class IndexGroup {
  private static final int CAPACITY_MIN = 4;

  /** Up to here capacities double; above, they grow by a third. */
  private static final int DOUBLING_MAX = 64;

  private static final int SPLIT_CAPACITY = 1024;

  /** Deeper, the tag would leave too few bits for home slots; chunks grow beyond 1024 instead. */
  private static final int DEPTH_MAX = IndexChunk.TAG_BITS - 10;

  /** How many addresses a chunk is expected to get at most, so that it need not be split. */
  private static final int EXPECTED_PER_CHUNK_MAX = 700;

  /** How many standard deviations more than expected there is room for. */
  private static final int DEVIATIONS = 3;

  private static final int REFERENCE_BYTES = 4;

  /** Has one slot, so that probing ends. It counts as full, so nothing is ever put into it. */
  private static final long[] EMPTY = IndexChunk.create(1, 0, 0);

  private final Images images;
  private final IndexMemory memory;
  private long[][] directory = {EMPTY};
  private long directoryEpoch;
  private long count;

  /** What a chunk begins with, where there was none. */
  private int firstDepth;

  private int firstCapacity = CAPACITY_MIN;

  IndexGroup(Images images, IndexMemory memory) {
    this.images = images;
    this.memory = memory;
    this.directoryEpoch = images.epoch();
    memory.charge(REFERENCE_BYTES);
  }

  long count() {
    return count;
  }

  /**
   * Returns the directory, for an image to read. Its length is a power of two. A chunk of depth d
   * is there at each index that has its last d bits, so for the first time before index 2^d.
   */
  long[][] directory() {
    return directory;
  }

  /** Hands each address over. The group must not be changed meanwhile. */
  void forEachAddress(LongConsumer action) {
    for (int i = 0; i < directory.length; i++) {
      long[] chunk = directory[i];
      if (IndexChunk.isFirstAt(chunk, i)) {
        for (int slot = IndexChunk.SLOTS_INDEX; slot < chunk.length; slot++) {
          if (chunk[slot] != 0) {
            action.accept(IndexChunk.addressOf(chunk[slot]));
          }
        }
      }
    }
  }

  /** Hands over each address that may be of a key with a namespace; otherwise as for all. */
  void forEachAddressOfKey(long hashOfKey, LongConsumer action) {
    for (int i = 0; i < directory.length; i++) {
      long[] chunk = directory[i];
      if (IndexChunk.isFirstAt(chunk, i)) {
        for (int slot = IndexChunk.SLOTS_INDEX; slot < chunk.length; slot++) {
          if (chunk[slot] != 0 && KeyHash.mayBeOfKey(IndexChunk.tagOf(chunk[slot]), hashOfKey)) {
            action.accept(IndexChunk.addressOf(chunk[slot]));
          }
        }
      }
    }
  }

  /** Returns how many addresses the chunks of a directory have. */
  static long count(long[][] directory) {
    long count = 0;
    for (int i = 0; i < directory.length; i++) {
      if (IndexChunk.isFirstAt(directory[i], i)) {
        count += IndexChunk.count(directory[i]);
      }
    }
    return count;
  }

  /** Returns the chunk for a hash. */
  long[] chunk(long hash) {
    return chunk(directory, hash);
  }

  static long[] chunk(long[][] directory, long hash) {
    return directory[(int) IndexChunk.tag(hash) & directory.length - 1];
  }

  /**
   * Prepares a group for a number of addresses, if it is empty: chunks begin with the capacity that
   * they are going to need. They are made when they are needed, and grow beyond that if necessary.
   */
  void expect(long addresses) {
    if (count > 0) {
      return;
    }
    int depth = 0;
    while (addresses >> depth > EXPECTED_PER_CHUNK_MAX && depth < DEPTH_MAX) {
      depth++;
    }
    double perChunk = (double) addresses / (1 << depth);
    firstDepth = depth;
    firstCapacity =
        Math.max(CAPACITY_MIN, (int) ((perChunk + DEVIATIONS * Math.sqrt(perChunk)) * 5 / 4));
    long[][] expected = new long[1 << depth][];
    Arrays.fill(expected, EMPTY);
    setDirectory(expected);
  }

  /** Returns the slot at which the addresses of a hash are looked for first, for the processor. */
  long homeSlot(long hash) {
    long[] chunk = chunk(hash);
    return chunk[IndexChunk.home(chunk, IndexChunk.tag(hash))];
  }

  /** Adds an address. */
  void add(long hash, long address) {
    long[] chunk = chunk(hash);
    while (isFull(chunk)) {
      makeRoom(hash, chunk);
      chunk = chunk(hash);
    }
    IndexChunk.add(exclusive(hash, chunk), IndexChunk.slot(hash, address));
    count++;
  }

  private static boolean isFull(long[] chunk) {
    return (IndexChunk.count(chunk) + 1) * 5 > IndexChunk.capacity(chunk) * 4;
  }

  boolean contains(long hash, long address) {
    return IndexChunk.indexOf(chunk(hash), IndexChunk.slot(hash, address)) >= 0;
  }

  /** Puts another address in the place of one that is there. */
  void replace(long hash, long address, long replacement) {
    long[] own = exclusive(hash, chunk(hash));
    own[presentIndex(own, hash, address)] = IndexChunk.slot(hash, replacement);
  }

  /** Removes an address that is there. */
  void remove(long hash, long address) {
    long[] own = exclusive(hash, chunk(hash));
    IndexChunk.remove(own, presentIndex(own, hash, address));
    count--;
    if (count == 0) {
      clear();
    } else if (IndexChunk.count(own) * 5 < IndexChunk.capacity(own)
        && IndexChunk.capacity(own) > CAPACITY_MIN) {
      replace(hash, own, resized(own, Math.max(CAPACITY_MIN, 2 * IndexChunk.count(own))));
    }
  }

  private static int presentIndex(long[] chunk, long hash, long address) {
    int index = IndexChunk.indexOf(chunk, IndexChunk.slot(hash, address));
    if (index < 0) {
      throw new IllegalStateException("a record is not in the index: address=" + address);
    }
    return index;
  }

  /** Removes all slots. */
  void clear() {
    count = 0;
    for (int i = 0; i < directory.length; i++) {
      long[] chunk = directory[i];
      if (IndexChunk.isFirstAt(chunk, i) && chunk != EMPTY) {
        memory.giveUp(IndexChunk.epoch(chunk), IndexChunk.sizeBytes(chunk));
      }
    }
    firstDepth = 0;
    firstCapacity = CAPACITY_MIN;
    setDirectory(new long[][] {EMPTY});
  }

  /** Lets go of all slots, whose memory is given back with all that the store has. */
  void close() {
    directory = new long[][] {EMPTY};
    count = 0;
  }

  private void makeRoom(long hash, long[] chunk) {
    if (chunk == EMPTY) {
      fill(hash, create(firstCapacity, firstDepth));
      return;
    }
    int capacity = IndexChunk.capacity(chunk);
    if (capacity >= SPLIT_CAPACITY && IndexChunk.depth(chunk) < DEPTH_MAX) {
      split(hash, chunk);
      return;
    }
    int larger = capacity < DOUBLING_MAX ? 2 * capacity : capacity / 3 * 4;
    boolean passes = capacity < SPLIT_CAPACITY && larger > SPLIT_CAPACITY;
    replace(hash, chunk, resized(chunk, passes ? SPLIT_CAPACITY : larger));
  }

  private long[] resized(long[] chunk, int capacity) {
    long[] resized = create(capacity, IndexChunk.depth(chunk));
    IndexChunk.addAll(resized, chunk);
    return resized;
  }

  private long[] create(int capacity, int chunkDepth) {
    long[] chunk = IndexChunk.create(capacity, chunkDepth, images.epoch());
    memory.charge(IndexChunk.sizeBytes(chunk));
    return chunk;
  }

  private void split(long hash, long[] chunk) {
    int chunkDepth = IndexChunk.depth(chunk);
    if (1 << chunkDepth == directory.length) {
      doubleDirectory();
    }
    int upperCount = 0;
    for (int i = IndexChunk.SLOTS_INDEX; i < chunk.length; i++) {
      if (chunk[i] != 0 && IndexChunk.isInUpperHalf(chunk[i], chunkDepth)) {
        upperCount++;
      }
    }
    long[] upper = create(capacityFor(upperCount), chunkDepth + 1);
    long[] lower = create(capacityFor(IndexChunk.count(chunk) - upperCount), chunkDepth + 1);
    for (int i = IndexChunk.SLOTS_INDEX; i < chunk.length; i++) {
      if (chunk[i] != 0) {
        IndexChunk.add(IndexChunk.isInUpperHalf(chunk[i], chunkDepth) ? upper : lower, chunk[i]);
      }
    }
    long upperBit = 1L << (IndexChunk.ADDRESS_BITS + chunkDepth);
    fill(hash | upperBit, upper);
    fill(hash & ~upperBit, lower);
    memory.giveUp(IndexChunk.epoch(chunk), IndexChunk.sizeBytes(chunk));
  }

  private static int capacityFor(int count) {
    return Math.max(CAPACITY_MIN, count * 5 / 3);
  }

  private void doubleDirectory() {
    int length = directory.length;
    long[][] doubled = Arrays.copyOf(directory, 2 * length);
    System.arraycopy(directory, 0, doubled, length, length);
    setDirectory(doubled);
  }

  private void setDirectory(long[][] replacement) {
    memory.charge((long) replacement.length * REFERENCE_BYTES);
    memory.giveUp(directoryEpoch, (long) directory.length * REFERENCE_BYTES);
    directory = replacement;
    directoryEpoch = images.epoch();
  }

  private long[] exclusive(long hash, long[] chunk) {
    if (images.isExclusive(IndexChunk.epoch(chunk))) {
      return chunk;
    }
    long[] copy = IndexChunk.copy(chunk, images.epoch());
    memory.charge(IndexChunk.sizeBytes(copy));
    replace(hash, chunk, copy);
    return copy;
  }

  private void replace(long hash, long[] chunk, long[] replacement) {
    fill(hash, replacement);
    memory.giveUp(IndexChunk.epoch(chunk), IndexChunk.sizeBytes(chunk));
  }

  /** Puts a chunk into all entries of the directory for the hashes that it has. */
  private void fill(long hash, long[] chunk) {
    if (!images.isExclusive(directoryEpoch)) {
      setDirectory(directory.clone());
    }
    int step = 1 << IndexChunk.depth(chunk);
    for (int i = (int) IndexChunk.tag(hash) & step - 1; i < directory.length; i += step) {
      directory[i] = chunk;
    }
  }
}
