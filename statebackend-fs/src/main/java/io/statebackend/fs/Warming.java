// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.MemoryUse.Part;

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
  private final int sizeBytes;

  /** Addresses, each in the place that its hash gives. None before a record is read from a file. */
  private long[] remembered = {};

  private int shift;

  /** Creates a filter that takes no memory yet. */
  Warming(Log log, long memoryBudgetBytes) {
    this.log = log;
    this.sizeBytes =
        (int) Long.highestOneBit(Math.min(SIZE_BYTES_MAX, memoryBudgetBytes / BUDGET_DIVISOR));
  }

  /** Takes note that a view was read from a file. It is void afterwards. */
  void wasRead(String state, Records records, int keyGroup, KeyPart key, RecordView view) {
    if (remembered.length == 0 && !allocate()) {
      return;
    }
    int place = (int) ((view.address() * ODD) >>> shift);
    if (remembered[place] != view.address()) {
      remembered[place] = view.address();
      return;
    }
    remembered[place] = 0;
    int recordBytes = view.sizeBytes();
    if (!log.fits(recordBytes)) {
      log.makeRoom(recordBytes, state);
      if (!records.find(keyGroup, key, view)) {
        throw new IllegalStateException("a record was lost while room was made");
      }
    }
    records.relocate(view, key);
  }

  private boolean allocate() {
    if (!log.tryReserve(Part.CACHE, sizeBytes)) {
      return false;
    }
    remembered = new long[sizeBytes / Long.BYTES];
    shift = Long.SIZE - Integer.numberOfTrailingZeros(remembered.length);
    return true;
  }
}
