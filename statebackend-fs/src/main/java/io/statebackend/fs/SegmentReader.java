// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/** Reads the segments of one native snapshot, and checks them. Used by one thread at a time. */
final class SegmentReader {
  private final NativeFiles files;

  /** The files whose beginning was checked. */
  private final Set<String> checkedFiles = new HashSet<>();

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

  /**
   * Reads a segment.
   *
   * @param target as large as the segment or larger
   * @throws CorruptStateException if what is stored is damaged
   */
  Live read(StoredSegment stored, byte[] target) {
    int at = Segment.HEADER_BYTES;
    for (StoredSegment.Range part : stored.ranges()) {
      read(part.place(), target, at);
      at = part.end();
    }
    long[] bits = allRecords(stored, target);
    for (StoredSegment.Liveness part : stored.liveness()) {
      byte[] list = new byte[part.place().length()];
      read(part.place(), list, 0);
      apply(part, list, stored.size(), bits);
    }
    UnitList units = new UnitList();
    units.begin(stored.size() / RecordLayout.UNIT_BYTES);
    units.addAll(bits, new long[0]);
    return new Live(bits, units.bytes());
  }

  private void read(StoredSegment.Place place, byte[] target, int at) {
    try (StorageInput in = files.open(place.file())) {
      if (checkedFiles.add(place.file())) {
        SnapshotFileHeader.check(in, place.file());
      }
      in.read(place.position(), target, at, place.length());
    }
    CRC32C crc = new CRC32C();
    crc.update(target, at, place.length());
    if ((int) crc.getValue() != place.crc32c()) {
      throw new CorruptStateException(
          "checksum mismatch in a part of the log: expected=%08x, actual=%08x, length=%d"
              .formatted(place.crc32c(), (int) crc.getValue(), place.length()),
          place.file(),
          place.position());
    }
  }

  private static long[] allRecords(StoredSegment stored, byte[] bytes) {
    long[] all = LiveUnits.create(stored.size());
    for (int at = Segment.HEADER_BYTES; at < stored.size(); ) {
      LiveUnits.set(all, at / RecordLayout.UNIT_BYTES);
      int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
      if (sizeBytes < Long.BYTES || sizeBytes > stored.size() - at) {
        throw stored.corrupt(at, "record ends beyond its segment: size=" + sizeBytes);
      }
      at += sizeBytes;
    }
    return all;
  }

  private static void apply(
      StoredSegment.Liveness part, byte[] list, int segmentSize, long[] live) {
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
