// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import org.jspecify.annotations.Nullable;

/**
 * Frees the room of dead records: it copies the live records of the emptiest segment to the end of
 * the log, a few at a time, until the segment has none.
 *
 * <p>Writes pay for this. As long as the log is larger than it may be, each append searches a few
 * times as many bytes as it appends.
 */
final class Cleaner {
  /**
   * What is looked at for each byte appended. A segment of which a share u is live gives room for 1
   * - u by looking at 1; at the amplification of 2 that is the default the emptiest segment has u
   * well below 1/2, so 4 is ahead of what is appended, the copies included.
   */
  private static final int PACE = 4;

  private static final int READ_AHEAD_BLOCKS = 16;

  private final double spaceAmplification;
  private final Log log;
  private final SegmentTable segments;
  private final TableRegistry tables;
  private final RecordView view;
  private final KeyPart key;
  private @Nullable Segment victim;
  private int offset;

  Cleaner(double spaceAmplification, Log log, SegmentTable segments, TableRegistry tables) {
    this.spaceAmplification = spaceAmplification;
    this.log = log;
    this.segments = segments;
    this.tables = tables;
    this.view = new RecordView(segments, READ_AHEAD_BLOCKS);
    this.key = tables.newKeyPart();
  }

  /** Does a step of cleaning in proportion to the bytes that are appended. */
  void step(long appendedBytes) {
    long rest = PACE * appendedBytes;
    while (rest > 0) {
      Segment current = victim;
      if (current == null || current.isRetired) {
        victim = isNeeded() ? emptiest() : null;
        offset = Segment.HEADER_BYTES;
        if (victim == null) {
          return;
        }
        continue;
      }
      if (offset >= current.size) {
        throw new IllegalStateException(
            "segment has live bytes that are in no record: id=%d, liveBytes=%d"
                .formatted(current.id, current.liveBytes));
      }
      rest -= cleanRecord(current);
    }
  }

  private boolean isNeeded() {
    return log.usedBytes() > spaceAmplification * log.liveBytes() + 2L * log.segmentSizeBytes();
  }

  private @Nullable Segment emptiest() {
    Segment emptiest = null;
    for (Segment segment : segments.array()) {
      if (segment != null && segment != log.active() && !segment.isRetired) {
        if (emptiest == null
            || (long) segment.liveBytes * emptiest.size
                < (long) emptiest.liveBytes * segment.size) {
          emptiest = segment;
        }
      }
    }
    return emptiest;
  }

  /** Copies the next record if it is live; returns its size. */
  private int cleanRecord(Segment segment) {
    log.giveBackIfShort();
    view.moveTo(segment.address(offset));
    int sizeBytes = view.sizeBytes();
    Records records = tables.recordsOf(view.header());
    if (records.findAddress(view, key)) {
      if (sizeBytes > log.active().capacity - log.active().size) {
        log.ensureRoom(sizeBytes, tables.tableOf(view.header()).format().name());
        view.moveTo(segment.address(offset));
      }
      records.relocate(view, key);
    }
    offset += sizeBytes;
    return sizeBytes;
  }
}
