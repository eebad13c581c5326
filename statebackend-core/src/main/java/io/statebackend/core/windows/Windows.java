// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.windows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Says how time is divided into windows, and how long a window waits for late records. Immutable.
 *
 * <p>Timestamps are milliseconds of event time and may be negative.
 */
public final class Windows {
  private final String name;
  private final long size;

  /** The distance between the starts of windows; 0 for sessions. */
  private final long slide;

  private final long offset;
  private final long lateness;

  private Windows(String name, long size, long slide, long offset, long lateness) {
    this.name = name;
    this.size = size;
    this.slide = slide;
    this.offset = offset;
    this.lateness = lateness;
  }

  /**
   * Divides time into windows of one size, one after the other.
   *
   * @param size the size, 1 millisecond or more
   * @return the windows, which begin at the epoch and multiples of the size before and after it
   * @throws IllegalArgumentException if the size is less
   */
  public static Windows tumbling(Duration size) {
    long millis = millis(size, "size");
    return new Windows("tumbling", millis, millis, 0, 0);
  }

  /**
   * Lets windows of one size begin at regular times, so that they overlap or have gaps between
   * them. A record belongs to each window that contains its timestamp, and its cost is proportional
   * to their number.
   *
   * @param size the size, 1 millisecond or more
   * @param slide how long after one window the next one begins, 1 millisecond or more
   * @return the windows
   * @throws IllegalArgumentException if one of them is less
   */
  public static Windows sliding(Duration size, Duration slide) {
    return new Windows("sliding", millis(size, "size"), millis(slide, "slide"), 0, 0);
  }

  /**
   * Puts records of a key into one window as long as each comes less than a gap after another one.
   * A late record may merge two windows into one.
   *
   * @param gap how long after its last record a window ends, 1 millisecond or more
   * @return the windows
   * @throws IllegalArgumentException if the gap is less
   */
  public static Windows session(Duration gap) {
    return new Windows("session", millis(gap, "gap"), 0, 0, 0);
  }

  private static long millis(Duration duration, String what) {
    long millis = duration.toMillis();
    if (millis < 1) {
      throw new IllegalArgumentException(
          "the %s of windows is 1 millisecond or more: %s=%s".formatted(what, what, duration));
    }
    return millis;
  }

  /**
   * Moves the beginnings of windows, for example so that windows of a day begin at midnight in some
   * time zone.
   *
   * @param newOffset how much later they begin; negative for earlier
   * @return the windows
   * @throws IllegalArgumentException for sessions, which begin with a record
   */
  public Windows offset(Duration newOffset) {
    if (isMerging()) {
      throw new IllegalArgumentException(
          "session windows begin with a record and have no offset: offset=" + newOffset);
    }
    return new Windows(name, size, slide, newOffset.toMillis(), lateness);
  }

  /**
   * Keeps windows for late records. After each late record the window delivers a new result.
   *
   * @param newLateness how long after its end a window is kept, 0 or more; 0 at first
   * @return the windows
   * @throws IllegalArgumentException if it is negative
   */
  public Windows allowedLateness(Duration newLateness) {
    if (newLateness.isNegative()) {
      throw new IllegalArgumentException(
          "the lateness that is allowed is 0 or more: lateness=" + newLateness);
    }
    return new Windows(name, size, slide, offset, newLateness.toMillis());
  }

  boolean isMerging() {
    return slide == 0;
  }

  boolean keepsLate() {
    return lateness > 0;
  }

  /** Returns the windows of a timestamp; for sessions, the window of a single record. */
  List<Window> of(long timestamp) {
    if (isMerging()) {
      return List.of(new Window(timestamp, Math.addExact(timestamp, size)));
    }
    List<Window> windows = new ArrayList<>();
    long start = Math.subtractExact(timestamp, Math.floorMod(timestamp - offset, slide));
    for (; start > timestamp - size; start -= slide) {
      windows.add(new Window(start, Math.addExact(start, size)));
    }
    return windows;
  }

  /** Returns the time at which a window is removed. */
  long endOfLife(Window window) {
    long end = window.end() + lateness;
    return end < window.end() ? Long.MAX_VALUE : end;
  }

  @Override
  public String toString() {
    return "%s windows: size=%d ms, slide=%d ms, offset=%d ms, allowedLateness=%d ms"
        .formatted(name, size, slide, offset, lateness);
  }
}
