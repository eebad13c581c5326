// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static io.statebackend.core.snapshot.TestSerializer.LONG;
import static io.statebackend.core.snapshot.TestSerializer.STRING;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateKind;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Snapshots as data: what tests write, read and compare. */
final class Snapshots {
  static final String FILE = "chk-1/snapshot";

  private Snapshots() {}

  /** Where entries belong; in the order of the file. */
  record Place(int keyGroup, int stateIndex) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = Integer.compare(keyGroup, other.keyGroup);
      return order != 0 ? order : Integer.compare(stateIndex, other.stateIndex);
    }
  }

  /** Every kind of state, fixed and variable lengths, namespaces, and several key groups. */
  static SnapshotHeader headerOfAllKinds(Compression compression) {
    FieldMeta int64 = FieldMeta.of(LONG);
    FieldMeta string = FieldMeta.of(STRING);
    FieldMeta none = FieldMeta.VOID;
    return new SnapshotHeader(
        7,
        "word-count",
        1,
        2,
        8,
        new KeyGroupRange(4, 7),
        string,
        compression,
        List.of(
            new StateMeta("value", StateKind.VALUE, none, none, int64),
            new StateMeta("list", StateKind.LIST, int64, none, string),
            new StateMeta("map", StateKind.MAP, string, int64, string),
            new StateMeta("reducing", StateKind.REDUCING, none, none, string),
            new StateMeta("aggregating", StateKind.AGGREGATING, int64, none, int64),
            new StateMeta("split", StateKind.SPLIT_LIST, none, none, string),
            new StateMeta("union", StateKind.UNION_LIST, none, none, int64),
            new StateMeta("broadcast", StateKind.BROADCAST_MAP, none, string, int64)));
  }

  /** Entries for {@link #headerOfAllKinds}. */
  static SortedMap<Place, List<Entry>> entriesOfAllKinds() {
    SortedMap<Place, List<Entry>> entries = new TreeMap<>();
    String noon = Entry.hex(LONG, 43_200_000L);
    String apple = Entry.hex(STRING, "apple");
    String pear = Entry.hex(STRING, "Birne \uD83C\uDF50");
    entries.put(
        new Place(4, 0),
        List.of(
            new Entry(apple, "", Entry.hex(LONG, 3L)), new Entry(pear, "", Entry.hex(LONG, -1L))));
    entries.put(
        new Place(4, 1),
        List.of(
            new Entry(apple, noon, Entry.page(STRING, "a", "", "c")),
            new Entry(apple, noon, Entry.page(STRING, "d"))));
    entries.put(
        new Place(5, 2),
        List.of(new Entry(pear, Entry.hex(STRING, "ns"), Entry.pair(LONG, 1L, STRING, "one"))));
    entries.put(new Place(5, 3), List.of(new Entry(apple, "", Entry.hex(STRING, "x".repeat(200)))));
    entries.put(new Place(7, 4), List.of(new Entry(pear, noon, Entry.hex(LONG, Long.MIN_VALUE))));
    entries.put(
        new Place(SnapshotWriter.OPERATOR_STATE, 5),
        List.of(Entry.ofOperator(Entry.page(STRING, "partition-0", "partition-1"))));
    entries.put(
        new Place(SnapshotWriter.OPERATOR_STATE, 6),
        List.of(Entry.ofOperator(Entry.page(LONG, 1L, 2L))));
    entries.put(
        new Place(SnapshotWriter.OPERATOR_STATE, 7),
        List.of(Entry.ofOperator(Entry.pair(STRING, "rule", LONG, 9L))));
    return entries;
  }

  static byte[] write(SnapshotHeader header, SortedMap<Place, List<Entry>> entries) {
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      try (SnapshotWriter writer = SnapshotWriter.open(storage.create(FILE), header)) {
        for (Map.Entry<Place, List<Entry>> section : entries.entrySet()) {
          Place place = section.getKey();
          writer.write(place.stateIndex, place.keyGroup, Entry.cursor(section.getValue()));
        }
        writer.finish();
      }
      return bytes(storage, FILE);
    }
  }

  static byte[] bytes(MemoryCheckpointStorage storage, String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  static StorageInput input(byte[] bytes) {
    MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
    try (StorageOutput out = storage.create(FILE)) {
      out.write(bytes, 0, bytes.length);
      out.commit();
    }
    return storage.open(FILE);
  }

  static SnapshotReader open(byte[] bytes) {
    return SnapshotReader.open(input(bytes), FILE);
  }

  static SortedMap<Place, List<Entry>> read(byte[] bytes) {
    try (SnapshotReader reader = open(bytes)) {
      reader.verify();
      return read(reader);
    }
  }

  static SortedMap<Place, List<Entry>> read(SnapshotReader reader) {
    SortedMap<Place, List<Entry>> entries = new TreeMap<>();
    SnapshotHeader header = reader.header();
    for (int state = 0; state < header.states().size(); state++) {
      for (int keyGroup = -1; keyGroup < header.maxParallelism(); keyGroup++) {
        List<Entry> found = Entry.drain(reader.entries(state, keyGroup));
        if (!found.isEmpty()) {
          entries.put(new Place(keyGroup, state), found);
        }
      }
    }
    return entries;
  }

  /** A header with one state of longs by longs in one key group. */
  static SnapshotHeader headerOfLongs(Compression compression) {
    return new SnapshotHeader(
        1,
        "op",
        0,
        1,
        1,
        new KeyGroupRange(0, 0),
        FieldMeta.of(LONG),
        compression,
        List.of(
            new StateMeta(
                "count", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, FieldMeta.of(LONG))));
  }

  /** The first entries of a key group of {@link #headerOfLongs}. */
  static SortedMap<Place, List<Entry>> entriesOfLongs(int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(Entry.ofLongs(i, i * 31L));
    }
    return new TreeMap<>(Map.of(new Place(0, 0), entries));
  }

  static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
