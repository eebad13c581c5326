// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/**
 * The first number of a {@code long[]} that is a short list or a small map: when the array was made
 * (see {@link Images}), how many elements or entries it has, and whether an iterator of the owner
 * reads it.
 *
 * <pre>
 * epoch (55 bits) | borrowed (1 bit) | size (8 bits)
 * </pre>
 */
final class NumbersHeader {
  /** The largest size that the header can contain. */
  static final int SIZE_MAX = 255;

  private static final long BORROWED = SIZE_MAX + 1;
  private static final int EPOCH_SHIFT = 9;

  private NumbersHeader() {}

  static long of(long epoch, int size) {
    return epoch << EPOCH_SHIFT | size;
  }

  static int size(long[] numbers) {
    return (int) numbers[0] & SIZE_MAX;
  }

  /** Tells whether an array can be changed in place, because only the owner has it. */
  static boolean isExclusive(long[] numbers, Images images) {
    return images.isExclusive(numbers[0] >>> EPOCH_SHIFT) && (numbers[0] & BORROWED) == 0;
  }

  /**
   * Marks an array so that the next change copies it. An array that an image shares is copied
   * anyway. It is not marked, because another thread is reading it.
   */
  static void borrow(long[] numbers, Images images) {
    if (images.isExclusive(numbers[0] >>> EPOCH_SHIFT)) {
      numbers[0] |= BORROWED;
    }
  }
}
