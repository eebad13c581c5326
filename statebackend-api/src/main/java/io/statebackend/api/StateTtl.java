// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long state lives: its time to live, the clock that it is measured by, and what counts as use.
 *
 * <pre>{@code
 * ValueStateDescriptor.of("session", sessions).ttl(StateTtl.of(Duration.ofHours(1)).inEventTime());
 * }</pre>
 *
 * <p>Each value expires on its own, and so does each element of a list and each entry of a map. The
 * time of the last use is stored with a value, and not a deadline. So a changed duration also
 * applies to values that are stored already. Immutable.
 *
 * @param duration how long a value exists without being used, 1 millisecond or more; fractions of a
 *     millisecond are cut off
 * @param time the clock
 * @param refresh what counts as use
 */
public record StateTtl(Duration duration, Time time, Refresh refresh) {

  /** The clocks. */
  public enum Time {
    /** The time of day, as the program's clock tells it. */
    PROCESSING(0),
    /**
     * The watermark that the program sets with {@link KeyedStateBackend#advanceTime}. Nothing
     * expires before the first watermark.
     */
    EVENT(1);

    private final int id;

    Time(int id) {
      this.id = id;
    }

    /**
     * Returns the number that stands for it in snapshots.
     *
     * @return 0 or more, never reused
     */
    public int id() {
      return id;
    }
  }

  /** What counts as use. */
  public enum Refresh {
    /** Writing it. */
    ON_WRITE(0),
    /** Writing it, and reading it as well, which then costs a write. */
    ON_READ_AND_WRITE(1);

    private final int id;

    Refresh(int id) {
      this.id = id;
    }

    /**
     * Returns the number that stands for it in snapshots.
     *
     * @return 0 or more, never reused
     */
    public int id() {
      return id;
    }
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the duration is shorter than a millisecond, or too long for
   *     a number of milliseconds
   */
  public StateTtl {
    requireNonNull(duration, "duration");
    requireNonNull(time, "time");
    requireNonNull(refresh, "refresh");
    long millis;
    try {
      millis = duration.toMillis();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("time to live is too long: duration=" + duration, e);
    }
    if (millis < 1) {
      throw new IllegalArgumentException(
          "time to live is 1 millisecond or more: duration=" + duration);
    }
  }

  /**
   * Returns a time to live in processing time that writing refreshes.
   *
   * @param duration how long a value exists without being written, 1 millisecond or more
   * @return the time to live
   * @throws IllegalArgumentException if the duration is shorter than a millisecond
   */
  public static StateTtl of(Duration duration) {
    return new StateTtl(duration, Time.PROCESSING, Refresh.ON_WRITE);
  }

  /**
   * Returns this in event time.
   *
   * @return another one
   */
  public StateTtl inEventTime() {
    return new StateTtl(duration, Time.EVENT, refresh);
  }

  /**
   * Returns this refreshed by reading as well as by writing.
   *
   * @return another one
   */
  public StateTtl refreshedOnRead() {
    return new StateTtl(duration, time, Refresh.ON_READ_AND_WRITE);
  }

  /**
   * Returns the duration in milliseconds.
   *
   * @return 1 or more
   */
  public long millis() {
    return duration.toMillis();
  }

  @Override
  public String toString() {
    return "%d ms of %s time, refreshed %s"
        .formatted(
            millis(),
            time == Time.PROCESSING ? "processing" : "event",
            refresh == Refresh.ON_WRITE ? "on write" : "on read and write");
  }
}
