// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The event time of a subtask, by which state with a time to live is measured.
 *
 * @param origin the first watermark; the age of what was written before it starts there
 * @param watermark the last one
 */
public record EventTime(long origin, long watermark) {

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if the last watermark is before the first
   */
  public EventTime {
    if (watermark < origin) {
      throw new IllegalArgumentException(
          "event time runs backwards: origin=" + origin + ", watermark=" + watermark);
    }
  }

  /**
   * Returns the time at which a subtask continues that takes over from others: the earliest of
   * their times, so that nothing expires sooner than it would have.
   *
   * @param headers of the subtasks that it takes over from
   * @return the time, or {@code null} if one of them had none
   */
  public static @Nullable EventTime least(Collection<SnapshotHeader> headers) {
    EventTime least = null;
    for (SnapshotHeader header : headers) {
      EventTime time = header.eventTime();
      if (time == null) {
        return null;
      }
      least =
          least == null
              ? time
              : new EventTime(
                  Math.min(least.origin, time.origin), Math.min(least.watermark, time.watermark));
    }
    return least;
  }
}
