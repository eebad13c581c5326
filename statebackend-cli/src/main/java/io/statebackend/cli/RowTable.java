// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Rows of a state by what tells them apart, of which only hashes are kept: 128 bits of the identity
 * and 64 of the value. So it takes the same memory whatever the rows are, and two rows are taken
 * for one by accident only.
 */
final class RowTable {
  /** Room for so many rows takes about 24 MiB. */
  static final int ROWS_MAX = 500_000;

  private static final int SLOTS = 1 << 20;
  private static final int NOT_THERE = -1;

  private final int rowsMax;
  private final long[] firstHashes;
  private final long[] secondHashes;
  private final long[] values;
  private final BitSet used;
  private final BitSet seen;
  private int count;

  RowTable() {
    this(ROWS_MAX, SLOTS);
  }

  /** Makes a table of another size, for tests; slots are a power of two. */
  RowTable(int rowsMax, int slots) {
    this.rowsMax = rowsMax;
    this.firstHashes = new long[slots];
    this.secondHashes = new long[slots];
    this.values = new long[slots];
    this.used = new BitSet(slots);
    this.seen = new BitSet(slots);
  }

  /** The hashes of a row. */
  record Hashes(long first, long second, long value) {
    static Hashes of(String identity, String value) {
      // One more byte in front makes another hash of the same text.
      byte[] bytes = ("#" + identity).getBytes(StandardCharsets.UTF_8);
      byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
      return new Hashes(
          StableHash.ofBytes(bytes, 1, bytes.length - 1),
          StableHash.ofBytes(bytes, 0, bytes.length),
          StableHash.ofBytes(valueBytes, 0, valueBytes.length));
    }

    /** Tells which of several passes is the row's. */
    int pass(int passes) {
      return (int) Long.remainderUnsigned(second, passes);
    }
  }

  int rowsMax() {
    return rowsMax;
  }

  void clear() {
    used.clear();
    seen.clear();
    count = 0;
  }

  /** Adds a row; returns {@code false} if there is no room. */
  boolean add(Hashes row) {
    if (count == rowsMax) {
      return false;
    }
    int slot = slot(row);
    while (used.get(slot)) {
      slot = (slot + 1) & (firstHashes.length - 1);
    }
    used.set(slot);
    firstHashes[slot] = row.first;
    secondHashes[slot] = row.second;
    values[slot] = row.value;
    count++;
    return true;
  }

  private int slot(Hashes row) {
    return (int) row.first & (firstHashes.length - 1);
  }

  private int find(Hashes row) {
    int slot = slot(row);
    while (used.get(slot)) {
      if (firstHashes[slot] == row.first && secondHashes[slot] == row.second) {
        return slot;
      }
      slot = (slot + 1) & (firstHashes.length - 1);
    }
    return NOT_THERE;
  }

  /** What became of a row. */
  enum Change {
    SAME,
    ADDED,
    REMOVED,
    CHANGED
  }

  /** Compares a later row with the one that was added, and notes that it is still there. */
  Change compare(Hashes row) {
    int slot = find(row);
    if (slot == NOT_THERE) {
      return Change.ADDED;
    }
    seen.set(slot);
    return values[slot] == row.value ? Change.SAME : Change.CHANGED;
  }

  /** Returns how many rows no later one was compared with. */
  int removedCount() {
    return count - seen.cardinality();
  }

  /** Tells whether a row was added that no later one was compared with. */
  boolean isRemoved(Hashes row) {
    int slot = find(row);
    return slot != NOT_THERE && !seen.get(slot);
  }
}
