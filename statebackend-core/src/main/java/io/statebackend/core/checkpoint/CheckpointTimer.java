// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;

/**
 * What a coordinator measures time by, and what runs its timed tasks: periodic triggers and
 * timeouts. By default the system's clock and daemon threads; tests pass one whose time they move
 * themselves. Thread-safe.
 *
 * <p>Tasks call listeners, which may hang: while one runs, the others must be run by another thread
 * when their time comes.
 */
public interface CheckpointTimer extends AutoCloseable {

  /** Something that was scheduled. */
  @FunctionalInterface
  interface Timed {
    /**
     * Makes sure that it does not run, unless it runs already or has run. Takes no time. May be
     * called while locks are held.
     */
    void cancel();
  }

  /**
   * Returns the time.
   *
   * @return nanoseconds since some moment, never going back
   */
  long nanoTime();

  /**
   * Runs a task once after a delay, but never after {@link #close()}. Starts no thread, so that it
   * does not fail for want of one, and does not run the task in the calling thread.
   *
   * @param task throws nothing that the timer has to care for; what it throws is not passed on
   * @param delay after which time; at once if it is zero or less
   * @return what was scheduled
   */
  Timed schedule(Runnable task, Duration delay);

  /**
   * Returns how many tasks wait for their time.
   *
   * @return the number
   */
  int scheduledCount();

  /** Drops the tasks that wait. Does not wait for one that runs. */
  @Override
  void close();
}
