// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Brings records that are read again and again from their files back to memory, by copying them to
 * the end of the log.
 *
 * <p>At the first read the address is remembered, at the second one the record is copied, unless so
 * many others were read in between that it was forgotten. So what is read once in a while costs no
 * writes.
 */
final class Warming {
  private static final int BUDGET_DIVISOR = 128;
  private static final long SIZE_BYTES_MAX = 8 << 20;
  private static final long ODD = 0x9E3779B97F4A7C15L;

  private final Log log;

  /** Addresses, each in the place that its hash gives. */
  private final long[] remembered;

  private final int shift;

  /**
   * Creates an empty filter.
   *
   * @param sizeBytes what {@link #sizeBytes} returned
   */
  Warming(Log log, long sizeBytes) {
    this.log = log;
    this.remembered = new long[(int) (sizeBytes / Long.BYTES)];
    this.shift = Long.SIZE - Integer.numberOfTrailingZeros(remembered.length);
  }

  /** Returns the memory for a filter, a power of two. */
  static long sizeBytes(long memoryBudgetBytes) {
    return Long.highestOneBit(Math.min(SIZE_BYTES_MAX, memoryBudgetBytes / BUDGET_DIVISOR));
  }

  /** Takes note that a view was read from a file. It is void afterwards. */
  void wasRead(Records records, int keyGroup, KeyPart key, RecordView view) {
    int place = (int) ((view.address() * ODD) >>> shift);
    if (remembered[place] != view.address()) {
      remembered[place] = view.address();
      return;
    }
    remembered[place] = 0;
    int sizeBytes = view.sizeBytes();
    if (!log.fits(sizeBytes)) {
      log.makeRoom(sizeBytes);
      if (!records.find(keyGroup, key, view)) {
        throw new IllegalStateException("a record was lost while room was made");
      }
    }
    records.relocate(view, key);
  }
}
