// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.Arrays;
import java.util.Collection;

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
    int index = size % BLOCK_SIZE;
    if (index == 0 && size > 0) {
      beginBlock();
    } else if (index == blocks.capacity(lastBlock)) {
      lastBlock = blocks.grown(lastBlock, Math.min(BLOCK_SIZE, index + Math.max(index / 2, 4)));
    }
    blocks.set(lastBlock, index, element);
    size++;
  }

  void addAll(Collection<? extends E> elements) {
    for (E element : elements) {
      add(element);
    }
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
