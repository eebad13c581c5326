// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the records of each key group are in a range of a segment, as docs/format/fs-snapshot-v1.md
 * specifies. Immutable.
 */
record RangeDirectory(List<Chunk> chunks) {

  /** What a chunk of several runs has at most, so that one can be read at once. */
  static final int CHUNK_BYTES_MAX = 1 << 20;

  /** What a gap takes at most. */
  private static final int GAP_BYTES_MAX = 5;

  RangeDirectory {
    chunks = List.copyOf(chunks);
  }

  /**
   * Some records that follow each other in the segment.
   *
   * @param from where in the segment they begin
   * @param sizeBytes how long they are together
   * @param runs the same records, grouped by their key groups
   */
  record Chunk(int from, int sizeBytes, List<Run> runs) {
    Chunk {
      runs = List.copyOf(runs);
    }

    /** Tells whether the records are stored in the order of the segment. */
    boolean isInOrder() {
      return runs.size() == 1 && runs.get(0).gapBytes == 0;
    }
  }

  /**
   * The records of a chunk that have some of the key groups.
   *
   * @param firstKeyGroup the first of the key groups
   * @param lastKeyGroup the last one
   * @param position where in the file
   * @param recordBytes how long the records are together
   * @param gapBytes how long the gaps are that lie behind them
   * @param crc32c the checksum of both
   */
  record Run(
      int firstKeyGroup,
      int lastKeyGroup,
      long position,
      int recordBytes,
      int gapBytes,
      int crc32c) {
    int length() {
      return recordBytes + gapBytes;
    }

    boolean intersects(KeyGroupRange keyGroups) {
      return firstKeyGroup <= keyGroups.last() && keyGroups.first() <= lastKeyGroup;
    }
  }

  /**
   * Reads a directory.
   *
   * @param from where in the segment the range begins
   * @throws CorruptStateException if it is not one of the range
   */
  static RangeDirectory read(BinaryInput in, StoredSegment.Range range, int from) {
    List<Chunk> chunks = new ArrayList<>();
    long position = range.place().position();
    int at = from;
    while (in.remaining() > 0) {
      int sizeBytes = bytes(in.readVarInt(), range.end() - at);
      List<Run> runs = new ArrayList<>();
      int previousLast = -1;
      int rest = sizeBytes;
      for (int i = in.readLength(); i > 0; i--) {
        Run run = readRun(in, previousLast, position, rest, range);
        runs.add(run);
        previousLast = run.lastKeyGroup;
        position += run.length();
        rest -= run.recordBytes;
      }
      Chunk chunk = new Chunk(at, sizeBytes, runs);
      if (rest != 0 || (!chunk.isInOrder() && sizeBytes > CHUNK_BYTES_MAX)) {
        throw new CorruptStateException(
            "runs are not those of their chunk: size=%d, missing=%d".formatted(sizeBytes, rest));
      }
      chunks.add(chunk);
      at += sizeBytes;
    }
    if (at != range.end() || position != range.directoryPosition()) {
      throw new CorruptStateException(
          "chunks are not those of their range: end=%d, expected=%d, position=%d, expected=%d"
              .formatted(at, range.end(), position, range.directoryPosition()));
    }
    return new RangeDirectory(chunks);
  }

  private static Run readRun(
      BinaryInput in, int previousLast, long position, int rest, StoredSegment.Range range) {
    long last = previousLast + Integer.toUnsignedLong(in.readVarInt());
    int recordBytes = bytes(in.readVarInt(), rest);
    int gapBytes = in.readVarInt();
    if (last <= previousLast
        || last > Integer.MAX_VALUE
        || gapBytes < 0
        || gapBytes > (long) recordBytes / RecordLayout.UNIT_BYTES * GAP_BYTES_MAX
        || position + recordBytes + gapBytes > range.directoryPosition()) {
      throw new CorruptStateException(
          "not a run of a chunk: last key group=%d, size=%d, gaps=%d"
              .formatted(last, recordBytes, gapBytes));
    }
    return new Run(previousLast + 1, (int) last, position, recordBytes, gapBytes, in.readInt());
  }

  private static int bytes(int unitCount, int max) {
    if (unitCount <= 0 || unitCount > max / RecordLayout.UNIT_BYTES) {
      throw new CorruptStateException(
          "records beyond their chunk: units=%d, bytes left=%d".formatted(unitCount, max));
    }
    return unitCount * RecordLayout.UNIT_BYTES;
  }
}
