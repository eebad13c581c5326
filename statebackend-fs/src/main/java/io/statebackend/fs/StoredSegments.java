// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a native snapshot has of each segment: where its bytes are stored, and the live records as a
 * {@link UnitList}. The next snapshot is compared with it.
 *
 * <p>All that is in a working file: it is a byte or two for each record and tens of bytes for each
 * segment, which is too much for memory when the log is many times as large as that. Memory has
 * {@link #BYTES_PER_SEGMENT} for each segment. Added to by one thread, and read by any afterwards.
 */
final class StoredSegments implements AutoCloseable {
  /** What is remembered of a segment, room to grow included. */
  static final int BYTES_PER_SEGMENT = 3 * Long.BYTES * 3 / 2;

  /** In a key, what is below the number of a segment is the order in which it was added. */
  private static final int ORDINAL_BITS = 24;

  private static final long ORDINAL_MASK = (1L << ORDINAL_BITS) - 1;

  /** Has no segments. */
  static final StoredSegments NOTHING = new StoredSegments(null, () -> {});

  private final @Nullable SpillFile file;
  private final Runnable whenClosed;

  /** How many bytes the segments have in each file of the snapshots. */
  private final Map<String, Long> bytesByFile = new LinkedHashMap<>();

  /** In ascending order once all were added. */
  private long[] keys = {};

  /** By ordinal, the block of the working file where the segment begins. */
  private long[] blocks = {};

  /** By ordinal, the length and the checksum. */
  private long[] lengthsAndChecksums = {};

  private int count;
  private long endBlock;

  /**
   * What there is of one segment.
   *
   * @param stored where its bytes are
   * @param live the list of its live records
   */
  record Entry(StoredSegment stored, BinaryInput live) {}

  /**
   * Creates no file yet.
   *
   * @param file for these segments alone; deleted with them
   * @param whenClosed called when the file was deleted, or could not be
   */
  StoredSegments(@Nullable SpillFile file, Runnable whenClosed) {
    this.file = file;
    this.whenClosed = whenClosed;
  }

  private SpillFile file() {
    if (file == null) {
      throw new IllegalStateException("nothing is stored of any segment");
    }
    return file;
  }

  /** Adds a segment. */
  void add(long segmentId, StoredSegment stored, BinaryOutput liveList) {
    if (count > ORDINAL_MASK) {
      throw new IllegalStateException("too many segments in one store: " + count);
    }
    for (StoredSegment.Place place : stored.places()) {
      bytesByFile.merge(place.file(), (long) place.length(), Long::sum);
    }
    BinaryOutput entry = new BinaryOutput();
    stored.write(entry);
    entry.write(liveList.array(), 0, liveList.position());
    if (count == keys.length) {
      int capacity = Math.max(16, count + count / 2);
      keys = Arrays.copyOf(keys, capacity);
      blocks = Arrays.copyOf(blocks, capacity);
      lengthsAndChecksums = Arrays.copyOf(lengthsAndChecksums, capacity);
    }
    int length = entry.position();
    file().write(base(endBlock), 0, entry.array(), length);
    keys[count] = segmentId << ORDINAL_BITS | count;
    blocks[count] = endBlock;
    lengthsAndChecksums[count] =
        (long) length << Integer.SIZE | Integer.toUnsignedLong(crc32c(entry.array(), length));
    count++;
    endBlock += length / Segment.STORED_BLOCK_BYTES + 1;
  }

  /** Takes note that all segments were added. */
  StoredSegments end() {
    Arrays.sort(keys, 0, count);
    return this;
  }

  /** Returns the names of the snapshots' files that have bytes of the segments. */
  Set<String> files() {
    return bytesByFile.keySet();
  }

  /** Returns how many bytes the segments have in each of these files. */
  Map<String, Long> bytesByFile() {
    return bytesByFile;
  }

  /** Returns what there is of a segment, or null if nothing. */
  @Nullable Entry read(long segmentId) {
    int at = indexOf(segmentId);
    return at < 0 ? null : readAt(at);
  }

  /** Collects the segments that are not among some others. */
  List<StoredSegment> without(Iterable<Segment> others) {
    BitSet found = new BitSet();
    for (Segment segment : others) {
      int at = indexOf(segment.id);
      if (at >= 0) {
        found.set(at);
      }
    }
    List<StoredSegment> rest = new ArrayList<>();
    for (int at = found.nextClearBit(0); at < count; at = found.nextClearBit(at + 1)) {
      rest.add(readAt(at).stored);
    }
    return rest;
  }

  private int indexOf(long segmentId) {
    int at = Arrays.binarySearch(keys, 0, count, segmentId << ORDINAL_BITS);
    int first = at >= 0 ? at : -at - 1;
    return first < count && keys[first] >>> ORDINAL_BITS == segmentId ? first : -1;
  }

  private Entry readAt(int index) {
    int ordinal = (int) (keys[index] & ORDINAL_MASK);
    long base = base(blocks[ordinal]);
    byte[] bytes = new byte[(int) (lengthsAndChecksums[ordinal] >>> Integer.SIZE)];
    file().read(base, 0, bytes, bytes.length);
    int expected = (int) lengthsAndChecksums[ordinal];
    int actual = crc32c(bytes, bytes.length);
    if (actual != expected) {
      throw file().damaged(base, 0, expected, actual);
    }
    BinaryInput in = new BinaryInput(bytes);
    StoredSegment stored = StoredSegment.read(in);
    return new Entry(stored, in);
  }

  /** Segments begin where blocks of a segment would. */
  private static long base(long block) {
    return block * (Segment.BLOCK_BYTES / RecordLayout.UNIT_BYTES);
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Deletes the file. */
  @Override
  public void close() {
    try {
      if (file != null) {
        file.delete();
      }
    } finally {
      whenClosed.run();
    }
  }
}
