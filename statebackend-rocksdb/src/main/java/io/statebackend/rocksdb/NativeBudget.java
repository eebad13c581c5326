// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The native memory that all stores of a backend share: one cache with a strict limit, which
 * blocks, indexes and filters live in and write buffers are charged to.
 */
final class NativeBudget implements AutoCloseable {
  private static final long SHARD_BYTES_MIN = 32L << 20;
  private static final int SHARD_BITS_MAX = 4;
  private static final double HIGH_PRIORITY_SHARE = 0.25;

  static {
    RocksDB.loadLibrary();
  }

  private final long limitBytes;
  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final NativeGate gate;

  NativeBudget(long limitBytes) {
    this.limitBytes = limitBytes;
    this.gate = new NativeGate("native memory of a rocksdb backend");
    this.cache = new LRUCache(limitBytes, shardBits(limitBytes), true, HIGH_PRIORITY_SHARE);
    this.writeBuffers = new WriteBufferManager(limitBytes / 2, cache);
  }

  /** A limit is divided among shards, and each has to have room for some large blocks. */
  private static int shardBits(long limitBytes) {
    int bits = 0;
    while (bits < SHARD_BITS_MAX && limitBytes >> (bits + 1) >= SHARD_BYTES_MIN) {
      bits++;
    }
    return bits;
  }

  Cache cache() {
    return cache;
  }

  WriteBufferManager writeBuffers() {
    return writeBuffers;
  }

  long limitBytes() {
    return limitBytes;
  }

  /**
   * Returns the bytes in use.
   *
   * @throws StateClosedException if the backend is closed
   */
  long usedBytes() {
    gate.enter();
    try {
      return cache.getUsage();
    } finally {
      gate.exit();
    }
  }

  /** Frees it. Every database that uses it is closed by then. */
  @Override
  public void close() {
    if (gate.close()) {
      writeBuffers.close();
      cache.close();
    }
  }
}
