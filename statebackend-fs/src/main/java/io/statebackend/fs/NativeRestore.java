// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.NativeSnapshots;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty store from native snapshots: reads segment by segment and puts the live records of
 * the store's key groups into the index.
 *
 * <p>If a snapshot has exactly the key groups of the store, its segments are taken over, so that
 * the next snapshot refers to the restored files. From other snapshots, records are copied.
 */
final class NativeRestore {
  /**
   * With more tables than this, most of which were dropped, records are copied, so that numbers
   * become free again.
   */
  private static final int ADOPTED_TABLE_COUNT_MAX = RecordLayout.TABLE_COUNT_MAX / 2;

  /** Stands for the number of a table that was dropped. */
  private static final int NO_NUMBER = -1;

  private static final int READ_AHEAD_BLOCKS = 16;

  /** The cost of looking up a record in a file: about as much as reading this number of bytes. */
  private static final int LOOK_UP_BYTES = 4 << 10;

  private final KeyGroupRange range;
  private final Log log;
  private final TableRegistry tables;
  private final IndexMemory indexMemory;
  private final KeyPart key;
  private final IndexBatch batch;

  NativeRestore(KeyGroupRange range, Log log, TableRegistry tables, IndexMemory indexMemory) {
    this.range = range;
    this.log = log;
    this.tables = tables;
    this.indexMemory = indexMemory;
    this.key = tables.newKeyPart();
    this.batch = new IndexBatch(log);
  }

  /** Returns the names of the tables of the store. */
  Set<String> tableNames() {
    return tables.names();
  }

  /**
   * Restores.
   *
   * @param adopted where segments are noted that are taken over
   * @return whether any are
   */
  boolean restore(List<NativeSnapshots.Snapshot> snapshots, StoredSegments adopted) {
    log.setRestoring(true);
    try {
      return restoreAll(snapshots, adopted);
    } finally {
      log.setRestoring(false);
      log.sealAll();
    }
  }

  private boolean restoreAll(List<NativeSnapshots.Snapshot> snapshots, StoredSegments adopted) {
    boolean isSame = snapshots.size() == 1 && snapshots.get(0).keyGroups().equals(range);
    for (NativeSnapshots.Snapshot snapshot : snapshots) {
      Manifest manifest = Manifest.read(snapshot.manifest());
      try (SegmentReader reader = new SegmentReader(snapshot.files())) {
        boolean adopts = isSame && manifest.tables().size() <= ADOPTED_TABLE_COUNT_MAX;
        int[] tableIds = declare(manifest.tables(), snapshot.keyGroups(), adopts);
        if (adopts) {
          adopt(manifest, reader, tableIds, adopted);
          return true;
        }
        copy(manifest, reader, snapshot.keyGroups(), tableIds);
      }
    }
    return false;
  }

  /**
   * Makes the tables of a snapshot.
   *
   * @param keepsNumbers whether the store, which has no tables yet, gives them the same numbers
   * @return the numbers that the snapshot's tables have here
   */
  private int[] declare(
      List<Manifest.Table> stored, KeyGroupRange keyGroups, boolean keepsNumbers) {
    int[] ids = new int[stored.size()];
    boolean isRoomy =
        log.hasRoomForIndex(
            stored.stream()
                .flatMap(table -> table.recordCounts().stream())
                .mapToLong(Long::longValue)
                .sum());
    for (int i = 0; i < ids.length; i++) {
      TableFormat format = stored.get(i).format();
      if (!stored.get(i).isDropped()) {
        TableRecords records = declare(format);
        List<Long> counts = recordCounts(stored.get(i), keyGroups);
        if (isRoomy) {
          records.expect(counts, keyGroups);
        }
        ids[i] = records.id();
      } else {
        ids[i] = NO_NUMBER;
        if (keepsNumbers) {
          tables.addDropped(format, log, indexMemory);
        }
      }
    }
    return ids;
  }

  private static List<Long> recordCounts(Manifest.Table table, KeyGroupRange keyGroups) {
    List<Long> counts = table.recordCounts();
    int expected = table.format().hasPages() ? 2 * keyGroups.size() : keyGroups.size();
    if (!counts.isEmpty() && counts.size() != expected) {
      throw new CorruptStateException(
          "manifest counts the records of other key groups: table=%s, expected=%d, actual=%d"
              .formatted(table.format().name(), expected, counts.size()));
    }
    return counts;
  }

  private TableRecords declare(TableFormat format) {
    TableRecords present = tables.get(format.name());
    if (present == null) {
      return tables.add(format, log, indexMemory);
    }
    if (!present.format().equals(format)) {
      throw new CorruptStateException(
          "snapshots of one checkpoint disagree on a table: one=%s, other=%s"
              .formatted(present.format(), format));
    }
    return present;
  }

  /**
   * Drops a table: accounts for its records, and empties the index. That passes over the log once,
   * or looks the records up if they are few.
   */
  void drop(String name) {
    TableRecords dropped = tables.get(name);
    if (dropped == null) {
      return;
    }
    if (dropped.recordCount() * LOOK_UP_BYTES < log.usedBytes()) {
      RecordView view = new RecordView(log.segments());
      dropped.forEachAddress(
          address -> {
            view.moveTo(address);
            log.died(view.segment(), view.sizeBytes());
          });
    } else {
      passOver(dropped);
    }
    dropped.clear();
    tables.drop(name);
  }

  private void passOver(TableRecords dropped) {
    RecordView view = new RecordView(log.segments(), READ_AHEAD_BLOCKS);
    long rest = dropped.recordCount();
    Segment previous = Segment.NONE;
    for (Segment segment : log.segments().array()) {
      if (segment != null && segment != previous && rest > 0) {
        rest -= drop(dropped, segment, view);
        previous = segment;
      }
    }
  }

  /** Takes note that the records of a table are dead; returns how many a segment has. */
  private long drop(TableRecords dropped, Segment segment, RecordView view) {
    long count = 0;
    for (int at = Segment.HEADER_BYTES; at < segment.size && !segment.isRetired; ) {
      view.moveTo(segment.address(at));
      long header = view.header();
      int sizeBytes = view.sizeBytes();
      if (tables.tableOf(header) == dropped && tables.recordsOf(header).findAddress(view, key)) {
        log.died(segment, sizeBytes);
        count++;
      }
      at += sizeBytes;
    }
    return count;
  }

  /**
   * A segment that is being taken over.
   *
   * @param stored what is stored of it
   * @param segment where it is in the log
   * @param reading ends when its bytes were read
   */
  private record Adoption(
      StoredSegment stored, Segment segment, Future<SegmentReader.Live> reading) {}

  /**
   * Takes segments over as they are. While one comes into the index, the next one is read, if there
   * is memory for both.
   */
  private void adopt(Manifest manifest, SegmentReader reader, int[] ids, StoredSegments adopted) {
    try (ReadAhead readAhead = new ReadAhead(reader)) {
      Iterator<StoredSegment> stored = manifest.iterator();
      Adoption next = null;
      StoredSegment nextStored = stored.hasNext() ? stored.next() : null;
      while (nextStored != null) {
        Adoption current = next != null ? next : begin(nextStored, readAhead);
        SegmentReader.Live live = ReadAhead.await(current.reading);
        nextStored = stored.hasNext() ? stored.next() : null;
        next = nextStored == null ? null : tryBegin(nextStored, readAhead);
        adopt(current, live, ids);
        adopted.add(current.segment.id, current.stored, live.list());
      }
    }
  }

  private Adoption begin(StoredSegment stored, ReadAhead readAhead) {
    return begin(stored, log.beginAdopted(stored.size()), readAhead);
  }

  private @Nullable Adoption tryBegin(StoredSegment stored, ReadAhead readAhead) {
    Segment segment = log.tryBeginAdopted(stored.size());
    return segment == null ? null : begin(stored, segment, readAhead);
  }

  private static Adoption begin(StoredSegment stored, Segment segment, ReadAhead readAhead) {
    return new Adoption(stored, segment, readAhead.begin(stored, segment.memoryNow()));
  }

  private void adopt(Adoption adoption, SegmentReader.Live live, int[] ids) {
    Segment segment = adoption.segment;
    byte[] bytes = segment.memoryNow();
    for (int at = Segment.HEADER_BYTES; at < adoption.stored.size(); ) {
      int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
      if (LiveUnits.isSet(live.bits(), at / RecordLayout.UNIT_BYTES)) {
        long header = ownHeader(adoption.stored, bytes, at, at, range, ids);
        IndexGroup group = moveKeyTo(adoption.stored, bytes, at, at, header);
        batch.add(group, key.hash(), segment.address(at));
        log.adopted(segment, sizeBytes);
      }
      at += sizeBytes;
    }
    batch.flush();
    log.endAdopted(segment);
  }

  /** Copies the records of the store's key groups. */
  private void copy(Manifest segments, SegmentReader reader, KeyGroupRange keyGroups, int[] ids) {
    for (StoredSegment stored : segments) {
      reader.read(
          stored,
          range,
          (bytes, at, offset) -> {
            long header = ownHeader(stored, bytes, at, offset, keyGroups, ids);
            if (range.contains(RecordLayout.keyGroup(header))) {
              copy(stored, bytes, at, offset, header);
            }
          });
      batch.flush();
    }
  }

  private void copy(StoredSegment stored, byte[] bytes, int at, int offset, long header) {
    int sizeBytes = RecordLayout.sizeBytes(header);
    IndexGroup group = moveKeyTo(stored, bytes, at, offset, header);
    if (!log.fits(sizeBytes)) {
      // Cleaning takes what the index does not have for dead.
      batch.flush();
      log.makeRoom(sizeBytes, tables.tableOf(header).format().name());
    }
    Segment target = log.active();
    int targetAt = log.append(sizeBytes);
    byte[] targetBytes = target.memoryNow();
    System.arraycopy(bytes, at, targetBytes, targetAt, sizeBytes);
    Bytes.putLong(targetBytes, targetAt, header);
    batch.add(group, key.hash(), target.address(targetAt));
  }

  /**
   * Returns the header of a live record, with the number that its table has in this store.
   *
   * @param at where in the bytes it is
   * @param offset where in the segment
   * @param keyGroups the key groups of the snapshot
   * @param ids the numbers that the tables of the snapshot have in this store
   */
  private static long ownHeader(
      StoredSegment stored, byte[] bytes, int at, int offset, KeyGroupRange keyGroups, int[] ids) {
    long header = Bytes.getLong(bytes, at);
    int tableId = RecordLayout.tableId(header);
    if (tableId >= ids.length
        || ids[tableId] == NO_NUMBER
        || !keyGroups.contains(RecordLayout.keyGroup(header))) {
      throw stored.corrupt(offset, "not a record of this snapshot: " + hex(header));
    }
    return RecordLayout.withTable(header, ids[tableId]);
  }

  /** Moves the key part to that of a record, which is checked; returns where the index has it. */
  private IndexGroup moveKeyTo(
      StoredSegment stored, byte[] bytes, int at, int offset, long ownHeader) {
    Records records = tables.recordsOf(ownHeader);
    RecordLayout layout = records.layout();
    if (!layout.isSound(bytes, at)) {
      throw stored.corrupt(offset, "record has lengths beyond its size: " + hex(ownHeader));
    }
    TableFormat format = tables.tableOf(ownHeader).format();
    checkReadable(stored, bytes, at, offset, format, layout);
    layout.moveTo(key, bytes, at);
    return records.group(RecordLayout.keyGroup(ownHeader));
  }

  private static void checkReadable(
      StoredSegment stored,
      byte[] bytes,
      int at,
      int offset,
      TableFormat format,
      RecordLayout layout) {
    boolean isReadable;
    try {
      isReadable = layout.isReadable(format, format.keyParts(), bytes, at);
    } catch (CorruptStateException e) {
      throw stored.corrupt(
          offset, "record is damaged: table=" + format.name() + ", " + e.getMessage());
    }
    if (!isReadable) {
      throw stored.corrupt(offset, "record has lengths beyond its key or value: " + format.name());
    }
  }

  private static String hex(long header) {
    return "header=%016x".formatted(header);
  }
}
