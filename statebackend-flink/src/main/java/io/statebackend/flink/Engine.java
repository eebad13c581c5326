// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

/** The storage engines that Flink can be run on. */
public enum Engine {
  /** Objects and numbers on the heap: the fastest, for state that fits into it. */
  MEMORY,

  /** A log on the heap and in local files, in pure Java: for state larger than memory. */
  FS,

  /**
   * RocksDB, the fork that Flink brings, with a cache on the heap: for state larger than memory.
   */
  ROCKSDB
}
