// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.EntryKeyFormat;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Iterates over entries in order and copies them block by block, with one passage of the gate for
 * each block. It belongs to one thread, and closing the database ends it.
 */
final class Scan implements AutoCloseable {
  private final String store;
  private final OpenDatabase database;
  private final NativeGate gate;
  private final Column column;
  private final RocksIterator iterator;
  private final Bounds bounds;

  /**
   * Takes an iterator over.
   *
   * @param store what messages call the store
   */
  Scan(String store, OpenDatabase database, Column column, RocksIterator iterator, Bounds bounds) {
    this.store = store;
    this.database = database;
    this.gate = database.gate();
    this.column = column;
    this.iterator = iterator;
    this.bounds = bounds;
  }

  /**
   * Where a scan ends, and which snapshot it reads: options with what they refer to.
   *
   * @param ownOptions null for options that are shared
   * @param end null if there is none
   */
  record Bounds(@Nullable ReadOptions ownOptions, @Nullable Slice end) implements AutoCloseable {
    private static final Bounds NONE = new Bounds(null, null);

    static Bounds none() {
      return NONE;
    }

    static Bounds ofPrefix(byte[] prefix, boolean isCached) {
      return before(EntryKeyFormat.endOf(prefix), isCached);
    }

    private static Bounds before(byte[] key, boolean isCached) {
      Slice end = new Slice(key);
      return new Bounds(
          new ReadOptions()
              .setTotalOrderSeek(true)
              .setFillCache(isCached)
              .setIterateUpperBound(end),
          end);
    }

    static Bounds before(byte[] key) {
      return before(key, false);
    }

    static Bounds ofSnapshot(Snapshot snapshot, byte[] prefix) {
      Slice end = new Slice(EntryKeyFormat.endOf(prefix));
      return new Bounds(
          new ReadOptions()
              .setSnapshot(snapshot)
              .setTotalOrderSeek(true)
              .setFillCache(false)
              .setIterateUpperBound(end),
          end);
    }

    ReadOptions options() {
      if (ownOptions == null) {
        throw new IllegalStateException("the options are shared");
      }
      return ownOptions;
    }

    @Override
    public void close() {
      if (ownOptions != null) {
        ownOptions.close();
      }
      if (end != null) {
        end.close();
      }
    }
  }

  /** Moves to the first entry whose key is a key or comes after it. */
  void seek(byte[] key) {
    gate.enter();
    try {
      iterator.seek(key);
    } finally {
      gate.exit();
    }
  }

  /**
   * Copies the next entries into a block, which is cleared before.
   *
   * @param countMax how many at most
   * @return whether there may be more: {@code false} if these were the last
   */
  boolean read(EntryBlock block, int countMax, boolean withValues) {
    gate.enter();
    try {
      return block.fill(iterator, countMax, withValues);
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + store, e);
    } finally {
      gate.exit();
    }
  }

  /** Frees the iterator, unless closing the database has done so. */
  @Override
  public void close() {
    if (gate.tryEnter()) {
      try {
        database.forget(this);
        free();
      } finally {
        gate.exit();
      }
    }
  }

  /** Frees what is native. Called once the gate is closed, or within it. */
  void free() {
    iterator.close();
    bounds.close();
  }
}
