// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;

/**
 * A list that grows at its end, in blocks of {@value #BLOCK_SIZE} elements.
 *
 * <p>What was added is never changed. So a copy shares the blocks: whoever holds one sees its own
 * size only, and of all copies just one, the newest, is added to.
 *
 * @param <E> the type of the elements
 */
final class StoredList<E> {
  private static final int BLOCK_SIZE = 1024;
  private static final int CAPACITY_MIN = 4;
  private static final int SIZE_MAX = Integer.MAX_VALUE - BLOCK_SIZE;
  private static final Object[] NO_BLOCKS = {};

  /** When the list was made or copied; images from then on share it. */
  final long epoch;

  private final ElementBlocks<E> blocks;

  /** All blocks but the last, each full, and room for more. */
  private Object[] fullBlocks;

  private Object lastBlock;
  private int size;

  /** Makes an empty list with room for a number of elements. */
  StoredList(ElementBlocks<E> blocks, int capacity, long epoch) {
    this.epoch = epoch;
    this.blocks = blocks;
    this.fullBlocks = NO_BLOCKS;
    this.lastBlock = blocks.create(Math.max(CAPACITY_MIN, Math.min(capacity, BLOCK_SIZE)));
  }

  private StoredList(StoredList<E> source, long epoch) {
    this.epoch = epoch;
    this.blocks = source.blocks;
    this.fullBlocks = source.fullBlocks;
    this.lastBlock = source.lastBlock;
    this.size = source.size;
  }

  /** Returns a list of the same elements. Only one of the two may be added to. */
  StoredList<E> copy(long newEpoch) {
    return new StoredList<>(this, newEpoch);
  }

  int size() {
    return size;
  }

  E get(int index) {
    int block = index / BLOCK_SIZE;
    boolean last = block == (size - 1) / BLOCK_SIZE;
    return blocks.get(last ? lastBlock : fullBlocks[block], index % BLOCK_SIZE);
  }

  void add(E element) {
    makeRoom(1);
    blocks.set(lastBlock, size % BLOCK_SIZE, element);
    size++;
  }

  void addAll(Collection<? extends E> elements) {
    Iterator<? extends E> source = elements.iterator();
    int rest = elements.size();
    while (rest > 0) {
      int count = Math.min(rest, makeRoom(rest));
      blocks.setAll(lastBlock, size % BLOCK_SIZE, source, count);
      size += count;
      rest -= count;
    }
  }

  /**
   * Makes room in the last block for one element at least, and for as many as are wanted if a block
   * can have them.
   *
   * @return for how many there is room
   */
  private int makeRoom(int wanted) {
    int used = size % BLOCK_SIZE;
    if (used == 0 && size > 0) {
      beginBlock();
    }
    int capacity = blocks.capacity(lastBlock);
    if (used == capacity) {
      capacity = Math.min(BLOCK_SIZE, used + Math.max(wanted, Math.max(used / 2, CAPACITY_MIN)));
      lastBlock = blocks.grown(lastBlock, capacity);
    }
    return capacity - used;
  }

  private void beginBlock() {
    if (size > SIZE_MAX) {
      throw new IllegalStateException("list is too long: size=" + size + ", sizeMax=" + SIZE_MAX);
    }
    int count = size / BLOCK_SIZE;
    if (count > fullBlocks.length) {
      fullBlocks = Arrays.copyOf(fullBlocks, count + Math.max(1, count / 2));
    }
    fullBlocks[count - 1] = lastBlock;
    lastBlock = blocks.create(BLOCK_SIZE);
  }
}
