// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps native objects from being freed while a call is using them.
 *
 * <p>Every call into native code is made between {@link #enter} and {@link #exit}. Closing refuses
 * further calls and waits for those that are running. Only then may anything be freed. Entering
 * costs one atomic addition and no lock.
 */
final class NativeGate {
  private static final long CLOSED = Long.MIN_VALUE;

  private final String what;

  /** The calls under way, plus {@link #CLOSED} from closing on. */
  private final AtomicLong calls = new AtomicLong();

  /**
   * Creates an open gate.
   *
   * @param what what it guards, for messages
   */
  NativeGate(String what) {
    this.what = what;
  }

  /**
   * Begins a call.
   *
   * @throws StateClosedException if the gate is closed; the call must not be made then
   */
  void enter() {
    if (!tryEnter()) {
      throw closed();
    }
  }

  /** Begins a call, or returns {@code false} if the gate is closed. */
  boolean tryEnter() {
    if (calls.incrementAndGet() > 0) {
      return true;
    }
    exit();
    return false;
  }

  /** Ends a call. */
  void exit() {
    if (calls.decrementAndGet() == CLOSED) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** Returns what it guards. */
  String what() {
    return what;
  }

  boolean isClosed() {
    return calls.get() < 0;
  }

  StateClosedException closed() {
    return new StateClosedException("the store is closed: " + what);
  }

  /**
   * Refuses calls from now on, and waits for those under way.
   *
   * @return {@code false} if it was closed before; the first one to close frees
   */
  boolean close() {
    long before = calls.getAndUpdate(count -> count | CLOSED);
    if (before < 0) {
      return false;
    }
    boolean interrupted = false;
    synchronized (this) {
      while (calls.get() != CLOSED) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }
}
