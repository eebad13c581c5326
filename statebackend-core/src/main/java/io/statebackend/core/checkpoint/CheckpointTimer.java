// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;

/**
 * Measures time for a coordinator and runs its timed tasks: periodic triggers and timeouts. The
 * default uses the system's clock and a daemon thread. Tests pass a timer whose time they move
 * themselves. Thread-safe.
 */
public interface CheckpointTimer extends AutoCloseable {

  /** Something that was scheduled. */
  @FunctionalInterface
  interface Timed {
    /**
     * Prevents the task from running, unless it is running already or has run. Does not block, and
     * may be called while locks are held.
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
   * Runs a task once after a delay, but never after {@link #close()}. Starts no thread, so it
   * cannot fail because no thread can be created. Does not run the task in the calling thread.
   *
   * @param task the task; what it throws is not passed on
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
