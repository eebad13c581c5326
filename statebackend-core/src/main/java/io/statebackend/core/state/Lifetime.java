// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateTtl;

/**
 * When the values of a state expire.
 *
 * @param ttl the time to live
 * @param clock the clocks
 */
record Lifetime(StateTtl ttl, TtlClock clock) {

  /** Returns the time by the clock of the state. */
  long now() {
    return clock.now(ttl.time());
  }

  boolean isRefreshedOnRead() {
    return ttl.refresh() == StateTtl.Refresh.ON_READ_AND_WRITE;
  }

  /** Tells whether what was stamped is there no more. */
  boolean isExpired(long stamp) {
    return isExpired(stamp, now());
  }

  /** Tells whether what was stamped is there no more at a time. */
  boolean isExpired(long stamp, long now) {
    return isExpired(clock.used(ttl.time(), stamp), now, ttl.millis());
  }

  private static boolean isExpired(long used, long now, long millis) {
    long last = now - millis;
    // Before there is a time, or so close to it that the difference cannot be told, nothing
    // expires.
    return now != TtlClock.NO_TIME && last < now && used <= last;
  }

  /** Returns what tells the same of this moment whatever the clocks do later. For any thread. */
  ExpiryPoint point() {
    long now = now();
    long origin = clock.used(ttl.time(), TtlClock.NO_TIME);
    long millis = ttl.millis();
    return stamp -> isExpired(Math.max(stamp, origin), now, millis);
  }

  /** What has expired at some moment. Thread-safe. */
  interface ExpiryPoint {
    boolean isExpired(long stamp);
  }
}
