// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes what one snapshot contains and an earlier one does not. */
final class Increment {
  /**
   * If there are more small files than this, what is needed of the smallest ones is written again.
   */
  private static final int SMALL_FILE_COUNT_MAX = 24;

  /** Files of which more is needed are not small. */
  private static final int SMALL_FILE_BYTES = 16 << 20;

  private final FsFrozenStore image;
  private final StoredSegments base;
  private final SnapshotFileWriter writer;
  private final StoredSegments written;
  private final Manifest.Writer manifest;
  private final RangeWriter ranges;
  private final long windowBytes;
  private final UnitList units = new UnitList();
  private Set<String> abandoned = Set.of();

  /**
   * Creates what writes one snapshot.
   *
   * @param base what the earlier one holds
   * @param written where it is noted what this one holds
   * @param windowBytes how much memory there is to collect live records
   */
  Increment(
      FsFrozenStore image,
      StoredSegments base,
      SnapshotFileWriter writer,
      StoredSegments written,
      Manifest.Writer manifest,
      long windowBytes) {
    this.image = image;
    this.base = base;
    this.writer = writer;
    this.written = written;
    this.manifest = manifest;
    this.ranges = new RangeWriter(writer, new FrozenBytes(image.segmentSizeBytes()), image.range());
    this.windowBytes = windowBytes;
  }

  /** Writes segment by segment, as many after each pass over the index as there is memory for. */
  void write() {
    int rangeCount = image.segments().length;
    for (int from = 0; from < rangeCount; ) {
      int end = endOfWindow(from);
      LiveUnits live = LiveUnits.of(image, from, end);
      if (from == 0) {
        abandoned = abandonedFiles(live);
      }
      for (int range = from; range < end; range++) {
        Segment segment = image.segments()[range];
        if (segment != null && segment.base >>> image.rangeShift() == range) {
          long[] bits = live.of(segment);
          if (bits != null) {
            StoredSegment stored = write(segment, bits);
            manifest.add(stored);
            units.begin(image.sizeOf(segment) / RecordLayout.UNIT_BYTES);
            units.addAll(bits, new long[0]);
            written.add(segment.id, stored, units.bytes());
          }
        }
      }
      from = end;
    }
  }

  private int endOfWindow(int from) {
    int end = from + 1;
    long bytes = LiveUnits.sizeBytes(image, from);
    while (end < image.segments().length) {
      bytes += LiveUnits.sizeBytes(image, end);
      if (bytes > windowBytes) {
        break;
      }
      end++;
    }
    return end;
  }

  /**
   * Chooses files to do without: those of which less than half is still needed, and the smallest if
   * there are too many of them.
   */
  private Set<String> abandonedFiles(LiveUnits live) {
    Map<String, Long> needed = new HashMap<>(base.bytesByFile());
    for (StoredSegment gone : base.without(live.segments())) {
      for (StoredSegment.Place place : gone.places()) {
        needed.merge(place.file(), (long) -place.length(), Long::sum);
      }
    }
    needed.values().removeIf(bytes -> bytes == 0);
    Set<String> chosen = new HashSet<>();
    needed.forEach(
        (file, bytes) -> {
          if (2 * bytes < base.bytesByFile().getOrDefault(file, 0L)) {
            chosen.add(file);
          }
        });
    List<Map.Entry<String, Long>> others = new ArrayList<>(needed.entrySet());
    others.removeIf(
        entry -> chosen.contains(entry.getKey()) || entry.getValue() > SMALL_FILE_BYTES);
    if (others.size() > SMALL_FILE_COUNT_MAX) {
      others.sort(Map.Entry.comparingByValue());
      others.subList(0, SMALL_FILE_COUNT_MAX / 2).forEach(entry -> chosen.add(entry.getKey()));
    }
    return chosen;
  }

  private StoredSegment write(Segment segment, long[] bits) {
    StoredSegments.Entry before = base.read(segment.id);
    StoredSegment stored = before == null ? StoredSegment.NOTHING : before.stored();
    if (stored.ranges().stream().anyMatch(range -> abandoned.contains(range.place().file()))) {
      stored = StoredSegment.NOTHING;
    }
    boolean isFull =
        stored.liveness().stream().anyMatch(part -> abandoned.contains(part.place().file()));
    int end = image.sizeOf(segment);
    units.begin(end / RecordLayout.UNIT_BYTES);
    if (isFull) {
      units.addAll(bits, new long[0]);
    } else if (before != null && !stored.ranges().isEmpty()) {
      units.addAll(liveBefore(segment, before.live(), end), bits);
    }
    if (end > stored.size()) {
      stored =
          stored.withRange(ranges.write(segment, stored.size(), end, isFull ? null : bits, units));
    }
    if (!units.isEmpty()) {
      BinaryOutput list = units.bytes();
      writer.begin();
      writer.write(list.array(), 0, list.position());
      stored = stored.withLiveness(new StoredSegment.Liveness(isFull, writer.end()));
    }
    return stored;
  }

  /** Returns what of a stored segment was live in the last completed snapshot. */
  private long[] liveBefore(Segment segment, BinaryInput list, int end) {
    long[] bits = LiveUnits.create(LiveUnits.sizeOf(image, segment));
    int listEnd = UnitList.readEnd(list, end / RecordLayout.UNIT_BYTES);
    UnitList.read(list, listEnd, bits, true);
    return bits;
  }
}
