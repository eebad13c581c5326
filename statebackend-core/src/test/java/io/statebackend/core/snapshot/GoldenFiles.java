// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static io.statebackend.core.snapshot.TestSerializer.LONG;
import static io.statebackend.core.snapshot.TestSerializer.STRING;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.snapshot.Snapshots.Place;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files in {@code src/test/resources/format}: what they hold, and how they were written. They
 * are written once per format version and then only read.
 */
final class GoldenFiles {
  static final String SNAPSHOT = "snapshot-v1.bin";
  static final String SNAPSHOT_LZ4 = "snapshot-v1-lz4.bin";
  static final String SNAPSHOT_TTL = "snapshot-v1-ttl.bin";
  static final String METADATA = "checkpoint-metadata-v1.bin";

  private GoldenFiles() {}

  /** Writes the files into a directory. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Files.write(directory.resolve(SNAPSHOT), writeSnapshot());
    Files.write(directory.resolve(SNAPSHOT_LZ4), writeLz4());
    Files.write(directory.resolve(SNAPSHOT_TTL), writeTtl());
    Files.write(directory.resolve(METADATA), CheckpointMetadataTest.example().encode());
  }

  static byte[] read(String name) {
    try (InputStream in = GoldenFiles.class.getResourceAsStream("/format/" + name)) {
      if (in == null) {
        throw new AssertionError("no such resource: " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes every kind of state, and a section of three blocks. */
  static byte[] writeSnapshot() {
    SnapshotHeader header = Snapshots.headerOfAllKinds(Compression.NONE);
    SortedMap<Place, List<Entry>> entries = Snapshots.entriesOfAllKinds();
    byte[] again = Snapshots.write(header, new TreeMap<>(Map.of(new Place(4, 0), repeated())));
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      try (SnapshotWriter writer = SnapshotWriter.open(storage.create(Snapshots.FILE), header);
          SnapshotReader from = Snapshots.open(again)) {
        for (Map.Entry<Place, List<Entry>> section : entries.entrySet()) {
          Place place = section.getKey();
          writer.write(place.stateIndex(), place.keyGroup(), Entry.cursor(section.getValue()));
          if (place.equals(new Place(4, 0))) {
            writer.copy(0, 4, from, 0);
            writer.copy(0, 4, from, 0);
          }
        }
        writer.finish();
      }
      return Snapshots.bytes(storage, Snapshots.FILE);
    }
  }

  static SortedMap<Place, List<Entry>> snapshotEntries() {
    SortedMap<Place, List<Entry>> entries = Snapshots.entriesOfAllKinds();
    List<Entry> section = new ArrayList<>(entries.get(new Place(4, 0)));
    section.addAll(repeated());
    section.addAll(repeated());
    entries.put(new Place(4, 0), section);
    return entries;
  }

  private static List<Entry> repeated() {
    return List.of(new Entry(Entry.hex(STRING, "again"), "", Entry.hex(LONG, 5L)));
  }

  static byte[] writeLz4() {
    return Snapshots.write(lz4Header(), lz4Entries());
  }

  static SnapshotHeader lz4Header() {
    return new SnapshotHeader(
        8,
        "texts",
        0,
        1,
        1,
        new KeyGroupRange(0, 0),
        FieldMeta.of(LONG),
        Compression.LZ4,
        List.of(
            new StateMeta(
                "text", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, FieldMeta.of(STRING))));
  }

  static byte[] writeTtl() {
    return Snapshots.write(ttlHeader(), ttlEntries());
  }

  /** States with a time to live, by both clocks. */
  static SnapshotHeader ttlHeader() {
    FieldMeta timed = new FieldMeta(TypeSchema.parse("timed(int64)"), 16);
    StateTtl ttl = StateTtl.of(Duration.ofHours(1));
    return new SnapshotHeader(
        9,
        "sessions",
        0,
        1,
        1,
        new KeyGroupRange(0, 0),
        FieldMeta.of(LONG),
        Compression.NONE,
        List.of(
            new StateMeta("last", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, timed, ttl),
            new StateMeta(
                "seen",
                StateKind.MAP,
                FieldMeta.VOID,
                FieldMeta.of(LONG),
                timed,
                ttl.inEventTime().refreshedOnRead())),
        new EventTime(1_000, 2_000));
  }

  static SortedMap<Place, List<Entry>> ttlEntries() {
    String timed = Entry.hex(LONG, 1_500L) + Entry.hex(LONG, 7L);
    SortedMap<Place, List<Entry>> entries = new TreeMap<>();
    entries.put(new Place(0, 0), List.of(new Entry(Entry.hex(LONG, 1L), "", timed)));
    entries.put(
        new Place(0, 1), List.of(new Entry(Entry.hex(LONG, 1L), "", Entry.hex(LONG, 3L) + timed)));
    return entries;
  }

  /** Three blocks, of which the last is too small to shrink. */
  static SortedMap<Place, List<Entry>> lz4Entries() {
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < 2; i++) {
      entries.add(new Entry(Entry.hex(LONG, i), "", Entry.hex(STRING, "text".repeat(70_000))));
    }
    entries.add(new Entry(Entry.hex(LONG, 0x123456789abcdefL), "", Entry.hex(STRING, "end")));
    return new TreeMap<>(Map.of(new Place(0, 0), entries));
  }
}
