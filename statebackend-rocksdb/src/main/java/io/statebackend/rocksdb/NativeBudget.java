// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The native memory that all stores of a backend share: one cache with a strict limit. It contains
 * blocks, indexes and filters, and write buffers are charged to it.
 */
final class NativeBudget implements AutoCloseable {
  private static final long SHARD_BYTES_MIN = 32L << 20;
  private static final int SHARD_BITS_MAX = 4;
  private static final double HIGH_PRIORITY_SHARE = 0.25;

  /**
   * The memory that a column family needs: for new entries, and for indexes and filters of its
   * files.
   */
  private static final long FAMILY_BYTES = 256L << 10;

  static {
    NativeLibrary.load();
  }

  private final long limitBytes;

  /** Limit for pinned memory; above it, a writer flushes before it writes. */
  private final long pinnedBytesMax;

  /** Limit for pinned memory above which a writer also waits while others flush. */
  private final long urgentBytes;

  /** If less memory is unflushed, a flush would not help. */
  private final long unwrittenBytesMin;

  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final NativeGate gate;

  /** The databases that are open. Guarded by itself. */
  private final Set<Database> databases = new HashSet<>();

  /** The column families that belong to one table each. Guarded by {@code databases}. */
  private long familyCount;

  /** Held by the thread that flushes: one at a time is enough. */
  private final ReentrantLock relieving = new ReentrantLock();

  NativeBudget(long limitBytes) {
    this.limitBytes = limitBytes;
    this.pinnedBytesMax = limitBytes / 8 * 5;
    this.urgentBytes = limitBytes / 4 * 3;
    this.unwrittenBytesMin = limitBytes / 4;
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

  /**
   * Does something that opens databases which no store has yet: closing waits for it.
   *
   * @throws StateClosedException if the backend is closed
   */
  <T> T using(Supplier<T> action) {
    gate.enter();
    try {
      return action.get();
    } finally {
      gate.exit();
    }
  }

  void add(Database database) {
    synchronized (databases) {
      databases.add(database);
    }
  }

  void remove(Database database) {
    synchronized (databases) {
      databases.remove(database);
    }
  }

  /** Takes room for one more column family, if all of them together do not need too much. */
  boolean takeFamily() {
    synchronized (databases) {
      if ((familyCount + 1) * FAMILY_BYTES > limitBytes) {
        return false;
      }
      familyCount++;
      return true;
    }
  }

  /** Notes column families that have to be there. */
  void takeFamilies(int count) {
    synchronized (databases) {
      familyCount += count;
    }
  }

  void giveFamiliesBack(int count) {
    synchronized (databases) {
      familyCount -= count;
    }
  }

  /**
   * Makes room before a write, if most of the memory is pinned: flushes the store that has the most
   * unflushed memory. RocksDB itself flushes too, but late, only for the store that writes, and
   * without waiting for the disk. Meanwhile blocks would find no room, not even those that are
   * needed to write or read a file.
   *
   * @param writer the database that is about to write
   * @throws StateIoException if what the writer itself wrote before cannot be written out
   */
  void relieve(Database writer) {
    gate.enter();
    try {
      long pinnedBytes = cache.getPinnedUsage();
      if (pinnedBytes <= pinnedBytesMax) {
        return;
      }
      if (!relieving.tryLock()) {
        if (pinnedBytes <= urgentBytes) {
          return;
        }
        relieving.lock();
      }
      try {
        writeOut(writer);
      } finally {
        relieving.unlock();
      }
    } finally {
      gate.exit();
    }
  }

  /** Writes out one store after the other, until there is room or little is left to be written. */
  private void writeOut(Database writer) {
    List<Database> open;
    synchronized (databases) {
      open = List.copyOf(databases);
    }
    List<Unwritten> unwritten =
        open.stream()
            .map(database -> new Unwritten(database, database.unflushedBytes()))
            .sorted(Comparator.comparingLong(Unwritten::bytes).reversed())
            .toList();
    long bytes = unwritten.stream().mapToLong(Unwritten::bytes).sum();
    for (Unwritten most : unwritten) {
      if (bytes <= unwrittenBytesMin || cache.getPinnedUsage() <= pinnedBytesMax) {
        return;
      }
      try {
        most.database().flush();
      } catch (StateIoException e) {
        if (most.database() == writer) {
          throw e;
        }
        // Told to its own owner, whose next write fails.
      }
      bytes -= most.bytes();
    }
  }

  /** How much memory of a database holds what is not in files yet. */
  private record Unwritten(Database database, long bytes) {}

  /** Frees it. Every database that uses it is closed by then. */
  @Override
  public void close() {
    if (gate.close()) {
      writeBuffers.close();
      cache.close();
    }
  }
}
