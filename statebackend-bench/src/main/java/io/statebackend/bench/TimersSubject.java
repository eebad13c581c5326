// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/** Timers of one name under measurement, by numbers and without namespaces. */
interface TimersSubject {

  /** Registers a timer. */
  void register(long key, long timestamp);

  /** Deletes a timer. */
  void delete(long key, long timestamp);

  /**
   * Fires all timers up to a time, in order, and returns the sum of the keys of those that were
   * fired.
   */
  long fire(long upTo);
}
