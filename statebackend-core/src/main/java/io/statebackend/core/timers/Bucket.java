// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

/** A range of time of one key group: from its start to the start of the next bucket. */
final class Bucket {

  /** The first timestamp; the namespace that the timers are stored under. */
  final Long start;

  /** How many timers there are at most: as counted last, and all that were put since. */
  int sizeMax;

  /** The size from which on the bucket is counted again. */
  int countFrom;

  /** Whether all timers have the same timestamp, {@link #time}. */
  boolean hasOneTime;

  long time;

  Bucket(long start, int countFrom) {
    this.start = start;
    this.countFrom = countFrom;
  }

  /** Notes a timer that was put. */
  void added(long timestamp) {
    sizeMax++;
    hasOneTime &= timestamp == time;
  }
}
