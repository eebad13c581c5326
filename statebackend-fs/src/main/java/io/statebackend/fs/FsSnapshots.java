// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Native snapshots: of each segment the bytes that were appended since the last completed one, and
 * which of the records stored before are no longer live.
 *
 * <p>What is live is a bit per unit, collected from the index of the image. Comparing it with that
 * of the last completed snapshot gives what has died, so the owner has nothing to keep a record of,
 * and an aborted snapshot leaves nothing behind. No record of a removal is needed either, and
 * segments may be restored in any order.
 */
final class FsSnapshots implements NativeSnapshots {
  private static final String FORMAT = "fs-1";

  /** From this many files on, what is needed of the smallest is written anew. */
  private static final int FILE_COUNT_MAX = 24;

  private final Log log;
  private final MemoryBudget.Account memory;
  private final NativeRestore restore;

  /** What the last completed checkpoint holds. Guarded by this. */
  private Stored completed = Stored.NOTHING;

  /** By checkpoint. Guarded by this. */
  private final Map<Long, Stored> pending = new HashMap<>();

  /**
   * What a snapshot holds.
   *
   * @param segments by the number of the segment
   * @param live the live records of each, as {@link UnitList}s
   * @param chargedBytes what is charged for these
   */
  record Stored(Map<Long, StoredSegment> segments, Map<Long, byte[]> live, long chargedBytes) {
    static final Stored NOTHING = new Stored(Map.of(), Map.of(), 0);
  }

  FsSnapshots(MemoryBudget.Account memory, Log log, NativeRestore restore) {
    this.log = log;
    this.memory = memory;
    this.restore = restore;
  }

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
    FsFrozenStore image = (FsFrozenStore) frozen;
    image.hold();
    try {
      // From now on these bytes are never changed in place, whoever ends the image.
      log.keep(image.freezePoint());
      return writeHeld(checkpointId, image, files);
    } finally {
      image.release();
    }
  }

  private byte[] writeHeld(long checkpointId, FsFrozenStore image, NativeFiles files) {
    long reservedBytes = image.takeReservedBytes();
    if (reservedBytes == 0) {
      throw new StateIoException(
          "no memory for a snapshot: used by the store=%d bytes, available=%d bytes; raise memoryBudgetBytes"
              .formatted(memory.usedBytes(), memory.availableBytes()));
    }
    long keptBytes = 0;
    try (SnapshotFileWriter writer = new SnapshotFileWriter(files)) {
      Stored base = completed();
      Increment increment = new Increment(image, LiveUnits.of(image), base, writer);
      Map<Long, StoredSegment> segments = increment.write();
      writer.finish();
      Set<String> older = Manifest.files(base.segments().values());
      older.retainAll(Manifest.files(segments.values()));
      older.forEach(files::reuse);
      byte[] manifest =
          new Manifest(image.numberedTables(), new ArrayList<>(segments.values())).toBytes();
      keptBytes = begin(checkpointId, segments, increment.liveLists());
      return manifest;
    } finally {
      memory.release(reservedBytes - keptBytes);
    }
  }

  private synchronized Stored completed() {
    return completed;
  }

  private synchronized long begin(
      long checkpointId, Map<Long, StoredSegment> segments, Map<Long, byte[]> live) {
    long bytes = 0;
    for (byte[] list : live.values()) {
      bytes += list.length;
    }
    pending.put(checkpointId, new Stored(segments, live, bytes));
    return bytes;
  }

  @Override
  public synchronized void settled(long checkpointId, boolean isCompleted) {
    Stored stored = pending.remove(checkpointId);
    if (stored == null) {
      return;
    }
    if (isCompleted) {
      memory.release(completed.chargedBytes());
      completed = stored;
    } else {
      memory.release(stored.chargedBytes());
    }
  }

  @Override
  public synchronized void forgetFiles() {
    memory.release(completed.chargedBytes());
    completed = Stored.NOTHING;
  }

  @Override
  public Set<String> restore(List<Snapshot> snapshots) {
    Stored restored = restore.restore(snapshots);
    synchronized (this) {
      completed = restored;
    }
    return restore.tableNames();
  }

  @Override
  public void drop(String table) {
    restore.drop(table);
  }

  /** Writes what one snapshot holds and an earlier one does not. */
  private static final class Increment {
    private final FsFrozenStore image;
    private final LiveUnits live;
    private final Stored base;
    private final SnapshotFileWriter writer;
    private final Set<String> abandoned;
    private final FrozenBytes source = new FrozenBytes();
    private final UnitList units = new UnitList();
    private final Map<Long, byte[]> liveLists = new HashMap<>();

    Increment(FsFrozenStore image, LiveUnits live, Stored base, SnapshotFileWriter writer) {
      this.image = image;
      this.live = live;
      this.base = base;
      this.writer = writer;
      this.abandoned = abandonedFiles();
    }

    /** Returns the live records of each segment. */
    Map<Long, byte[]> liveLists() {
      return liveLists;
    }

    /**
     * Chooses files to do without: those of which less than half is still needed, and the smallest
     * if there are too many.
     */
    private Set<String> abandonedFiles() {
      Map<String, Long> stored = new HashMap<>();
      Map<String, Long> needed = new HashMap<>();
      Set<Long> present = new HashSet<>();
      for (Segment segment : image.segments()) {
        if (segment != null && live.of(segment) != null) {
          present.add(segment.id);
        }
      }
      base.segments()
          .forEach(
              (id, segment) -> {
                for (StoredSegment.Place place : segment.places()) {
                  stored.merge(place.file(), (long) place.length(), Long::sum);
                  if (present.contains(id)) {
                    needed.merge(place.file(), (long) place.length(), Long::sum);
                  }
                }
              });
      Set<String> chosen = new HashSet<>();
      needed.forEach(
          (file, bytes) -> {
            if (2 * bytes < stored.getOrDefault(file, 0L)) {
              chosen.add(file);
            }
          });
      if (needed.size() - chosen.size() > FILE_COUNT_MAX) {
        needed.entrySet().stream()
            .filter(entry -> !chosen.contains(entry.getKey()))
            .sorted(Map.Entry.comparingByValue())
            .limit(FILE_COUNT_MAX / 2)
            .map(Map.Entry::getKey)
            .toList()
            .forEach(chosen::add);
      }
      return chosen;
    }

    Map<Long, StoredSegment> write() {
      Map<Long, StoredSegment> segments = new LinkedHashMap<>();
      for (Segment segment : image.segments()) {
        if (segment != null && !segments.containsKey(segment.id)) {
          long[] bits = live.of(segment);
          if (bits != null) {
            segments.put(segment.id, write(segment, bits));
            liveLists.put(segment.id, listOf(segment, bits));
          }
        }
      }
      return segments;
    }

    private byte[] listOf(Segment segment, long[] bits) {
      units.begin(image.sizeOf(segment) / RecordLayout.UNIT_BYTES);
      units.addAll(bits, new long[0]);
      return units.bytes().toByteArray();
    }

    private StoredSegment write(Segment segment, long[] bits) {
      StoredSegment stored = base.segments().getOrDefault(segment.id, StoredSegment.NOTHING);
      if (stored.ranges().stream().anyMatch(range -> abandoned.contains(range.place().file()))) {
        stored = StoredSegment.NOTHING;
      }
      boolean isFull =
          stored.liveness().stream().anyMatch(part -> abandoned.contains(part.place().file()));
      int end = image.sizeOf(segment);
      units.begin(end / RecordLayout.UNIT_BYTES);
      if (isFull) {
        units.addAll(bits, new long[0]);
      } else if (!stored.ranges().isEmpty()) {
        units.addAll(liveBefore(segment, end), bits);
      }
      if (end > stored.size()) {
        stored = stored.withRange(writeRange(segment, stored.size(), end, isFull ? null : bits));
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
    private long[] liveBefore(Segment segment, int end) {
      BinaryInput list = new BinaryInput(requireNonNull(base.live().get(segment.id)));
      long[] bits = LiveUnits.create(end);
      int listEnd = UnitList.readEnd(list, end / RecordLayout.UNIT_BYTES);
      UnitList.read(list, listEnd, bits, true);
      return bits;
    }

    /**
     * Writes bytes of a segment.
     *
     * @param bits if given, the records that are not live are added to the list of units
     */
    private StoredSegment.Range writeRange(
        Segment segment, int from, int end, long @Nullable [] bits) {
      writer.begin();
      int record = from;
      for (int at = from; at < end; ) {
        int length = Math.min(FrozenBytes.PIECE_BYTES, end - at);
        source.read(segment, at, length);
        writer.write(source.bytes(), source.at(), length);
        while (record < at + length) {
          if (bits != null && !LiveUnits.isSet(bits, record / RecordLayout.UNIT_BYTES)) {
            units.add(record / RecordLayout.UNIT_BYTES);
          }
          record +=
              RecordLayout.sizeBytes(Bytes.getLong(source.bytes(), source.at() + record - at));
        }
        at += length;
      }
      return new StoredSegment.Range(writer.end(), end);
    }
  }
}
