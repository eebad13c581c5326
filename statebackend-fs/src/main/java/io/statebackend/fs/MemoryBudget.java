// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.MemoryUse.Part;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all stores of a backend share, in bytes. Thread-safe.
 *
 * <p>Most memory is reserved before it is allocated, and refused if there is none. Memory that an
 * operation needs once it has begun, such as a chunk of the index, is charged. It comes from a
 * margin that reservations leave free, and the account must free other memory before its next
 * operation.
 *
 * <p>Each account may use what the others leave, except for a <em>floor</em> that is kept for each
 * other account and for some future ones. An account does not own what it has beyond its floor:
 * others take it from its {@link Lender} when they need it, whether its owner is working or idle.
 * An account with less than its equal share first takes from those that have more than theirs.
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

  /** Frees memory of one store, while its owner may be working or idle. */
  interface Lender {

    /** Returns how much {@link #giveBackOldest} could give back, called again and again. */
    long lentBytes();

    /**
     * Gives some memory back that the owner can do without. Called by any thread, which may have to
     * wait until something is written to a file.
     *
     * @return whether there was any
     */
    boolean giveBackOldest();
  }

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

  /** Returns the maximum that was ever used. */
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

  private void add(Account account, Part part, long bytes) {
    account.parts.merge(part, bytes, Long::sum);
    account.usedBytes += bytes;
    usedBytes += bytes;
    peakBytes = Math.max(peakBytes, usedBytes);
  }

  /** Returns whom to take memory from: who has most beyond what is left to each. */
  private synchronized @Nullable Account lenderFor(Account borrower, long leftToEachBytes) {
    Account chosen = null;
    long most = 0;
    for (Account other : accounts) {
      Lender lender = other.lender;
      if (other != borrower && lender != null) {
        long bytes = Math.min(other.usedBytes - leftToEachBytes, lender.lentBytes());
        if (bytes > most) {
          most = bytes;
          chosen = other;
        }
      }
    }
    return chosen;
  }

  /** The memory of one store. */
  final class Account implements AutoCloseable {
    private final Map<Part, Long> parts = new EnumMap<>(Part.class);
    private long usedBytes;
    private boolean closed;
    private volatile @Nullable Lender lender;

    private Account() {}

    /** Names what gives memory back when others need it. */
    void lendBy(Lender newLender) {
      lender = newLender;
    }

    /** Reserves memory if there is any. */
    boolean tryReserve(Part part, long bytes) {
      synchronized (MemoryBudget.this) {
        boolean isWithinFloor =
            usedBytes + bytes <= floorBytes() && MemoryBudget.this.usedBytes + bytes <= limitBytes;
        if (!isWithinFloor && bytes > free()) {
          contended |= usedBytes + bytes <= shareBytes();
          return false;
        }
        add(this, part, bytes);
        if (usedBytes <= shareBytes()) {
          contended = false;
        }
        return true;
      }
    }

    /** Returns how much could be reserved now beyond the floor, 0 or more. */
    long availableBytes() {
      synchronized (MemoryBudget.this) {
        return Math.max(0, free());
      }
    }

    private long free() {
      long floor = floorBytes();
      long keptFree = keptForNewcomersBytes();
      for (Account other : accounts) {
        if (other != this) {
          keptFree += Math.max(0, floor - other.usedBytes);
        }
      }
      return limitBytes - MemoryBudget.this.usedBytes - keptFree;
    }

    /**
     * Takes memory that cannot be done without.
     *
     * @return whether the account must give back
     */
    boolean charge(Part part, long bytes) {
      synchronized (MemoryBudget.this) {
        add(this, part, bytes);
        return mustGiveBack();
      }
    }

    /** Takes memory of the margin, if some part of all memory remains. */
    boolean tryCharge(Part part, long bytes, int lastBytesDivisor) {
      synchronized (MemoryBudget.this) {
        if (MemoryBudget.this.usedBytes + bytes > totalBytes - totalBytes / lastBytesDivisor) {
          return false;
        }
        add(this, part, bytes);
        return true;
      }
    }

    /** Returns how much the account could have if all others gave back what they can, or more. */
    long obtainableBytes() {
      synchronized (MemoryBudget.this) {
        long bytes = limitBytes;
        for (Account account : accounts) {
          Lender accountLender = account.lender;
          bytes -= account.usedBytes - (accountLender == null ? 0 : accountLender.lentBytes());
        }
        return Math.max(0, bytes);
      }
    }

    /** Gives memory back. After the account was closed, there is nothing left to give. */
    void release(Part part, long bytes) {
      synchronized (MemoryBudget.this) {
        if (!closed) {
          add(this, part, -bytes);
        }
      }
    }

    /** Takes note that memory is used for something else now. */
    void move(Part from, Part to, long bytes) {
      synchronized (MemoryBudget.this) {
        if (!closed) {
          add(this, from, -bytes);
          add(this, to, bytes);
        }
      }
    }

    /** Tells whether the account is to give back what it can do without. */
    boolean mustGiveBack() {
      synchronized (MemoryBudget.this) {
        return isBeyondLimit() || (contended && usedBytes > shareBytes());
      }
    }

    /** Tells whether more is used than may be reserved, so that the margin is in use. */
    boolean isBeyondLimit() {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.usedBytes > limitBytes;
      }
    }

    /** Tells whether the account has less than its equal share. */
    boolean isBelowShare() {
      synchronized (MemoryBudget.this) {
        return usedBytes < shareBytes();
      }
    }

    /** Returns what the account could have if all had the same. */
    long shareBytes() {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.shareBytes();
      }
    }

    /** Returns what is left of the account's equal share for its log, 0 or less if nothing is. */
    long shareOfLogBytes() {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.shareBytes() - usedBytes + parts.getOrDefault(Part.LOG, 0L);
      }
    }

    /** Returns how much the account may keep from its lender: nothing is kept while it is alone. */
    long privateBytesMax() {
      synchronized (MemoryBudget.this) {
        return accounts.size() > 1 ? shareBytes() / 2 : Long.MAX_VALUE;
      }
    }

    /** Makes another account that has more than its share give back; tells whether one did. */
    boolean takeBeyondShare() {
      return take(shareBytes());
    }

    /** Makes another account that has more than its floor give back; tells whether one did. */
    boolean takeBeyondFloor() {
      synchronized (MemoryBudget.this) {
        if (accounts.size() == 1) {
          return false;
        }
      }
      return take(floorBytes());
    }

    private boolean take(long leftToEachBytes) {
      Account other = lenderFor(this, leftToEachBytes);
      Lender otherLender = other == null ? null : other.lender;
      return otherLender != null && otherLender.giveBackOldest();
    }

    /**
     * Tells whether nothing is left, not even of the margin.
     *
     * @param lastBytesDivisor which part of all memory is to remain
     */
    boolean isExhausted(int lastBytesDivisor) {
      synchronized (MemoryBudget.this) {
        return MemoryBudget.this.usedBytes > totalBytes - totalBytes / lastBytesDivisor;
      }
    }

    long usedBytes() {
      synchronized (MemoryBudget.this) {
        return usedBytes;
      }
    }

    /** Returns what is used for what. */
    Map<Part, Long> parts() {
      synchronized (MemoryBudget.this) {
        return Map.copyOf(parts);
      }
    }

    /** Returns the memory of all accounts together. */
    long totalBytes() {
      return totalBytes;
    }

    /** Gives everything back. */
    @Override
    public void close() {
      synchronized (MemoryBudget.this) {
        MemoryBudget.this.usedBytes -= usedBytes;
        usedBytes = 0;
        parts.clear();
        closed = true;
        accounts.remove(this);
      }
    }
  }
}
