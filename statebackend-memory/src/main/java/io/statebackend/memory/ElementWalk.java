// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/**
 * Iterates over the elements that a list had when the iteration began, one block after the other.
 * These blocks do not change, so any thread may iterate.
 *
 * @param <E> the type of the elements
 */
final class ElementWalk<E> {
  private static final Object[] NO_BLOCKS = {};

  private final ElementBlocks<E> blocks;
  private final Object[] fullBlocks;
  private final int fullCount;
  private final Object lastBlock;
  private final int lastEnd;

  /** How many of the full blocks the walk left behind. */
  private int passedCount;

  private Object block;
  private int index;
  private int end;

  /** Walks over a part of one block. */
  ElementWalk(ElementBlocks<E> blocks, Object block, int from, int to) {
    this(blocks, NO_BLOCKS, 0, block, to);
    this.index = from;
  }

  /** Walks over full blocks and then over the beginning of a last one. */
  ElementWalk(
      ElementBlocks<E> blocks, Object[] fullBlocks, int fullCount, Object lastBlock, int lastEnd) {
    this.blocks = blocks;
    this.fullBlocks = fullBlocks;
    this.fullCount = fullCount;
    this.lastBlock = lastBlock;
    this.lastEnd = lastEnd;
    this.block = fullCount == 0 ? lastBlock : fullBlocks[0];
    this.end = fullCount == 0 ? lastEnd : blocks.capacity(block);
  }

  boolean hasNext() {
    return index < end;
  }

  /** Returns the next element, which there must be. */
  E next() {
    E element = blocks.get(block, index);
    index++;
    if (index == end && passedCount < fullCount) {
      enterNextBlock();
    }
    return element;
  }

  private void enterNextBlock() {
    passedCount++;
    boolean last = passedCount == fullCount;
    block = last ? lastBlock : fullBlocks[passedCount];
    end = last ? lastEnd : blocks.capacity(block);
    index = 0;
  }
}
