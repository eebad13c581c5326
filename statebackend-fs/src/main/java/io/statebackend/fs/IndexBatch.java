// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Adds records to the index, a batch at a time: first it reads the slots of all of them, then it
 * adds all. Reads do not depend on each other, so the processor waits for many of them at once. If
 * it added one record after the other, it would wait for each (group prefetching: Chen, Gibbons and
 * Mowry, "Improving Hash Join Performance through Prefetching", 2004).
 */
final class IndexBatch {
  private static final int SIZE = 64;

  private final Log log;
  private final IndexGroup[] groups = new IndexGroup[SIZE];
  private final long[] hashes = new long[SIZE];
  private final long[] addresses = new long[SIZE];
  private int count;

  /** Depends on all slots that were read, so that no compiler leaves reading them out. */
  @SuppressWarnings("UnusedVariable")
  private long slots;

  IndexBatch(Log log) {
    this.log = log;
  }

  /** Adds a record, now or when the batch is full. */
  void add(IndexGroup group, long hash, long address) {
    if (count == SIZE) {
      flush();
    }
    groups[count] = group;
    hashes[count] = hash;
    addresses[count] = address;
    count++;
  }

  /**
   * Adds what was not added yet.
   *
   * @throws io.statebackend.api.StateIoException if there is too little memory for the index
   */
  void flush() {
    for (int i = 0; i < count; i++) {
      slots += groups[i].homeSlot(hashes[i]);
    }
    for (int i = 0; i < count; i++) {
      log.giveBackIfShort();
      groups[i].add(hashes[i], addresses[i]);
    }
    count = 0;
  }
}
