// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/**
 * What a backend is opened with.
 *
 * @param nativeBytes the limit of native memory, shared by all stores
 * @param cacheBytes the limit of the caches on the heap, shared by all stores; 0 for none
 * @param transferThreads how many files are copied at once
 * @param limits how large entries may be
 * @param tuning changes RocksDB's options
 */
record Settings(
    long nativeBytes, long cacheBytes, int transferThreads, Limits limits, Tuning tuning) {}
