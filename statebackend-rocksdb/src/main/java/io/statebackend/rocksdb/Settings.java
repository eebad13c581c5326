// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/**
 * What a backend is opened with.
 *
 * @param nativeBytes the limit of native memory, shared by all stores
 * @param cacheBytes the limit of the caches on the heap, shared by all stores; 0 for none
 * @param transferThreads how many files are copied at once
 * @param limits how large entries may be
 * @param familiesPerStoreMax how many states of a store may have a column family each
 * @param tuning changes RocksDB's options
 */
record Settings(
    long nativeBytes,
    long cacheBytes,
    int transferThreads,
    Limits limits,
    int familiesPerStoreMax,
    Tuning tuning) {
  /** How many states of a store have a column family each, by default. */
  static final int FAMILIES_PER_STORE_MAX = 16;
}
