// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/**
 * The heap memory that the caches of all stores of a backend share. A store with more than an even
 * share gives memory back when others want some. Nobody waits. Thread-safe.
 */
final class CacheBudget {
  private final long limitBytes;
  private long usedBytes;
  private int accounts;
  private boolean isShort;

  CacheBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  long limitBytes() {
    return limitBytes;
  }

  /** Begins the account of one more store. */
  synchronized Account open() {
    accounts++;
    return new Account();
  }

  /** The part of the budget that one store has. One thread at a time may use it. */
  final class Account implements AutoCloseable {
    private long bytes;
    private boolean closed;

    private Account() {}

    /** Takes bytes if there are any left. */
    boolean take(long wanted) {
      synchronized (CacheBudget.this) {
        if (closed || usedBytes + wanted > limitBytes) {
          isShort = true;
          return false;
        }
        usedBytes += wanted;
        bytes += wanted;
        return true;
      }
    }

    /** Returns what the store has of the budget; may be asked for by any thread. */
    long usedBytes() {
      synchronized (CacheBudget.this) {
        return closed ? 0 : bytes;
      }
    }

    void giveBack(long unwanted) {
      synchronized (CacheBudget.this) {
        if (!closed) {
          usedBytes -= unwanted;
          bytes -= unwanted;
        }
      }
    }

    /** Tells whether the store has more than its share while the budget is used up. */
    boolean isAboveShare() {
      synchronized (CacheBudget.this) {
        return isShort && accounts > 1 && bytes > limitBytes / accounts;
      }
    }

    @Override
    public void close() {
      synchronized (CacheBudget.this) {
        if (!closed) {
          closed = true;
          accounts--;
          usedBytes -= bytes;
          isShort = false;
        }
      }
    }
  }
}
