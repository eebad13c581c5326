// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The timers of one key group, in buckets.
 *
 * <p>A bucket that has grown too large is counted, and divided into several at timestamps that
 * occur in it, so that few timers ever move. Timers of one timestamp are never divided; a bucket of
 * nothing else may have any size. What is before the first bucket belongs to it.
 *
 * @param <K> the type of the keys
 */
final class KeyGroupTimers<K> {

  /** Into how many buckets one is divided. */
  private static final int DIVISION = 8;

  private final MapTable<K, Long, byte[], VoidNamespace> table;

  /** The key that all timers of the key group are stored under: any key of the group. */
  private final KeyContext<K> anchor;

  private final int bucketMax;

  /** One or more, by their starts. */
  private Bucket[] buckets;

  private int bucketCount;
  private final DueList due;

  /** Where {@link FirstTimers} has it. */
  int heapIndex;

  /** The first timestamp and whether there is none, as of the last {@link #refresh}. */
  private long firstTime;

  private boolean hasNoTimers = true;

  /**
   * Begins with what the table holds.
   *
   * @param anchor the key that timers are stored under
   * @param starts where the buckets in the table begin, in any order
   * @param dueMax how many timers are loaded at a time
   */
  KeyGroupTimers(
      MapTable<K, Long, byte[], VoidNamespace> table,
      KeyContext<K> anchor,
      List<Long> starts,
      int dueMax) {
    this.table = table;
    this.anchor = anchor;
    this.bucketMax = 2 * dueMax;
    this.due = new DueList(dueMax);
    buckets =
        starts.isEmpty()
            ? new Bucket[] {new Bucket(Long.MIN_VALUE, bucketMax)}
            : starts.stream()
                .sorted()
                // Nobody has counted them, so the next timer makes that happen.
                .map(start -> new Bucket(start, 0))
                .toArray(Bucket[]::new);
    bucketCount = buckets.length;
  }

  int keyGroup() {
    return anchor.keyGroup();
  }

  /** Registers a timer. */
  void add(byte[] timer) {
    long timestamp = TimerBytes.timestamp(timer);
    int at = bucketOf(timestamp);
    Bucket bucket = buckets[at];
    boolean isDue = at == 0 && due.covers(timer);
    if (isDue && due.contains(timer)) {
      return;
    }
    table.put(anchor, bucket.start, timer, VoidNamespace.INSTANCE);
    bucket.added(timestamp);
    if (isDue) {
      due.add(timer);
    }
    if (bucket.sizeMax > bucket.countFrom) {
      count(at);
    }
  }

  boolean contains(byte[] timer) {
    int at = bucketOf(TimerBytes.timestamp(timer));
    return (at == 0 && due.contains(timer)) || table.contains(anchor, buckets[at].start, timer);
  }

  void remove(byte[] timer) {
    int at = bucketOf(TimerBytes.timestamp(timer));
    table.remove(anchor, buckets[at].start, timer);
    if (at == 0) {
      due.remove(timer);
    }
  }

  /** Tells whether there are no timers; otherwise the first ones are loaded. */
  private boolean isEmpty() {
    while (due.isEmpty()) {
      if (!due.isWhole()) {
        due.load(buckets[0], timersOf(buckets[0]));
      } else if (bucketCount == 1) {
        return true;
      } else {
        System.arraycopy(buckets, 1, buckets, 0, bucketCount - 1);
        buckets[--bucketCount] = null;
        due.clear();
      }
    }
    return false;
  }

  /** Returns the first timer. */
  byte[] first() {
    return due.first();
  }

  /** Finds the first timer anew, and tells whether its timestamp is another than before. */
  boolean refresh() {
    boolean wasEmpty = hasNoTimers;
    long wasFirst = firstTime;
    hasNoTimers = isEmpty();
    firstTime = hasNoTimers ? 0 : TimerBytes.timestamp(due.first());
    return hasNoTimers != wasEmpty || firstTime != wasFirst;
  }

  /** Returns the first timestamp. */
  long firstTime() {
    return firstTime;
  }

  /** Tells whether there are no timers. */
  boolean hasNoTimers() {
    return hasNoTimers;
  }

  /** Removes all timers. */
  void clear() {
    for (int i = 0; i < bucketCount; i++) {
      table.clear(anchor, buckets[i].start);
    }
    buckets = new Bucket[] {new Bucket(Long.MIN_VALUE, bucketMax)};
    bucketCount = 1;
    due.clear();
  }

  /** Returns the bucket of a timestamp: the last one that begins at or before it, or the first. */
  private int bucketOf(long timestamp) {
    int low = 0;
    int high = bucketCount - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (buckets[middle].start <= timestamp) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private Iterator<byte[]> timersOf(Bucket bucket) {
    Iterator<Map.Entry<byte[], VoidNamespace>> entries = table.iterator(anchor, bucket.start);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public byte[] next() {
        return entries.next().getKey();
      }
    };
  }

  /** Counts a bucket, and divides it if it is large indeed and has several timestamps. */
  private void count(int at) {
    Bucket bucket = buckets[at];
    if (!bucket.hasOneTime) {
      List<byte[]> timers = new ArrayList<>(bucketMax + 1);
      timersOf(bucket).forEachRemaining(timers::add);
      bucket.sizeMax = timers.size();
      if (timers.size() > bucketMax - bucketMax / 4) {
        divide(at, timers);
      }
    }
    // Counting costs as much as what was put since the last time, or a multiple of it.
    bucket.countFrom = Math.max(bucketMax, 2 * bucket.sizeMax);
  }

  private void divide(int at, List<byte[]> timers) {
    timers.sort(TimerBytes::compare);
    Bucket divided = buckets[at];
    List<Bucket> parts = new ArrayList<>(List.of(divided));
    int partMin = Math.max(1, timers.size() / DIVISION);
    int partSize = 0;
    long last = TimerBytes.timestamp(timers.get(0));
    divided.hasOneTime = true;
    divided.time = last;
    for (byte[] timer : timers) {
      long timestamp = TimerBytes.timestamp(timer);
      Bucket part = parts.get(parts.size() - 1);
      if (timestamp != last && partSize >= partMin) {
        part = new Bucket(timestamp, bucketMax);
        part.hasOneTime = true;
        part.time = timestamp;
        parts.add(part);
        partSize = 0;
      }
      last = timestamp;
      partSize++;
      if (part == divided) {
        part.hasOneTime &= timestamp == part.time;
      } else {
        table.put(anchor, part.start, timer, VoidNamespace.INSTANCE);
        table.remove(anchor, divided.start, timer);
        part.added(timestamp);
        divided.sizeMax--;
      }
    }
    if (parts.size() == 1) {
      return;
    }
    insert(at, parts);
    if (at == 0) {
      due.clear();
    }
  }

  /** Replaces a bucket by its parts. */
  private void insert(int at, List<Bucket> parts) {
    int added = parts.size() - 1;
    if (bucketCount + added > buckets.length) {
      buckets = Arrays.copyOf(buckets, Math.max(2 * bucketCount, bucketCount + added));
    }
    System.arraycopy(buckets, at + 1, buckets, at + 1 + added, bucketCount - at - 1);
    for (int i = 0; i < parts.size(); i++) {
      buckets[at + i] = parts.get(i);
    }
    bucketCount += added;
  }
}
