// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restored table is dropped: its room is freed, its name is free, and the others stay. */
final class TableDropTest {
  private static final int KEY_GROUPS = 8;
  private static final KeyGroupRange ALL = new KeyGroupRange(0, KEY_GROUPS - 1);
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;

  /** Lists and maps of this many keys have pages; all in all several times the memory. */
  private static final int KEY_COUNT = 3_000;

  private static final int ELEMENT_COUNT = 120;
  private static final int ELEMENT_KEY_COUNT = 500;

  @TempDir Path directory;
  private final MemoryNativeFiles files = new MemoryNativeFiles();
  private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
  private FsStateBackend backend;
  private long nextCheckpoint = 1;

  @BeforeEach
  void open() {
    backend = FsStateBackend.open(directory, new Settings(1 << 20, 32 << 10, 1.5));
  }

  @AfterEach
  void close() {
    assertThat(backend.budget().peakBytes()).isLessThanOrEqualTo(backend.budget().totalBytes());
    backend.close();
  }

  private KeyedStore<Long> newStore(KeyGroupRange range) {
    KeyedStore<Long> store =
        backend.open(new StoreSpec<>("test", range.first(), range, KEY_GROUPS, Serializers.LONG));
    // From now on images are taken so that they can be written natively.
    assertThat(store.nativeSnapshots()).isPresent();
    return store;
  }

  private static NativeSnapshots snapshots(KeyedStore<Long> store) {
    return store.nativeSnapshots().orElseThrow();
  }

  private byte[] checkpoint(KeyedStore<Long> store) {
    files.beginSnapshot();
    try (FrozenStore image = store.freeze()) {
      byte[] manifest = snapshots(store).write(nextCheckpoint, image, files);
      snapshots(store).settled(nextCheckpoint++, true);
      return manifest;
    }
  }

  private KeyedStore<Long> restored(byte[] manifest, KeyGroupRange range) {
    KeyedStore<Long> store = newStore(range);
    snapshots(store)
        .restore(List.of(new NativeSnapshots.Snapshot(ALL, new BinaryInput(manifest), files)));
    return store;
  }

  private byte[] checkpointAndClose(KeyedStore<Long> store) {
    byte[] manifest = checkpoint(store);
    store.close();
    return manifest;
  }

  private KeyContext<Long> at(long key) {
    context.set(key);
    return context;
  }

  private static boolean owns(KeyGroupRange range, long key) {
    return range.contains(StableHash.keyGroup(StableHash.ofLong(key), KEY_GROUPS));
  }

  /** One of three tables, whose values may be of another type each time. */
  private interface Filled {
    void fill();

    void check(KeyGroupRange range);
  }

  private <V> Filled values(KeyedStore<Long> store, TypeSerializer<V> serializer, V value) {
    ValueTable<Long, VoidNamespace, V> table =
        store.valueTable(
            new TableSpec.OfValues<>("values", VoidNamespace.serializer(), serializer));
    return new Filled() {
      @Override
      public void fill() {
        for (long key = 0; key < KEY_COUNT; key++) {
          table.put(at(key), NONE, value);
        }
      }

      @Override
      public void check(KeyGroupRange range) {
        long owned = 0;
        for (long key = 0; key < KEY_COUNT; key++) {
          if (owns(range, key)) {
            assertThat(table.get(at(key), NONE)).as("value of %d", key).isEqualTo(value);
            owned++;
          }
        }
        assertThat(table.entryCount()).isEqualTo(owned);
      }
    };
  }

  private <V> Filled lists(KeyedStore<Long> store, TypeSerializer<V> serializer, V value) {
    ListTable<Long, VoidNamespace, V> table =
        store.listTable(new TableSpec.OfLists<>("lists", VoidNamespace.serializer(), serializer));
    return new Filled() {
      @Override
      public void fill() {
        for (int i = 0; i < ELEMENT_COUNT; i++) {
          for (long key = 0; key < ELEMENT_KEY_COUNT; key++) {
            table.add(at(key), NONE, value);
          }
        }
      }

      @Override
      public void check(KeyGroupRange range) {
        for (long key = 0; key < ELEMENT_KEY_COUNT; key++) {
          if (owns(range, key)) {
            List<V> elements = new ArrayList<>();
            table.iterator(at(key), NONE).forEachRemaining(elements::add);
            assertThat(elements).hasSize(ELEMENT_COUNT).containsOnly(value);
          }
        }
      }
    };
  }

  private <V> Filled maps(KeyedStore<Long> store, TypeSerializer<V> serializer, V value) {
    MapTable<Long, VoidNamespace, Integer, V> table =
        store.mapTable(
            new TableSpec.OfMaps<>(
                "maps", VoidNamespace.serializer(), Serializers.INT, serializer));
    return new Filled() {
      @Override
      public void fill() {
        for (int userKey = 0; userKey < ELEMENT_COUNT; userKey++) {
          for (long key = 0; key < ELEMENT_KEY_COUNT; key++) {
            table.put(at(key), NONE, userKey, value);
          }
        }
      }

      @Override
      public void check(KeyGroupRange range) {
        for (long key = 0; key < ELEMENT_KEY_COUNT; key++) {
          if (owns(range, key)) {
            int count = 0;
            for (var entries = table.iterator(at(key), NONE); entries.hasNext(); count++) {
              Map.Entry<Integer, V> entry = entries.next();
              assertThat(entry.getValue()).isEqualTo(value);
            }
            assertThat(count).isEqualTo(ELEMENT_COUNT);
          }
        }
      }
    };
  }

  private byte[] filledWithLongs() {
    KeyedStore<Long> store = newStore(ALL);
    values(store, Serializers.LONG, 1L).fill();
    lists(store, Serializers.LONG, 2L).fill();
    maps(store, Serializers.LONG, 3L).fill();
    return checkpointAndClose(store);
  }

  private void checkLongs(KeyedStore<Long> store, String except, KeyGroupRange range) {
    if (!except.equals("values")) {
      values(store, Serializers.LONG, 1L).check(range);
    }
    if (!except.equals("lists")) {
      lists(store, Serializers.LONG, 2L).check(range);
    }
    if (!except.equals("maps")) {
      maps(store, Serializers.LONG, 3L).check(range);
    }
  }

  private Filled ofTexts(KeyedStore<Long> store, String name, String text) {
    return switch (name) {
      case "values" -> values(store, Serializers.STRING, text);
      case "lists" -> lists(store, Serializers.STRING, text);
      default -> maps(store, Serializers.STRING, text);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"values", "lists", "maps"})
  void drop_eachKind_beginsAnewAndOthersStay(String name) {
    byte[] manifest = filledWithLongs();
    String text = "";
    for (int round = 0; round < 3; round++) {
      KeyedStore<Long> store = restored(manifest, ALL);
      store.drop(name);
      text = name + round;
      Filled texts = ofTexts(store, name, text);
      texts.fill();
      checkLongs(store, name, ALL);
      texts.check(ALL);
      manifest = checkpointAndClose(store);
    }
    KeyedStore<Long> again = restored(manifest, ALL);
    ofTexts(again, name, text).check(ALL);
    checkLongs(again, name, ALL);
    again.close();
    for (int subtask = 0; subtask < 3; subtask++) {
      KeyGroupRange range = KeyGroupRange.ofSubtask(KEY_GROUPS, 3, subtask);
      KeyedStore<Long> part = restored(manifest, range);
      ofTexts(part, name, text).check(range);
      checkLongs(part, name, range);
      part.close();
    }
  }

  @Test
  void drop_all_nothingIsWrittenAnyMore() {
    KeyedStore<Long> store = restored(filledWithLongs(), ALL);
    List.of("values", "lists", "maps").forEach(store::drop);
    checkpoint(store);
    assertThat(files.current).isEmpty();
  }

  @Test
  void drop_imageTakenBefore_hasTheEntries() {
    KeyedStore<Long> store = restored(filledWithLongs(), ALL);
    try (FrozenStore image = store.freeze()) {
      store.drop("values");
      values(store, Serializers.STRING, "new").fill();
      BinaryOutput value = new BinaryOutput();
      int count = 0;
      for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
        try (EntryCursor entries = image.entries("values", keyGroup)) {
          for (; entries.next(); count++) {
            value.reset();
            entries.writeValue(value);
            assertThat(new BinaryInput(value.toByteArray()).readLong()).isEqualTo(1);
          }
        }
      }
      assertThat(count).isEqualTo(KEY_COUNT);
    }
  }

  @Test
  void drop_unknownName_changesNothing() {
    KeyedStore<Long> store = restored(filledWithLongs(), ALL);
    store.drop("unknown");
    checkLongs(store, "", ALL);
  }

  @Test
  void drop_moreOftenThanThereAreNumbers() {
    KeyedStore<Long> store = newStore(ALL);
    int tableCount = 100;
    for (int dropped = 0; dropped < 2 * RecordLayout.TABLE_COUNT_MAX; dropped += tableCount) {
      for (int i = 0; i < tableCount; i++) {
        store
            .valueTable(
                new TableSpec.OfValues<>("v" + i, VoidNamespace.serializer(), Serializers.LONG))
            .put(at(dropped), NONE, (long) dropped);
      }
      store = restored(checkpointAndClose(store), ALL);
      for (int i = 0; i < tableCount; i++) {
        store.drop("v" + i);
      }
    }
    assertThat(Manifest.read(new BinaryInput(checkpoint(store))).tables().size())
        .isLessThan(RecordLayout.TABLE_COUNT_MAX);
  }
}
