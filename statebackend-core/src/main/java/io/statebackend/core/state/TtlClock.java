// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateTtl;
import io.statebackend.core.snapshot.EventTime;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The time of day and event time, for state with a time to live. For the owner alone. */
final class TtlClock {
  /** Stands for the time before the first watermark. */
  static final long NO_TIME = Long.MIN_VALUE;

  private final InstantSource processing;
  private long watermark = NO_TIME;

  /** The first watermark there was: what was written before counts from it. */
  private long origin = NO_TIME;

  TtlClock(InstantSource processing) {
    this.processing = processing;
  }

  /** Goes on from a restored event time, if there is one. */
  void restore(@Nullable EventTime restored) {
    if (restored != null) {
      origin = restored.origin();
      watermark = restored.watermark();
    }
  }

  void advance(long newWatermark) {
    if (newWatermark > watermark) {
      if (watermark == NO_TIME) {
        origin = newWatermark;
      }
      watermark = newWatermark;
    }
  }

  long now(StateTtl.Time time) {
    return time == StateTtl.Time.EVENT ? watermark : processing.millis();
  }

  /** Returns when something that was stamped is taken to have been used. */
  long used(StateTtl.Time time, long stamp) {
    return time == StateTtl.Time.EVENT ? Math.max(stamp, origin) : stamp;
  }

  /** Returns the event time, or null if there was no watermark. */
  @Nullable EventTime eventTime() {
    return watermark == NO_TIME ? null : new EventTime(origin, watermark);
  }
}
