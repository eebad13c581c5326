// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

/**
 * A value with a time to live, and when it was last used.
 *
 * <p>One whose value can change may be changed itself, by whom the table lends it to. All others
 * never change.
 *
 * @param <V> the type of the value
 */
final class Timed<V> {
  private long stamp;
  private final V value;

  Timed(long stamp, V value) {
    this.stamp = stamp;
    this.value = value;
  }

  /** Returns when the value was used, by the clock of its state. */
  long stamp() {
    return stamp;
  }

  V value() {
    return value;
  }

  /** Notes that a value that can change was used. */
  void restamp(long newStamp) {
    stamp = newStamp;
  }
}
