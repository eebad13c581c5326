// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import java.util.Arrays;
import java.util.Iterator;

/**
 * The first timers of a key group in the order of time: a copy of the beginning of its first
 * bucket, where they are stored too.
 *
 * <p>It holds either all timers of the bucket, or those with the earliest timestamps. Of timers of
 * the same timestamp any may be missing, to be loaded when those that are here have been fired.
 */
final class DueList {
  private static final byte[][] NONE = {};

  /** How many timers are loaded at most. */
  private final int loadMax;

  private byte[][] timers = NONE;
  private int head;
  private int tail;

  /** Whether no timer of the bucket is missing. */
  private boolean isWhole;

  DueList(int loadMax) {
    this.loadMax = loadMax;
  }

  /** Forgets all timers. None is covered then. */
  void clear() {
    timers = NONE;
    head = 0;
    tail = 0;
    isWhole = false;
  }

  /**
   * Loads the first timers of a bucket, all of which is read, unless the bucket has one timestamp
   * only: then any timers are the first ones.
   *
   * @param bucket the bucket, told what was found
   * @param stored all timers of the bucket in any order
   */
  void load(Bucket bucket, Iterator<byte[]> stored) {
    byte[][] loaded = new byte[Math.min(64, loadMax)][];
    int size = 0;
    int count = 0;
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    boolean isSelected = false;
    while (stored.hasNext()) {
      if (bucket.hasOneTime && size == loadMax) {
        take(loaded, size, false);
        return;
      }
      byte[] timer = stored.next();
      count++;
      long timestamp = TimerBytes.timestamp(timer);
      earliest = Math.min(earliest, timestamp);
      latest = Math.max(latest, timestamp);
      if (isSelected && TimerBytes.compare(timer, loaded[loadMax - 1]) > 0) {
        continue;
      }
      if (size == loaded.length) {
        if (size == 2 * loadMax) {
          Arrays.sort(loaded, TimerBytes::compare);
          size = loadMax;
          isSelected = true;
          if (TimerBytes.compare(timer, loaded[loadMax - 1]) > 0) {
            continue;
          }
        } else {
          loaded = Arrays.copyOf(loaded, Math.min(2 * size, 2 * loadMax));
        }
      }
      loaded[size++] = timer;
    }
    take(loaded, size, count == size && size <= loadMax);
    bucket.sizeMax = count;
    bucket.hasOneTime = earliest == latest;
    bucket.time = latest;
  }

  private void take(byte[][] loaded, int size, boolean whole) {
    Arrays.sort(loaded, 0, size, TimerBytes::compare);
    timers = loaded;
    head = 0;
    tail = Math.min(size, loadMax);
    Arrays.fill(timers, tail, timers.length, null);
    isWhole = whole;
  }

  boolean isEmpty() {
    return head == tail;
  }

  /** Tells whether all timers of the bucket are here. */
  boolean isWhole() {
    return isWhole;
  }

  byte[] first() {
    return timers[head];
  }

  /** Tells whether a timer of the bucket belongs here when it is registered. */
  boolean covers(byte[] timer) {
    return isWhole || (head < tail && TimerBytes.compare(timer, timers[tail - 1]) <= 0);
  }

  boolean contains(byte[] timer) {
    return indexOf(timer) >= 0;
  }

  /** Adds a timer that is covered and not yet here. */
  void add(byte[] timer) {
    makeRoom();
    int at = -indexOf(timer) - 1;
    System.arraycopy(timers, at, timers, at + 1, tail - at);
    timers[at] = timer;
    tail++;
    if (tail - head > 2 * loadMax) {
      // The later half stays in the bucket only.
      int end = head + loadMax;
      Arrays.fill(timers, end, tail, null);
      tail = end;
      isWhole = false;
    }
  }

  private void makeRoom() {
    if (tail < timers.length) {
      return;
    }
    int size = tail - head;
    byte[][] room = size < timers.length / 2 ? timers : new byte[Math.max(16, 2 * size)][];
    System.arraycopy(timers, head, room, 0, size);
    if (room == timers) {
      Arrays.fill(timers, size, tail, null);
    }
    timers = room;
    head = 0;
    tail = size;
  }

  void remove(byte[] timer) {
    int at = indexOf(timer);
    if (at == head) {
      timers[head++] = null;
    } else if (at > head) {
      System.arraycopy(timers, at + 1, timers, at, tail - at - 1);
      timers[--tail] = null;
    }
  }

  /** Returns where a timer is, or, minus 1 and negated, where it would be. */
  private int indexOf(byte[] timer) {
    return Arrays.binarySearch(timers, head, tail, timer, TimerBytes::compare);
  }
}
