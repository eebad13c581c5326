// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.StorageInput;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Fills an empty store from native snapshots: reads segment by segment and puts the live records of
 * the store's key groups into the index.
 *
 * <p>A snapshot of the very key groups of the store is taken over segment by segment, so that the
 * next snapshot refers to the restored files. From others, records are copied.
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

  private final KeyGroupRange range;
  private final Log log;
  private final TableRegistry tables;
  private final IndexMemory indexMemory;
  private final KeyPart key;
  private final UnitList units = new UnitList();

  /** The files of the snapshot at hand whose beginning was checked. */
  private final Set<String> checkedFiles = new HashSet<>();

  /** The bytes of the segment that is being restored. */
  private byte[] bytes = {};

  NativeRestore(KeyGroupRange range, Log log, TableRegistry tables, IndexMemory indexMemory) {
    this.range = range;
    this.log = log;
    this.tables = tables;
    this.indexMemory = indexMemory;
    this.key = tables.newKeyPart();
  }

  /** Restores; returns what the snapshots hold of the store's segments. */
  FsSnapshots.Stored restore(List<NativeSnapshots.Snapshot> snapshots) {
    boolean isSame = snapshots.size() == 1 && snapshots.get(0).keyGroups().equals(range);
    Map<Long, StoredSegment> segments = new LinkedHashMap<>();
    Map<Long, byte[]> live = new HashMap<>();
    long listBytes = 0;
    for (NativeSnapshots.Snapshot snapshot : snapshots) {
      checkedFiles.clear();
      Manifest manifest = Manifest.read(snapshot.manifest());
      boolean adopts = isSame && manifest.tables().size() <= ADOPTED_TABLE_COUNT_MAX;
      int[] tableIds = declare(manifest.tables(), adopts);
      for (StoredSegment stored : manifest.segments()) {
        long[] bits = read(stored, snapshot.files());
        if (adopts) {
          Segment segment = adopt(stored, bits, snapshot.keyGroups(), tableIds);
          units.begin(stored.size() / RecordLayout.UNIT_BYTES);
          units.addAll(bits, new long[0]);
          byte[] list = units.bytes().toByteArray();
          segments.put(segment.id, stored);
          live.put(segment.id, list);
          log.charge(list.length);
          listBytes += list.length;
        } else {
          copy(stored, bits, snapshot.keyGroups(), tableIds);
        }
      }
    }
    bytes = new byte[0];
    return new FsSnapshots.Stored(segments, live, listBytes);
  }

  /**
   * Makes the tables of a snapshot.
   *
   * @param keepsNumbers whether the store, which has no tables yet, gives them the same numbers
   * @return the numbers that the snapshot's tables have here
   */
  private int[] declare(List<Manifest.Table> stored, boolean keepsNumbers) {
    int[] ids = new int[stored.size()];
    for (int i = 0; i < ids.length; i++) {
      TableFormat format = stored.get(i).format();
      if (!stored.get(i).isDropped()) {
        ids[i] = declare(format).id();
      } else {
        ids[i] = NO_NUMBER;
        if (keepsNumbers) {
          tables.addDropped(format, log, indexMemory);
        }
      }
    }
    return ids;
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
   * Gives up what was restored under a name: passes over the log once to account for the records,
   * and empties the index.
   */
  void drop(String name) {
    TableRecords dropped = tables.drop(name);
    if (dropped == null) {
      return;
    }
    RecordView view = new RecordView(log.segments(), READ_AHEAD_BLOCKS);
    long rest = dropped.recordCount();
    Segment previous = Segment.NONE;
    for (Segment segment : log.segments().array()) {
      if (segment != null && segment != previous && rest > 0) {
        rest -= drop(dropped, segment, view);
        previous = segment;
      }
    }
    dropped.clear();
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

  /** Reads the bytes of a segment; returns which records are live. */
  private long[] read(StoredSegment stored, NativeFiles files) {
    if (bytes.length < stored.size()) {
      bytes = new byte[stored.size()];
    }
    int at = Segment.HEADER_BYTES;
    for (StoredSegment.Range part : stored.ranges()) {
      read(files, part.place(), bytes, at);
      at = part.end();
    }
    long[] live = allRecords(stored);
    for (StoredSegment.Liveness part : stored.liveness()) {
      byte[] list = new byte[part.place().length()];
      read(files, part.place(), list, 0);
      apply(part, list, stored.size(), live);
    }
    return live;
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
      for (int unit = 0; unit < end; unit++) {
        LiveUnits.clear(live, unit);
      }
      UnitList.read(in, end, live, true);
    } catch (CorruptStateException e) {
      throw new CorruptStateException(
          "list of live records is damaged: " + e.getMessage(),
          part.place().file(),
          part.place().position(),
          e);
    }
  }

  private void read(NativeFiles files, StoredSegment.Place place, byte[] target, int at) {
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

  private long[] allRecords(StoredSegment stored) {
    long[] all = LiveUnits.create(stored.size());
    for (int at = Segment.HEADER_BYTES; at < stored.size(); ) {
      LiveUnits.set(all, at / RecordLayout.UNIT_BYTES);
      int sizeBytes = RecordLayout.sizeBytes(Bytes.getLong(bytes, at));
      if (sizeBytes < Long.BYTES || sizeBytes > stored.size() - at) {
        throw corrupt(stored, at, "record ends beyond its segment: size=" + sizeBytes);
      }
      at += sizeBytes;
    }
    return all;
  }

  private static CorruptStateException corrupt(StoredSegment stored, int at, String message) {
    int from = Segment.HEADER_BYTES;
    for (StoredSegment.Range part : stored.ranges()) {
      if (at < part.end()) {
        return new CorruptStateException(
            message, part.place().file(), part.place().position() + at - from);
      }
      from = part.end();
    }
    return new CorruptStateException(message + ", offset=" + at);
  }

  /** Takes a segment over as it is. */
  private Segment adopt(StoredSegment stored, long[] live, KeyGroupRange keyGroups, int[] ids) {
    Segment segment = log.beginAdopted(bytes, stored.size());
    forEachLive(
        stored,
        live,
        keyGroups,
        ids,
        (at, header, records) -> {
          log.giveBackIfShort();
          records.adopt(RecordLayout.keyGroup(header), key, segment.address(at));
          log.adopted(segment, RecordLayout.sizeBytes(header));
        });
    log.endAdopted(segment);
    return segment;
  }

  /** Copies the records of the store's key groups. */
  private void copy(StoredSegment stored, long[] live, KeyGroupRange keyGroups, int[] ids) {
    forEachLive(
        stored,
        live,
        keyGroups,
        ids,
        (at, header, records) -> {
          int keyGroup = RecordLayout.keyGroup(header);
          if (range.contains(keyGroup)) {
            int sizeBytes = RecordLayout.sizeBytes(header);
            if (!log.fits(sizeBytes)) {
              log.makeRoom(sizeBytes);
            }
            Segment target = log.active();
            int offset = log.append(sizeBytes);
            byte[] targetBytes = target.memoryNow();
            System.arraycopy(bytes, at, targetBytes, offset, sizeBytes);
            Bytes.putLong(targetBytes, offset, header);
            records.adopt(keyGroup, key, target.address(offset));
          }
        });
  }

  private interface RecordAction {
    /**
     * Takes a record.
     *
     * @param at where it is in the bytes
     * @param header its header, with the number that the table has in this store
     * @param records what it belongs to
     */
    void take(int at, long header, Records records);
  }

  /**
   * Calls an action for each live record, with the key part moved to it.
   *
   * @param ids the numbers that the tables of the snapshot have in this store
   */
  private void forEachLive(
      StoredSegment stored, long[] live, KeyGroupRange keyGroups, int[] ids, RecordAction action) {
    for (int at = Segment.HEADER_BYTES; at < stored.size(); ) {
      long header = Bytes.getLong(bytes, at);
      if (LiveUnits.isSet(live, at / RecordLayout.UNIT_BYTES)) {
        int tableId = RecordLayout.tableId(header);
        if (tableId >= ids.length
            || ids[tableId] == NO_NUMBER
            || !keyGroups.contains(RecordLayout.keyGroup(header))) {
          throw corrupt(stored, at, "not a record of this snapshot: " + hex(header));
        }
        long ownHeader = RecordLayout.withTable(header, ids[tableId]);
        Records records = tables.recordsOf(ownHeader);
        RecordLayout layout = records.layout();
        if (!layout.isSound(bytes, at)) {
          throw corrupt(stored, at, "record has lengths beyond its size: " + hex(header));
        }
        layout.moveTo(key, bytes, at);
        action.take(at, ownHeader, records);
      }
      at += RecordLayout.sizeBytes(header);
    }
  }

  private static String hex(long header) {
    return "header=%016x".formatted(header);
  }
}
