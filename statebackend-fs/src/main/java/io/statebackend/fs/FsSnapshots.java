// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.MemoryUse.Part;
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
final class FsSnapshots implements NativeSnapshots, AutoCloseable {
  private static final String FORMAT = "fs-1";

  /** From this many files on, what is needed of the smallest is written anew. */
  private static final int FILE_COUNT_MAX = 24;

  private final Log log;
  private final MemoryBudget.Account memory;
  private final NativeRestore restore;

  private final SpillFiles files;

  /** What the last completed checkpoint holds. Guarded by this. */
  private Stored completed = Stored.NOTHING;

  /** By checkpoint. Guarded by this. */
  private final Map<Long, Stored> pending = new HashMap<>();

  /** Guarded by this. */
  private boolean closed;

  /**
   * What a snapshot holds.
   *
   * @param segments by the number of the segment
   * @param live the live records of each, if there is any segment
   */
  record Stored(Map<Long, StoredSegment> segments, @Nullable LiveLists live) {
    static final Stored NOTHING = new Stored(Map.of(), null);

    /** Lets go of what only the next snapshot needs. */
    void close() {
      if (live != null) {
        live.close();
      }
    }
  }

  FsSnapshots(MemoryBudget.Account memory, Log log, SpillFiles files, NativeRestore restore) {
    this.log = log;
    this.memory = memory;
    this.files = files;
    this.restore = restore;
  }

  /**
   * Returns what one snapshot needs at least, however large the state is: buffers, and lists and
   * bits for one segment before and after. It is reserved for as long as a store is open.
   *
   * @param segmentSizeBytes the largest segment that may have more than one record
   */
  static long reservedBytes(int segmentSizeBytes) {
    long listBytes = segmentSizeBytes / RecordLayout.SIZE_BYTES_MIN;
    return FrozenBytes.sizeBytes(segmentSizeBytes)
        + 2 * LiveUnits.sizeBytes(segmentSizeBytes)
        + 3 * listBytes;
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

  private byte[] writeHeld(long checkpointId, FsFrozenStore image, NativeFiles nativeFiles) {
    int segmentSizeBytes = image.segmentSizeBytes();
    long windowBytes = LiveUnits.sizeBytes(segmentSizeBytes);
    long moreBytes = reserveForOnePass(image, windowBytes);
    LiveLists live = files.createLists();
    boolean isWritten = false;
    try (SnapshotFileWriter writer = new SnapshotFileWriter(nativeFiles)) {
      Stored base = completed();
      Increment increment =
          new Increment(
              image,
              base,
              writer,
              live,
              new FrozenBytes(segmentSizeBytes),
              windowBytes + moreBytes);
      Map<Long, StoredSegment> segments = increment.write();
      writer.finish();
      Set<String> older = Manifest.files(base.segments().values());
      older.retainAll(Manifest.files(segments.values()));
      older.forEach(nativeFiles::reuse);
      byte[] manifest =
          new Manifest(image.numberedTables(), new ArrayList<>(segments.values())).toBytes();
      begin(checkpointId, new Stored(segments, live));
      isWritten = true;
      return manifest;
    } finally {
      memory.release(Part.IMAGES, moreBytes);
      if (!isWritten) {
        live.close();
      }
    }
  }

  /**
   * Takes memory that nobody needs now, so that one pass over the index is enough, or few are.
   *
   * @return how much there is beyond what is reserved
   */
  private long reserveForOnePass(FsFrozenStore image, long reservedBytes) {
    long bytes = -reservedBytes;
    for (int range = 0; range < image.segments().length; range++) {
      bytes += LiveUnits.sizeBytes(image, range);
    }
    bytes = Math.min(bytes, memory.availableBytes() / 2);
    return bytes > 0 && memory.tryReserve(Part.IMAGES, bytes) ? bytes : 0;
  }

  private synchronized Stored completed() {
    return completed;
  }

  private synchronized void begin(long checkpointId, Stored stored) {
    if (closed) {
      throw new StateClosedException("the store is closed: checkpoint=" + checkpointId);
    }
    pending.put(checkpointId, stored);
  }

  @Override
  public synchronized void settled(long checkpointId, boolean isCompleted) {
    Stored stored = pending.remove(checkpointId);
    if (stored == null) {
      return;
    }
    Stored superseded = isCompleted ? completed : stored;
    if (isCompleted) {
      completed = stored;
      forgetBefore(checkpointId);
    }
    superseded.close();
  }

  /** Lets go of earlier checkpoints: what comes later for them says nothing any more. */
  private void forgetBefore(long checkpointId) {
    List<Long> earlier = pending.keySet().stream().filter(id -> id < checkpointId).toList();
    for (long id : earlier) {
      Stored forgotten = pending.remove(id);
      if (forgotten != null) {
        forgotten.close();
      }
    }
  }

  @Override
  public void forgetFiles() {
    Stored forgotten;
    synchronized (this) {
      forgotten = completed;
      completed = Stored.NOTHING;
    }
    forgotten.close();
  }

  @Override
  public Set<String> restore(List<Snapshot> snapshots) {
    LiveLists live = files.createLists();
    boolean isUsed = false;
    try {
      Stored restored = restore.restore(snapshots, live);
      synchronized (this) {
        completed = restored;
      }
      isUsed = restored.live() != null;
    } finally {
      if (!isUsed) {
        live.close();
      }
    }
    return restore.tableNames();
  }

  /** Lets go of what only the next snapshot needs. */
  @Override
  public synchronized void close() {
    closed = true;
    List<Stored> all = new ArrayList<>(pending.values());
    all.add(completed);
    pending.clear();
    completed = Stored.NOTHING;
    Closing.all(all, Stored::close);
  }

  /** Writes what one snapshot holds and an earlier one does not. */
  private static final class Increment {
    private final FsFrozenStore image;
    private final Stored base;
    private final SnapshotFileWriter writer;
    private final LiveLists liveLists;
    private final FrozenBytes source;
    private final long windowBytes;
    private final UnitList units = new UnitList();
    private Set<String> abandoned = Set.of();

    Increment(
        FsFrozenStore image,
        Stored base,
        SnapshotFileWriter writer,
        LiveLists liveLists,
        FrozenBytes source,
        long windowBytes) {
      this.image = image;
      this.base = base;
      this.writer = writer;
      this.liveLists = liveLists;
      this.source = source;
      this.windowBytes = windowBytes;
    }

    /**
     * Chooses files to do without: those of which less than half is still needed, and the smallest
     * if there are too many.
     */
    private Set<String> abandonedFiles(LiveUnits live) {
      Map<String, Long> stored = new HashMap<>();
      Map<String, Long> needed = new HashMap<>();
      Set<Long> present = new HashSet<>();
      for (Segment segment : image.segments()) {
        if (segment != null && live.isLive(segment)) {
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

    /** Writes segment by segment, as many after each pass over the index as there is memory for. */
    Map<Long, StoredSegment> write() {
      Map<Long, StoredSegment> segments = new LinkedHashMap<>();
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
              segments.put(segment.id, write(segment, bits));
              addList(segment, bits);
            }
          }
        }
        from = end;
      }
      return segments;
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

    private void addList(Segment segment, long[] bits) {
      units.begin(image.sizeOf(segment) / RecordLayout.UNIT_BYTES);
      units.addAll(bits, new long[0]);
      liveLists.add(segment.id, units.bytes());
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
      BinaryInput list = requireNonNull(base.live()).read(segment.id);
      long[] bits = LiveUnits.create(LiveUnits.sizeOf(image, segment));
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
        int length = Math.min(source.pieceBytes(), end - at);
        source.read(segment, at, length);
        writer.write(source.bytes(), source.at(), length);
        while (record < at + length) {
          if (bits != null && !LiveUnits.isSet(bits, record / RecordLayout.UNIT_BYTES)) {
            units.add(record / RecordLayout.UNIT_BYTES);
          }
          int sizeBytes =
              RecordLayout.sizeBytes(Bytes.getLong(source.bytes(), source.at() + record - at));
          if (sizeBytes == 0) {
            throw new CorruptStateException(
                "a record of no length: segment=%d, offset=%d, from=%d, end=%d, piece=%d, at=%d"
                    .formatted(segment.id, record, from, end, length, at));
          }
          record += sizeBytes;
        }
        at += length;
      }
      return new StoredSegment.Range(writer.end(), end);
    }
  }
}
