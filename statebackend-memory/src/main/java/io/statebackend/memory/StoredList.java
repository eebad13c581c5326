// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;

/**
 * A list that grows at its end, block by block.
 *
 * <p>As long as there is one small block, it grows by being copied, so that a short list is in one
 * place. After that, a full block stays as it is, and the next one has half the size of the list,
 * up to {@value #BLOCK_SIZE_MAX} elements. Nothing is copied again.
 *
 * <p>Added elements never change. So copies share the blocks: each copy sees only its own size, and
 * elements are added only to the newest one.
 *
 * @param <E> the type of the elements
 */
final class StoredList<E> {
  private static final int BLOCK_SIZE_MIN = 5;
  private static final int BLOCK_SIZE_MAX = 1024;

  /** The size of a block from which on it is not copied but followed by another. */
  private static final int BLOCK_SIZE_KEPT = 64;

  private static final Object[] NO_BLOCKS = {};

  /** When the list was made or copied; images from then on share it. */
  final long epoch;

  private final ElementBlocks<E> blocks;

  /** All blocks but the last, and room for more. */
  private Object[] fullBlocks;

  private int fullCount;
  private long sizeOfFull;
  private Object lastBlock;
  private int lastSize;

  /** Makes an empty list with room for a number of elements. */
  StoredList(ElementBlocks<E> blocks, int capacity, long epoch) {
    this.epoch = epoch;
    this.blocks = blocks;
    this.fullBlocks = NO_BLOCKS;
    this.lastBlock = blocks.create(blockSize(capacity));
  }

  private StoredList(StoredList<E> source, long epoch) {
    this.epoch = epoch;
    this.blocks = source.blocks;
    this.fullBlocks = source.fullBlocks;
    this.fullCount = source.fullCount;
    this.sizeOfFull = source.sizeOfFull;
    this.lastBlock = source.lastBlock;
    this.lastSize = source.lastSize;
  }

  /** Returns a list of the same elements. Only one of the two may be added to. */
  StoredList<E> copy(long newEpoch) {
    return new StoredList<>(this, newEpoch);
  }

  ElementWalk<E> walk() {
    return new ElementWalk<>(blocks, fullBlocks, fullCount, lastBlock, lastSize);
  }

  void add(E element) {
    makeRoom(1);
    blocks.set(lastBlock, lastSize, element);
    lastSize++;
  }

  void addAll(Collection<? extends E> elements) {
    Iterator<? extends E> source = elements.iterator();
    int rest = elements.size();
    while (rest > 0) {
      int count = Math.min(rest, makeRoom(rest));
      blocks.setAll(lastBlock, lastSize, source, count);
      lastSize += count;
      rest -= count;
    }
  }

  /** Adds elements that are encoded as numbers, and for which there is room in the last block. */
  void addNumbers(long[] numbers, int from, int count) {
    System.arraycopy(numbers, from, (long[]) lastBlock, lastSize, count);
    lastSize += count;
  }

  /**
   * Makes room in the last block for one element at least, and for as many as are wanted if a block
   * can have them.
   *
   * @return for how many there is room
   */
  private int makeRoom(int wanted) {
    int capacity = blocks.capacity(lastBlock);
    if (lastSize == capacity) {
      int added = blockSize(Math.max(wanted, (sizeOfFull + lastSize) / 2));
      if (fullCount == 0 && capacity < BLOCK_SIZE_KEPT) {
        capacity += added;
        lastBlock = blocks.grown(lastBlock, capacity);
      } else {
        keepLastBlock();
        capacity = added;
        lastBlock = blocks.create(capacity);
      }
    }
    return capacity - lastSize;
  }

  private void keepLastBlock() {
    if (fullCount == fullBlocks.length) {
      fullBlocks = Arrays.copyOf(fullBlocks, fullCount + Math.max(2, fullCount / 2));
    }
    fullBlocks[fullCount] = lastBlock;
    fullCount++;
    sizeOfFull += lastSize;
    lastSize = 0;
  }

  private static int blockSize(long wanted) {
    return (int) Math.max(BLOCK_SIZE_MIN, Math.min(wanted, BLOCK_SIZE_MAX));
  }
}
