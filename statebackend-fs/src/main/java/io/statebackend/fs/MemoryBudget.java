// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory that all stores of a backend share, in bytes. Thread-safe.
 *
 * <p>Most memory is reserved before it is allocated, and refused when there is none. What an
 * operation cannot do without once it has begun, such as a chunk of the index, is charged: it comes
 * from a margin that reservations leave free, and the account is told to give other memory back
 * before its next operation.
 *
 * <p>Each account may have what the others leave, but for a <em>floor</em> that is kept for each
 * other one and for some that may still come: nobody can take memory from an owner that is idle. An
 * account with more than its equal share gives back while another is refused less than that.
 */
final class MemoryBudget {
  private static final int MARGIN_DIVISOR = 16;
  private static final int FLOOR_DIVISOR_MIN = 32;

  /** How many accounts floors are kept for at least, whether open or to come. */
  private static final int FLOOR_COUNT_MIN = 5;

  private final long totalBytes;
  private final long limitBytes;
  private final List<Account> accounts = new ArrayList<>();
  private long usedBytes;
  private long peakBytes;

  /** Whether an account with less than its share was refused. */
  private boolean contended;

  MemoryBudget(long totalBytes) {
    this.totalBytes = totalBytes;
    this.limitBytes = totalBytes - totalBytes / MARGIN_DIVISOR;
  }

  long totalBytes() {
    return totalBytes;
  }

  synchronized long usedBytes() {
    return usedBytes;
  }

  /** Returns the most that was ever used. */
  synchronized long peakBytes() {
    return peakBytes;
  }

  synchronized Account open() {
    Account account = new Account();
    accounts.add(account);
    return account;
  }

  private long floorBytes() {
    return limitBytes / Math.max(FLOOR_DIVISOR_MIN, 2 * (accounts.size() + 1));
  }

  private long keptForNewcomersBytes() {
    return floorBytes() * Math.max(1, FLOOR_COUNT_MIN - accounts.size());
  }

  private long shareBytes() {
    return limitBytes / Math.max(1, accounts.size());
  }

  private void add(Account account, long bytes) {
    account.usedBytes += bytes;
    usedBytes += bytes;
    peakBytes = Math.max(peakBytes, usedBytes);
  }

  /** The memory of one store. */
  final class Account implements AutoCloseable {
    private long usedBytes;
    private boolean closed;

    private Account() {}

    /** Reserves memory if there is any. */
    boolean tryReserve(long bytes) {
      synchronized (MemoryBudget.this) {
        boolean isWithinFloor =
            usedBytes + bytes <= floorBytes() && MemoryBudget.this.usedBytes + bytes <= limitBytes;
        if (!isWithinFloor && bytes > availableBytes()) {
          contended |= usedBytes + bytes <= shareBytes();
          return false;
        }
        add(this, bytes);
        if (usedBytes <= shareBytes()) {
          contended = false;
        }
        return true;
      }
    }

    /** Returns how much could be reserved now beyond the floor. */
    long availableBytes() {
      synchronized (MemoryBudget.this) {
        long floor = floorBytes();
        long keptFree = keptForNewcomersBytes();
        for (Account other : accounts) {
          if (other != this) {
            keptFree += Math.max(0, floor - other.usedBytes);
          }
        }
        return limitBytes - MemoryBudget.this.usedBytes - keptFree;
      }
    }

    /**
     * Takes memory that cannot be done without.
     *
     * @return whether the account must give back
     */
    boolean charge(long bytes) {
      synchronized (MemoryBudget.this) {
        add(this, bytes);
        return mustGiveBack();
      }
    }

    /** Gives memory back. After the account was closed, there is nothing left to give. */
    void release(long bytes) {
      synchronized (MemoryBudget.this) {
        if (!closed) {
          add(this, -bytes);
        }
      }
    }

    /** Tells whether the account is to give back what it can do without. */
    boolean mustGiveBack() {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.usedBytes > limitBytes || (contended && usedBytes > shareBytes());
      }
    }

    /** Tells whether nothing is left, not even of the margin. */
    boolean isExhausted() {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.usedBytes > totalBytes - totalBytes / (2 * MARGIN_DIVISOR);
      }
    }

    long usedBytes() {
      synchronized (MemoryBudget.this) {
        return usedBytes;
      }
    }

    /** Gives everything back. */
    @Override
    public void close() {
      synchronized (MemoryBudget.this) {
        add(this, -usedBytes);
        closed = true;
        accounts.remove(this);
      }
    }
  }
}
