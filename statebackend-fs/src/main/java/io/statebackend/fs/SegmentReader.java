// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Reads the segments of one native snapshot, and checks them: whole, or the records of some key
 * groups. Used by one thread at a time.
 */
final class SegmentReader implements AutoCloseable {
  private static final int OPEN_FILE_COUNT_MAX = 8;

  private final NativeFiles files;

  /** The files whose beginning was checked. */
  private final Set<String> checkedFiles = new HashSet<>();

  /** By name, the one first that was not used for longest. */
  private final Map<String, StorageInput> open = new LinkedHashMap<>(16, 0.75f, true);

  private byte[] buffer = {};

  /** How many records of a chunk were put to their places. */
  private int placedCount;

  SegmentReader(NativeFiles files) {
    this.files = files;
  }

  /**
   * Which records of a segment are live.
   *
   * @param bits set where one begins
   * @param list the same as a {@link UnitList}
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Live(long[] bits, BinaryOutput list) {}

  /** Takes the live records of some key groups. */
  interface Selection {

    /**
     * Takes a record.
     *
     * @param bytes what it is in, valid until the end of the call
     * @param at where in the bytes it begins
     * @param offset where in the segment
     */
    void take(byte[] bytes, int at, int offset);
  }

  /**
   * Reads a segment whole.
   *
   * @param target as large as the segment or larger
   * @throws CorruptStateException if what is stored is damaged
   */
  Live read(StoredSegment stored, byte[] target) {
    long[] bits = LiveUnits.create(stored.size());
    int from = Segment.HEADER_BYTES;
    for (StoredSegment.Range range : stored.ranges()) {
      if (range.hasDirectory()) {
        for (RangeDirectory.Chunk chunk : directory(range, from).chunks()) {
          readChunk(stored, range.place().file(), chunk, target, bits);
        }
      } else {
        read(range.place(), target, from);
        int ignored = setRecords(stored, target, from, range.end(), bits);
      }
      from = range.end();
    }
    for (StoredSegment.Liveness part : stored.liveness()) {
      apply(part, stored.size(), bits);
    }
    UnitList units = new UnitList();
    units.begin(stored.size() / RecordLayout.UNIT_BYTES);
    units.addAll(bits, new long[0]);
    return new Live(bits, units.bytes());
  }

  /** Reads a chunk to its place in a segment. */
  private void readChunk(
      StoredSegment stored, String file, RangeDirectory.Chunk chunk, byte[] target, long[] bits) {
    int end = chunk.from() + chunk.sizeBytes();
    if (chunk.isInOrder()) {
      RangeDirectory.Run run = chunk.runs().get(0);
      read(file, run.position(), target, chunk.from(), run.length());
      check(file, run, target, chunk.from());
      int ignored = setRecords(stored, target, chunk.from(), end, bits);
      return;
    }
    placedCount = 0;
    Selection selection =
        (bytes, at, offset) -> {
          int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
          System.arraycopy(bytes, at, target, offset, sizeBytes);
          placedCount++;
        };
    readRuns(stored, file, chunk, chunk.runs(), selection);
    if (setRecords(stored, target, chunk.from(), end, bits) != placedCount) {
      throw stored.corrupt(chunk.from(), "records of a chunk do not follow each other");
    }
  }

  /**
   * Reads the live records of some key groups, and as little else as can be.
   *
   * @throws CorruptStateException if what is stored is damaged, as far as it is read
   */
  void read(StoredSegment stored, KeyGroupRange keyGroups, Selection selection) {
    long[] live = LiveUnits.create(stored.size());
    Arrays.fill(live, -1);
    for (StoredSegment.Liveness part : stored.liveness()) {
      apply(part, stored.size(), live);
    }
    Selection ifLive =
        (bytes, at, offset) -> {
          if (LiveUnits.isSet(live, offset / RecordLayout.UNIT_BYTES)) {
            selection.take(bytes, at, offset);
          }
        };
    int from = Segment.HEADER_BYTES;
    for (StoredSegment.Range range : stored.ranges()) {
      if (range.hasDirectory()) {
        for (RangeDirectory.Chunk chunk : directory(range, from).chunks()) {
          List<RangeDirectory.Run> runs =
              chunk.runs().stream().filter(run -> run.intersects(keyGroups)).toList();
          readRuns(stored, range.place().file(), chunk, runs, ifLive);
        }
      } else {
        readInOrder(stored, range, from, keyGroups, ifLive);
      }
      from = range.end();
    }
  }

  private void readInOrder(
      StoredSegment stored,
      StoredSegment.Range range,
      int from,
      KeyGroupRange keyGroups,
      Selection selection) {
    checkIsIn(range.place().file(), range.place().position(), range.place().length());
    byte[] bytes = buffer(range.place().length());
    read(range.place(), bytes, 0);
    for (int at = 0; at < range.place().length(); ) {
      int sizeBytes = sizeAt(stored, bytes, at, range.place().length(), from + at);
      if (keyGroups.contains(RecordLayout.keyGroup(Bytes.getLong(bytes, at)))) {
        selection.take(bytes, at, from + at);
      }
      at += sizeBytes;
    }
  }

  /** Reads runs of a chunk that follow each other, at once, and selects their records. */
  private void readRuns(
      StoredSegment stored,
      String file,
      RangeDirectory.Chunk chunk,
      List<RangeDirectory.Run> runs,
      Selection selection) {
    if (runs.isEmpty()) {
      return;
    }
    RangeDirectory.Run last = runs.get(runs.size() - 1);
    long position = runs.get(0).position();
    int length = (int) (last.position() + last.length() - position);
    checkIsIn(file, position, length);
    byte[] bytes = buffer(length);
    read(file, position, bytes, 0, length);
    for (RangeDirectory.Run run : runs) {
      int at = (int) (run.position() - position);
      check(file, run, bytes, at);
      select(stored, chunk, run, bytes, at, selection);
    }
  }

  private static void select(
      StoredSegment stored,
      RangeDirectory.Chunk chunk,
      RangeDirectory.Run run,
      byte[] bytes,
      int from,
      Selection selection) {
    int recordsEnd = from + run.recordBytes();
    BinaryInput gaps = new BinaryInput();
    gaps.reset(bytes, recordsEnd, recordsEnd + run.gapBytes());
    int chunkEnd = chunk.from() + chunk.sizeBytes();
    int offset = chunk.from();
    for (int at = from; at < recordsEnd; ) {
      if (run.gapBytes() > 0) {
        long gap = Integer.toUnsignedLong(gaps.readVarInt()) * RecordLayout.UNIT_BYTES;
        if (gap >= chunkEnd - offset) {
          throw stored.corrupt(offset, "record lies beyond its chunk: gap=" + gap);
        }
        offset += (int) gap;
      }
      int sizeBytes = sizeAt(stored, bytes, at, recordsEnd, offset);
      int keyGroup = RecordLayout.keyGroup(Bytes.getLong(bytes, at));
      if (sizeBytes > chunkEnd - offset
          || keyGroup < run.firstKeyGroup()
          || keyGroup > run.lastKeyGroup()) {
        throw stored.corrupt(
            offset,
            "not a record of its run: keyGroup=%d, expected=%d..%d, size=%d"
                .formatted(keyGroup, run.firstKeyGroup(), run.lastKeyGroup(), sizeBytes));
      }
      selection.take(bytes, at, offset);
      at += sizeBytes;
      offset += sizeBytes;
    }
    if (gaps.remaining() > 0) {
      throw stored.corrupt(offset, "more gaps than records: remaining=" + gaps.remaining());
    }
  }

  private static int sizeAt(StoredSegment stored, byte[] bytes, int at, int end, int offset) {
    int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
    if (sizeBytes < Long.BYTES || sizeBytes > end - at) {
      throw stored.corrupt(offset, "record ends beyond its segment: size=" + sizeBytes);
    }
    return sizeBytes;
  }

  /** Takes note of where records begin; returns how many there are. */
  private static int setRecords(
      StoredSegment stored, byte[] bytes, int from, int end, long[] bits) {
    int count = 0;
    for (int at = from; at < end; ) {
      LiveUnits.set(bits, at / RecordLayout.UNIT_BYTES);
      at += sizeAt(stored, bytes, at, end, at);
      count++;
    }
    return count;
  }

  private byte[] buffer(int length) {
    if (buffer.length < length) {
      buffer = new byte[length];
    }
    return buffer;
  }

  private RangeDirectory directory(StoredSegment.Range range, int from) {
    StoredSegment.Place place =
        new StoredSegment.Place(
            range.place().file(),
            range.directoryPosition(),
            range.directoryLength(),
            range.place().crc32c());
    byte[] bytes = readAll(place);
    try {
      return RangeDirectory.read(new BinaryInput(bytes), range, from);
    } catch (CorruptStateException e) {
      throw new CorruptStateException(
          "directory of a part of the log is damaged: " + e.getMessage(),
          place.file(),
          place.position(),
          e);
    }
  }

  private byte[] readAll(StoredSegment.Place place) {
    checkIsIn(place.file(), place.position(), place.length());
    byte[] bytes = new byte[place.length()];
    read(place, bytes, 0);
    return bytes;
  }

  /** Checks that bytes lie in a file, before memory is taken for them. */
  private void checkIsIn(String file, long position, int length) {
    long fileLength = open(file).length();
    if (position < 0 || length < 0 || position > fileLength - length) {
      throw new CorruptStateException(
          "place lies beyond the end of its file: length=%d, file has %d bytes"
              .formatted(length, fileLength),
          file,
          position);
    }
  }

  private void read(StoredSegment.Place place, byte[] target, int at) {
    read(place.file(), place.position(), target, at, place.length());
    check(place.file(), place.position(), place.crc32c(), target, at, place.length());
  }

  private void read(String file, long position, byte[] target, int at, int length) {
    StorageInput in = open(file);
    if (checkedFiles.add(file)) {
      SnapshotFileHeader.check(in, file);
    }
    in.read(position, target, at, length);
  }

  private StorageInput open(String file) {
    StorageInput in = open.get(file);
    if (in == null) {
      if (open.size() == OPEN_FILE_COUNT_MAX) {
        Iterator<StorageInput> inputs = open.values().iterator();
        StorageInput unused = inputs.next();
        inputs.remove();
        unused.close();
      }
      in = files.open(file);
      open.put(file, in);
    }
    return in;
  }

  /** Closes the files. */
  @Override
  public void close() {
    List<StorageInput> all = List.copyOf(open.values());
    open.clear();
    Closing.all(all, StorageInput::close);
  }

  private static void check(String file, RangeDirectory.Run run, byte[] bytes, int at) {
    check(file, run.position(), run.crc32c(), bytes, at, run.length());
  }

  private static void check(
      String file, long position, int expected, byte[] bytes, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, length);
    if ((int) crc.getValue() != expected) {
      throw new CorruptStateException(
          "checksum mismatch in a part of the log: expected=%08x, actual=%08x, length=%d"
              .formatted(expected, (int) crc.getValue(), length),
          file,
          position);
    }
  }

  private void apply(StoredSegment.Liveness part, int segmentSize, long[] live) {
    byte[] list = readAll(part.place());
    try {
      BinaryInput in = new BinaryInput(list);
      int end = UnitList.readEnd(in, segmentSize / RecordLayout.UNIT_BYTES);
      if (!part.isFull()) {
        UnitList.read(in, end, live, false);
        return;
      }
      LiveUnits.clearBelow(live, end);
      UnitList.read(in, end, live, true);
    } catch (CorruptStateException e) {
      throw new CorruptStateException(
          "list of live records is damaged: " + e.getMessage(),
          part.place().file(),
          part.place().position(),
          e);
    }
  }
}
