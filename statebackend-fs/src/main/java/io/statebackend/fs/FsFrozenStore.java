// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image of a store: its index and its segments as they were. In use until it is closed and no
 * reader is open any more.
 */
final class FsFrozenStore implements FrozenStore {
  private final Images images;
  private final long epoch;
  private final KeyGroupRange range;
  private final long hashSeed;
  private final Map<String, FrozenTable> tables;
  private final List<Manifest.Table> numberedTables;
  private final @Nullable Segment[] segments;
  private final int rangeShift;
  private final Log.FreezePoint freezePoint;
  private final int segmentSizeBytes;

  /** What is charged for parts of the index that only images have. Guarded by the images. */
  long retainedBytes;

  private volatile boolean closed;

  /** Guarded by this. */
  private int readerCount;

  FsFrozenStore(
      Images images,
      KeyGroupRange range,
      TableRegistry tables,
      SegmentTable segments,
      Log.FreezePoint freezePoint,
      int segmentSizeBytes) {
    this.images = images;
    this.epoch = images.epoch();
    this.range = range;
    this.hashSeed = tables.hashSeed();
    this.tables = tables.freeze();
    this.numberedTables = tables.numbered();
    this.segments = segments.array();
    this.rangeShift = segments.rangeShift();
    this.freezePoint = freezePoint;
    this.segmentSizeBytes = segmentSizeBytes;
  }

  long epoch() {
    return epoch;
  }

  Log.FreezePoint freezePoint() {
    return freezePoint;
  }

  /** Returns how large segments were of which a snapshot looks at all records. */
  int segmentSizeBytes() {
    return segmentSizeBytes;
  }

  KeyGroupRange range() {
    return range;
  }

  Map<String, FrozenTable> tables() {
    return tables;
  }

  /** Returns what there was under each number that records call a table; counts the records. */
  List<Manifest.Table> numberedTables() {
    List<Manifest.Table> counted = new ArrayList<>(numberedTables);
    for (FrozenTable table : tables.values()) {
      counted.set(table.id(), new Manifest.Table(table.format(), false, table.recordCounts()));
    }
    return counted;
  }

  @Nullable Segment[] segments() {
    return segments;
  }

  int rangeShift() {
    return rangeShift;
  }

  /** Returns where a segment ended when the image was taken. */
  int sizeOf(Segment segment) {
    if (segment.id == freezePoint.segmentId()) {
      return freezePoint.offset();
    }
    return segment.id < freezePoint.segmentId() ? segment.size : 0;
  }

  @Override
  public EntryCursor entries(String table, int keyGroup) {
    FrozenTable frozen = tables.get(table);
    if (frozen == null) {
      throw new IllegalArgumentException(
          "no such table when the image was taken: table=%s, tables=%s"
              .formatted(table, tables.keySet()));
    }
    if (!range.contains(keyGroup)) {
      throw new IllegalArgumentException(
          "key group is not one of the store's: keyGroup=%d, keyGroups=%s, table=%s"
              .formatted(keyGroup, range, table));
    }
    hold();
    return new FrozenCursor(
        this,
        frozen,
        keyGroup - range.first(),
        new FrozenReader(segments, rangeShift),
        new FrozenReader(segments, rangeShift),
        new KeyPart(hashSeed));
  }

  void checkOpen() {
    if (closed) {
      throw new StateClosedException("the image is closed");
    }
  }

  /** Keeps what the image refers to for one more reader. */
  synchronized void hold() {
    checkOpen();
    readerCount++;
  }

  /** Ends what {@link #hold()} began. */
  synchronized void release() {
    readerCount--;
    releaseUnused();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      releaseUnused();
    }
  }

  private void releaseUnused() {
    if (closed && readerCount == 0) {
      images.release(epoch);
    }
  }
}
