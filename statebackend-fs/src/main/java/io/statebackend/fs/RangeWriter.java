// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes bytes of segments into the files of a snapshot, as docs/format/fs-snapshot-v1.md
 * specifies: a chunk at a time, in which records are grouped by their key groups, so that a store
 * with some of the key groups need not read the others. Used by one thread at a time.
 */
final class RangeWriter {
  /** How many runs a chunk has at most. */
  static final int RUN_COUNT_MAX = 128;

  /** Runs are to have this much on average, so that what tells about them is little beside it. */
  private static final int RUN_BYTES = 512;

  /** What the directory takes at most, as a part of the bytes that it tells about. */
  private static final int DIRECTORY_DIVISOR = 64;

  private final SnapshotFileWriter writer;
  private final FrozenBytes source;
  private final KeyGroupRange keyGroups;

  /** Where the records of a chunk begin, run by run. */
  private final int[] order;

  private final int[] runBytes = new int[RUN_COUNT_MAX];
  private final int[] runEnds = new int[RUN_COUNT_MAX];
  private final BinaryOutput gaps = new BinaryOutput();
  private final BinaryOutput directory = new BinaryOutput();

  /**
   * Creates a writer.
   *
   * @param source reads the bytes, and says how long a chunk may be
   * @param keyGroups the key groups of the store
   */
  RangeWriter(SnapshotFileWriter writer, FrozenBytes source, KeyGroupRange keyGroups) {
    this.writer = writer;
    this.source = source;
    this.keyGroups = keyGroups;
    this.order = new int[source.pieceBytes() / RecordLayout.SIZE_BYTES_MIN];
  }

  /** Returns the memory that a writer takes for segments of a size, with its file's buffer. */
  static long sizeBytes(int segmentSizeBytes) {
    int piece = FrozenBytes.pieceBytes(segmentSizeBytes);
    return piece
        + (long) piece / RecordLayout.SIZE_BYTES_MIN * Integer.BYTES
        + 2L * RUN_COUNT_MAX * Integer.BYTES
        + segmentSizeBytes / DIRECTORY_DIVISOR;
  }

  /**
   * Writes bytes of a segment, which begin and end with a record.
   *
   * @param live if given, the records that are not live are added to the list
   * @param dead the list
   */
  StoredSegment.Range write(
      Segment segment, int from, int end, long @Nullable [] live, UnitList dead) {
    writer.begin();
    long position = writer.position();
    directory.reset();
    for (int at = from; at < end; ) {
      int length = Math.min(source.pieceBytes(), end - at);
      source.read(segment, at, length);
      int chunkBytes = wholeRecords(segment, at, length, end, live, dead);
      if (chunkBytes > length) {
        writeOneRecord(segment, at, chunkBytes);
      } else {
        writeChunk(segment, at, chunkBytes);
      }
      at += chunkBytes;
    }
    int dataBytes = (int) (writer.position() - position);
    writer.beginPart();
    writer.write(directory.array(), 0, directory.position());
    StoredSegment.Place last = writer.end();
    StoredSegment.Place place =
        new StoredSegment.Place(last.file(), position, dataBytes, last.crc32c());
    return new StoredSegment.Range(place, directory.position(), end);
  }

  /** Returns the length of the records that were read whole, or that of the first one. */
  private int wholeRecords(
      Segment segment, int from, int length, int end, long @Nullable [] live, UnitList dead) {
    int at = 0;
    while (at < length) {
      int sizeBytes = sizeAt(segment, from, at, end);
      if (at + sizeBytes > length && at > 0) {
        break;
      }
      int unit = (from + at) / RecordLayout.UNIT_BYTES;
      if (live != null && !LiveUnits.isSet(live, unit)) {
        dead.add(unit);
      }
      at += sizeBytes;
    }
    return at;
  }

  private int sizeAt(Segment segment, int from, int at, int end) {
    int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(source.bytes(), source.at() + at));
    if (sizeBytes < RecordLayout.SIZE_BYTES_MIN || sizeBytes > end - from - at) {
      throw new CorruptStateException(
          "not a record: segment=%d, offset=%d, size=%d, end=%d"
              .formatted(segment.id, from + at, sizeBytes, end));
    }
    return sizeBytes;
  }

  /** Writes a record that is longer than what is read at once, of which the beginning was read. */
  private void writeOneRecord(Segment segment, int from, int sizeBytes) {
    int keyGroup = keyGroupAt(segment, from, 0);
    writer.beginPart();
    for (int at = from; at < from + sizeBytes; ) {
      int length = Math.min(source.pieceBytes(), from + sizeBytes - at);
      source.read(segment, at, length);
      writer.write(source.bytes(), source.at(), length);
      at += length;
    }
    beginChunk(sizeBytes, 1);
    endRun(keyGroup + 1, sizeBytes);
  }

  private int keyGroupAt(Segment segment, int from, int at) {
    int keyGroup = RecordLayout.keyGroup(Bytes.getLong(source.bytes(), source.at() + at));
    if (!keyGroups.contains(keyGroup)) {
      throw new CorruptStateException(
          "record of another key group: segment=%d, offset=%d, keyGroup=%d, keyGroups=%s"
              .formatted(segment.id, from + at, keyGroup, keyGroups));
    }
    return keyGroup;
  }

  private void writeChunk(Segment segment, int from, int length) {
    int runMax = Math.max(1, Math.min(RUN_COUNT_MAX, length / RUN_BYTES));
    int groupsPerRun = (keyGroups.size() + runMax - 1) / runMax;
    int runCount = count(segment, from, length, groupsPerRun);
    beginChunk(length, runCount);
    if (runCount > 1) {
      sort(length, groupsPerRun);
    }
    int previousLast = -1;
    for (int run = 0; run < RUN_COUNT_MAX; run++) {
      if (runBytes[run] > 0) {
        int last = Math.min(keyGroups.last(), keyGroups.first() + (run + 1) * groupsPerRun - 1);
        writer.beginPart();
        gaps.reset();
        if (runCount == 1) {
          writer.write(source.bytes(), source.at(), length);
        } else {
          writeRun(run);
        }
        endRun(last - previousLast, runBytes[run]);
        previousLast = last;
      }
    }
  }

  /** Counts the bytes of each run; returns how many runs there are. */
  private int count(Segment segment, int from, int length, int groupsPerRun) {
    Arrays.fill(runBytes, 0);
    Arrays.fill(runEnds, 0);
    int runCount = 0;
    for (int at = 0; at < length; ) {
      int run = (keyGroupAt(segment, from, at) - keyGroups.first()) / groupsPerRun;
      int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(source.bytes(), source.at() + at));
      if (runBytes[run] == 0) {
        runCount++;
      }
      runBytes[run] += sizeBytes;
      runEnds[run]++;
      at += sizeBytes;
    }
    return runCount;
  }

  /** Puts the places of records in the order of their runs, of which the numbers are known. */
  private void sort(int length, int groupsPerRun) {
    int begin = 0;
    for (int run = 0; run < RUN_COUNT_MAX; run++) {
      int records = runEnds[run];
      runEnds[run] = begin;
      begin += records;
    }
    for (int at = 0; at < length; ) {
      long header = Bytes.getLong(source.bytes(), source.at() + at);
      int run = (RecordLayout.keyGroup(header) - keyGroups.first()) / groupsPerRun;
      order[runEnds[run]++] = at;
      at += RecordLayout.sizeBytes(header);
    }
  }

  /** Writes the records of a run, and the gaps between them. */
  private void writeRun(int run) {
    int expected = 0;
    for (int i = run == 0 ? 0 : runEnds[run - 1]; i < runEnds[run]; i++) {
      int at = order[i];
      int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(source.bytes(), source.at() + at));
      writer.write(source.bytes(), source.at() + at, sizeBytes);
      gaps.writeVarInt((at - expected) / RecordLayout.UNIT_BYTES);
      expected = at + sizeBytes;
    }
    writer.write(gaps.array(), 0, gaps.position());
  }

  private void beginChunk(int sizeBytes, int runCount) {
    directory.writeVarInt(sizeBytes / RecordLayout.UNIT_BYTES);
    directory.writeVarInt(runCount);
    gaps.reset();
  }

  private void endRun(int keyGroupCount, int recordBytes) {
    directory.writeVarInt(keyGroupCount);
    directory.writeVarInt(recordBytes / RecordLayout.UNIT_BYTES);
    directory.writeVarInt(gaps.position());
    directory.writeInt(writer.end().crc32c());
  }
}
