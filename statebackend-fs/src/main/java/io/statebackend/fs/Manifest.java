// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The manifest of a native snapshot, as docs/format/fs-snapshot-v1.md specifies. Segments are
 * written and read one by one, because there may be more of them than fit in memory. Immutable.
 */
final class Manifest implements Iterable<StoredSegment> {
  /** In which ranges have no directories. */
  private static final int VERSION_1 = 1;

  private static final int VERSION = 2;

  /** Added to the code of the kind of a table that was dropped. */
  private static final int DROPPED = 128;

  /**
   * What there is under a number.
   *
   * @param format what is known of the table
   * @param isDropped whether no record of it is live, and its name means nothing any more
   * @param recordCounts how many live records each key group has, as {@link
   *     FrozenTable#recordCounts()} tells, or empty
   */
  record Table(TableFormat format, boolean isDropped, List<Long> recordCounts) {
    Table {
      recordCounts = List.copyOf(recordCounts);
    }
  }

  private final int version;
  private final List<Table> tables;
  private final List<String> files;
  private final int segmentCount;

  /** Where the segments begin. */
  private final BinaryInput segments;

  private Manifest(
      int version, List<Table> tables, List<String> files, int segmentCount, BinaryInput segments) {
    this.version = version;
    this.tables = List.copyOf(tables);
    this.files = List.copyOf(files);
    this.segmentCount = segmentCount;
    this.segments = segments;
  }

  /** Returns the tables, in the order of the numbers that records call them. */
  List<Table> tables() {
    return tables;
  }

  /** Iterates over what is stored of each segment, which it reads again. */
  @Override
  public Iterator<StoredSegment> iterator() {
    BinaryInput in = new BinaryInput();
    in.reset(segments.array(), segments.position(), segments.limit());
    return new Iterator<>() {
      private int rest = segmentCount;

      @Override
      public boolean hasNext() {
        return rest > 0;
      }

      @Override
      public StoredSegment next() {
        if (rest == 0) {
          throw new NoSuchElementException("the manifest has no more segments");
        }
        rest--;
        return readSegment(files, in, version);
      }
    };
  }

  /** Writes a manifest. */
  static final class Writer {
    private final Map<String, Integer> fileNumbers = new LinkedHashMap<>();
    private final BinaryOutput segments = new BinaryOutput();
    private int segmentCount;

    /** Adds what is stored of a segment. */
    void add(StoredSegment segment) {
      segmentCount++;
      int from = Segment.HEADER_BYTES;
      segments.writeVarInt(segment.ranges().size());
      for (StoredSegment.Range range : segment.ranges()) {
        segments.writeVarInt((range.end() - from) / RecordLayout.UNIT_BYTES);
        segments.writeVarInt(range.directoryLength());
        write(range.place());
        from = range.end();
      }
      segments.writeVarInt(segment.liveness().size());
      for (StoredSegment.Liveness part : segment.liveness()) {
        segments.writeBoolean(part.isFull());
        write(part.place());
      }
    }

    private void write(StoredSegment.Place place) {
      segments.writeVarInt(fileNumbers.computeIfAbsent(place.file(), absent -> fileNumbers.size()));
      segments.writeVarLong(place.position());
      segments.writeVarInt(place.length());
      segments.writeInt(place.crc32c());
    }

    /** Returns the names of the files that the segments are in. */
    Set<String> files() {
      return fileNumbers.keySet();
    }

    /**
     * Returns the manifest.
     *
     * @param tables in the order of the numbers that records call them
     */
    byte[] toBytes(List<Table> tables) {
      BinaryOutput out = new BinaryOutput();
      out.writeByte(VERSION);
      out.writeVarInt(tables.size());
      tables.forEach(table -> writeTable(table, out));
      out.writeVarInt(fileNumbers.size());
      fileNumbers.keySet().forEach(out::writeString);
      out.writeVarInt(segmentCount);
      out.write(segments.array(), 0, segments.position());
      return out.toByteArray();
    }
  }

  private static void writeTable(Table table, BinaryOutput out) {
    TableFormat format = table.format();
    out.writeString(format.name());
    out.writeByte(format.kind().code() + (table.isDropped() ? DROPPED : 0));
    out.writeInt(format.keyLength());
    out.writeInt(format.namespaceLength());
    out.writeInt(format.userKeyLength());
    out.writeInt(format.valueLength());
    out.writeVarInt(table.recordCounts().size());
    table.recordCounts().forEach(out::writeVarLong);
  }

  /**
   * Reads a manifest.
   *
   * @throws CorruptStateException if the bytes are no manifest of this version
   */
  static Manifest read(BinaryInput in) {
    int version = in.readByte();
    if (version != VERSION && version != VERSION_1) {
      throw new CorruptStateException(
          "not a manifest of version %d or %d: version=%d".formatted(VERSION_1, VERSION, version));
    }
    List<Table> tables = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      tables.add(readTable(in));
    }
    List<String> files = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      files.add(in.readString());
    }
    int segmentCount = in.readLength();
    BinaryInput segments = new BinaryInput();
    segments.reset(in.array(), in.position(), in.limit());
    long unitCount = 0;
    for (int i = 0; i < segmentCount; i++) {
      unitCount += readSegment(files, in, version).size() / RecordLayout.UNIT_BYTES;
    }
    if (in.remaining() > 0) {
      throw new CorruptStateException("manifest is too long: remaining=" + in.remaining());
    }
    checkRecordCounts(tables, unitCount);
    return new Manifest(version, tables, files, segmentCount, segments);
  }

  /** Checks the counts, because memory will be allocated for this number of records. */
  private static void checkRecordCounts(List<Table> tables, long unitCount) {
    long rest = unitCount;
    for (Table table : tables) {
      for (long count : table.recordCounts()) {
        if (count < 0 || count > rest) {
          throw new CorruptStateException(
              "manifest counts more records than there is room for in its segments: table=%s, records=%d, room=%d"
                  .formatted(table.format().name(), count, rest));
        }
        rest -= count;
      }
    }
  }

  private static Table readTable(BinaryInput in) {
    String name = in.readString();
    int code = Byte.toUnsignedInt(in.readByte());
    TableFormat.Kind kind = TableFormat.Kind.ofCode(code % DROPPED);
    TableFormat format =
        new TableFormat(name, kind, in.readInt(), in.readInt(), in.readInt(), in.readInt());
    List<Long> recordCounts = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      recordCounts.add(in.readVarLong());
    }
    return new Table(format, code >= DROPPED, recordCounts);
  }

  private static StoredSegment readSegment(List<String> files, BinaryInput in, int version) {
    StoredSegment segment = StoredSegment.NOTHING;
    for (int i = in.readLength(); i > 0; i--) {
      segment = segment.withRange(readRange(files, in, version, segment.size()));
    }
    List<StoredSegment.Liveness> liveness = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      boolean isFull = in.readBoolean();
      liveness.add(new StoredSegment.Liveness(isFull, readPlace(files, in)));
    }
    return new StoredSegment(segment.size(), segment.ranges(), liveness);
  }

  private static StoredSegment.Range readRange(
      List<String> files, BinaryInput in, int version, int from) {
    if (version == VERSION_1) {
      StoredSegment.Place place = readPlace(files, in);
      if (place.length() % RecordLayout.UNIT_BYTES != 0) {
        throw notARange(from, place.length());
      }
      int end = checkedEnd(from, place.length() / RecordLayout.UNIT_BYTES);
      return new StoredSegment.Range(place, 0, end);
    }
    int end = checkedEnd(from, in.readVarInt());
    int directoryLength = in.readVarInt();
    StoredSegment.Place place = readPlace(files, in);
    if (directoryLength < 0
        || place.length() < end - from
        || (directoryLength == 0 && place.length() != end - from)) {
      throw notARange(from, place.length());
    }
    return new StoredSegment.Range(place, directoryLength, end);
  }

  private static int checkedEnd(int from, int unitCount) {
    long end = from + (long) unitCount * RecordLayout.UNIT_BYTES;
    if (unitCount < 0 || end > Integer.MAX_VALUE - 64) {
      throw notARange(from, unitCount * (long) RecordLayout.UNIT_BYTES);
    }
    return (int) end;
  }

  private static CorruptStateException notARange(int from, long length) {
    return new CorruptStateException(
        "not a range of a segment: from=%d, length=%d".formatted(from, length));
  }

  private static StoredSegment.Place readPlace(List<String> files, BinaryInput in) {
    int file = in.readVarInt();
    if (file < 0 || file >= files.size()) {
      throw new CorruptStateException(
          "not a file of the manifest: number=%d, files=%d".formatted(file, files.size()));
    }
    return new StoredSegment.Place(
        files.get(file), in.readVarLong(), in.readVarInt(), in.readInt());
  }
}
