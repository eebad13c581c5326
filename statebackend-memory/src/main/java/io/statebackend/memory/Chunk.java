// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryOutput;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A small hash table with linear probing: the unit of growing, splitting and copy-on-write.
 *
 * <p>A slot is empty if its word is 0. If words are keys, the key 0 has a slot of its own behind
 * the others. The capacity can be any number, not only a power of two, so chunks are well filled
 * for any number of entries. Removing an entry moves later entries back, so there are no
 * tombstones.
 */
final class Chunk implements Bucket {
  static final int CAPACITY_MIN = 4;
  static final int CAPACITY_MAX = 2048;

  /** The number of entries at which a chunk of the largest capacity is split. */
  static final int SIZE_MAX = sizeMax(CAPACITY_MAX);

  /** The length of an entry that is serialized as two numbers. */
  static final int ENTRY_BYTES = 2 * Long.BYTES;

  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final Object[] NO_OBJECTS = {};

  /** When the chunk was made; images from then on share it. */
  final long epoch;

  private final int depth;
  private final int capacity;
  final long[] longs;
  final Object[] objects;

  private int size;
  private boolean hasZero;

  /**
   * The number of the owner's iterators that are reading this chunk. If there are any, a change
   * copies the chunk.
   */
  int borrowers;

  Chunk(EntryLayout<?, ?, ?> layout, int capacity, int depth) {
    int slots = layout.wordsAreKeys() ? capacity + 1 : capacity;
    this.epoch = layout.images.epoch();
    this.depth = depth;
    this.capacity = capacity;
    this.longs = new long[slots << layout.longShift];
    this.objects = layout.objectStride == 0 ? NO_OBJECTS : new Object[slots * layout.objectStride];
  }

  private Chunk(Chunk source, long epoch) {
    this.epoch = epoch;
    this.depth = source.depth;
    this.capacity = source.capacity;
    this.longs = source.longs.clone();
    this.objects = source.objects.length == 0 ? NO_OBJECTS : source.objects.clone();
    this.size = source.size;
    this.hasZero = source.hasZero;
  }

  /**
   * Returns the chunk, or a copy with every entry in the same slot if an image or an iterator
   * shares it.
   */
  Chunk exclusive(Images images) {
    return images.isExclusive(epoch) && borrowers == 0 ? this : new Chunk(this, images.epoch());
  }

  /** Returns the memory of the chunk's arrays. May be called by any thread. */
  long arrayBytes() {
    return EntryLayout.ARRAY_HEADER_BYTES
        + (long) longs.length * Long.BYTES
        + (objects.length == 0
            ? 0
            : EntryLayout.ARRAY_HEADER_BYTES + (long) objects.length * EntryLayout.REFERENCE_BYTES);
  }

  /** Returns the chunk, or a smaller one of the same entries if they have too much room. */
  Chunk fitted(EntryLayout<?, ?, ?> layout) {
    int fitting = capacityFor(size);
    return fitting < capacity ? resized(layout, fitting) : this;
  }

  /** Returns a chunk with the same entries and another capacity. */
  Chunk resized(EntryLayout<?, ?, ?> layout, int newCapacity) {
    Chunk result = new Chunk(layout, newCapacity, depth);
    result.takeAll(layout, this);
    return result;
  }

  /**
   * Returns a capacity that leaves room for two fifths more entries. The half of a full chunk thus
   * grows once, to the largest capacity, before it is split itself.
   */
  static int capacityFor(int size) {
    return Math.min(CAPACITY_MAX, Math.max(CAPACITY_MIN, size + size * 3 / 4 + 1));
  }

  private static int sizeMax(int capacity) {
    return capacity - Math.max(1, capacity / 5);
  }

  @Override
  public int depth() {
    return depth;
  }

  int size() {
    return size;
  }

  int capacity() {
    return capacity;
  }

  boolean isFull() {
    return size >= sizeMax(capacity);
  }

  boolean isSparse() {
    return size < capacity / 4;
  }

  /** Returns the capacity to grow to. Small chunks double; for large ones memory counts more. */
  int grownCapacity() {
    int grown = capacity < 64 ? capacity * 2 : capacity + capacity * 3 / 7 + 1;
    return Math.min(CAPACITY_MAX, grown);
  }

  /** Returns the end of the range of slots. The last one may not exist in the arrays. */
  int slotCount() {
    return capacity + 1;
  }

  boolean isOccupied(EntryLayout<?, ?, ?> layout, int slot) {
    return slot == capacity ? hasZero : longs[slot << layout.longShift] != 0;
  }

  long word(EntryLayout<?, ?, ?> layout, int slot) {
    return longs[slot << layout.longShift];
  }

  /** Returns the slot of a key, or the complement of the slot where it is to be put. */
  <K, N> int find(EntryLayout<K, N, ?> layout, long word, @Nullable K key, N namespace) {
    if (word == 0) {
      return hasZero ? capacity : ~capacity;
    }
    long[] words = longs;
    int shift = layout.longShift;
    int slot = home(word);
    for (long there = words[slot << shift]; there != 0; there = words[slot << shift]) {
      // Without a key the word says it all.
      if (there == word && (key == null || layout.isKey(this, slot, key, namespace))) {
        return slot;
      }
      slot = after(slot);
    }
    return ~slot;
  }

  private int home(long word) {
    long low = EntryLayout.mix(word) & 0xFFFFFFFFL;
    return (int) ((low * capacity) >>> 32);
  }

  private int after(int slot) {
    return slot + 1 == capacity ? 0 : slot + 1;
  }

  /** Marks a slot that {@link #find} gave as taken. */
  void occupy(EntryLayout<?, ?, ?> layout, int slot, long word) {
    longs[slot << layout.longShift] = word;
    hasZero |= word == 0;
    size++;
  }

  /** Adds an entry of numbers that is not here, and for which there is room. */
  void putAbsent(EntryLayout<?, ?, ?> layout, long word, long value) {
    int slot = vacantSlot(layout, word);
    occupy(layout, slot, word);
    longs[2 * slot + 1] = value;
  }

  /** Adds the entries of another chunk, none of which is here, and for which there is room. */
  void takeAll(EntryLayout<?, ?, ?> layout, Chunk source) {
    int[] slots = layout.slotScratch();
    long[] words = source.longs;
    int shift = layout.longShift;
    int count = 0;
    // Each slot is noted, and counted if it is taken: this needs no branch, which could not be
    // predicted.
    for (int slot = 0; slot < source.capacity; slot++) {
      slots[count] = slot;
      count += words[slot << shift] == 0 ? 0 : 1;
    }
    if (source.hasZero) {
      slots[count++] = source.capacity;
    }
    take(layout, source, slots, 0, count);
  }

  /**
   * Divides the entries by the first bit of their hashes that they do not share.
   *
   * @return the chunk of those where it is 0, and the one of those where it is 1
   */
  Chunk[] split(EntryLayout<?, ?, ?> layout) {
    int[] slots = layout.slotScratch();
    long[] words = longs;
    int shift = layout.longShift;
    int bit = Long.SIZE - 1 - depth;
    int low = 0;
    int high = slots.length;
    for (int slot = 0; slot < capacity; slot++) {
      long word = words[slot << shift];
      int taken = word == 0 ? 0 : 1;
      int ofHigh = (int) (EntryLayout.mix(word) >>> bit) & taken;
      slots[low] = slot;
      slots[high - 1] = slot;
      low += taken - ofHigh;
      high -= ofHigh;
    }
    if (hasZero) {
      slots[low++] = capacity; // its hash is 0
    }
    Chunk[] halves = {half(layout, low), half(layout, slots.length - high)};
    halves[0].take(layout, this, slots, 0, low);
    halves[1].take(layout, this, slots, high, slots.length);
    return halves;
  }

  private Chunk half(EntryLayout<?, ?, ?> layout, int halfSize) {
    return new Chunk(layout, capacityFor(halfSize), depth + 1);
  }

  /** Adds the entries in some slots of another chunk, those from one index to before another. */
  private void take(EntryLayout<?, ?, ?> layout, Chunk source, int[] slots, int from, int to) {
    boolean zeroTaken = false;
    for (int i = from; i < to; i++) {
      int slot = slots[i];
      long word = source.word(layout, slot);
      copySlot(layout, source, slot, vacantSlot(layout, word));
      zeroTaken |= word == 0;
    }
    hasZero |= zeroTaken;
    size += to - from;
  }

  /** Returns the slot for a word that is not here. */
  private int vacantSlot(EntryLayout<?, ?, ?> layout, long word) {
    if (word == 0) {
      return capacity;
    }
    int slot = home(word);
    while (longs[slot << layout.longShift] != 0) {
      slot = after(slot);
    }
    return slot;
  }

  private void copySlot(EntryLayout<?, ?, ?> layout, Chunk source, int from, int to) {
    int shift = layout.longShift;
    longs[to << shift] = source.longs[from << shift];
    if (shift != 0) {
      longs[(to << 1) + 1] = source.longs[(from << 1) + 1];
    }
    int stride = layout.objectStride;
    for (int i = 0; i < stride; i++) {
      objects[to * stride + i] = source.objects[from * stride + i];
    }
  }

  /**
   * Writes entries of two longs each, but that of the key 0.
   *
   * @param from the first slot
   * @param entriesMax how many to write at most
   * @return the slot after the last one that was looked at
   */
  int writeTwoLongs(int from, int entriesMax, BinaryOutput out) {
    // Each slot is written, and kept if it is taken: this needs no branch, which could not be
    // predicted.
    int at = out.advance((entriesMax + 1L) * ENTRY_BYTES);
    int end = at + entriesMax * ENTRY_BYTES;
    byte[] target = out.array();
    long[] source = longs;
    int slot = from;
    while (slot < capacity && at < end) {
      long word = source[slot << 1];
      BIG_ENDIAN_LONG.set(target, at, word);
      BIG_ENDIAN_LONG.set(target, at + Long.BYTES, source[(slot << 1) + 1]);
      at += word == 0 ? 0 : ENTRY_BYTES;
      slot++;
    }
    out.truncate(at);
    return slot;
  }

  /** Removes the entry in a slot. */
  void vacate(EntryLayout<?, ?, ?> layout, int slot) {
    size--;
    if (slot == capacity) {
      hasZero = false;
      clear(layout, slot);
      return;
    }
    int shift = layout.longShift;
    int hole = slot;
    int next = after(hole);
    for (long word = longs[next << shift]; word != 0; word = longs[next << shift]) {
      if (!liesBetween(hole, home(word), next)) {
        copySlot(layout, this, next, hole);
        hole = next;
      }
      next = after(next);
    }
    clear(layout, hole);
  }

  /** Tells whether a slot comes after the hole and not after the end, going round. */
  private static boolean liesBetween(int hole, int slot, int end) {
    return hole <= end ? (hole < slot && slot <= end) : (hole < slot || slot <= end);
  }

  @SuppressWarnings("NullAway") // an empty slot holds no object and is never read
  private void clear(EntryLayout<?, ?, ?> layout, int slot) {
    longs[slot << layout.longShift] = 0;
    int stride = layout.objectStride;
    for (int i = 0; i < stride; i++) {
      objects[slot * stride + i] = null;
    }
  }
}
