// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateIoException;
import io.statebackend.api.VoidNamespace;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Native snapshots hold what an image has, write little, and survive aborts, cleaning and
 * rescaling.
 */
final class FsSnapshotsTest {
  private static final int KEY_GROUPS = 12;
  private static final KeyGroupRange ALL = new KeyGroupRange(0, KEY_GROUPS - 1);
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;

  @TempDir Path directory;
  private final MemoryNativeFiles files = new MemoryNativeFiles();
  private FsStateBackend backend;
  private long nextCheckpoint = 1;

  @BeforeEach
  void open() {
    backend = FsStateBackend.open(directory, new Settings(4 << 20, 32 << 10, 1.5));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  /** A store with a table of each kind. */
  private final class Store {
    final KeyGroupRange range;
    final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    final KeyedStore<Long> store;
    final NativeSnapshots snapshots;
    ValueTable<Long, VoidNamespace, Long> values;
    ListTable<Long, VoidNamespace, String> lists;
    MapTable<Long, VoidNamespace, String, Long> maps;

    Store(KeyGroupRange range) {
      this.range = range;
      store =
          backend.open(new StoreSpec<>("test", range.first(), range, KEY_GROUPS, Serializers.LONG));
      snapshots = store.nativeSnapshots().orElseThrow();
    }

    /** Declares the tables in another order than the one they may have been restored in. */
    Store declare(boolean reversed) {
      if (reversed) {
        maps = store.mapTable(mapSpec());
        lists = store.listTable(listSpec());
      }
      values =
          store.valueTable(
              new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.LONG));
      if (!reversed) {
        lists = store.listTable(listSpec());
        maps = store.mapTable(mapSpec());
      }
      return this;
    }

    private static TableSpec.OfLists<VoidNamespace, String> listSpec() {
      return new TableSpec.OfLists<>("lists", VoidNamespace.serializer(), Serializers.STRING);
    }

    private static TableSpec.OfMaps<VoidNamespace, String, Long> mapSpec() {
      return new TableSpec.OfMaps<>(
          "maps", VoidNamespace.serializer(), Serializers.STRING, Serializers.LONG);
    }

    boolean owns(long key) {
      return range.contains(StableHash.keyGroup(StableHash.ofLong(key), KEY_GROUPS));
    }

    KeyContext<Long> at(long key) {
      context.set(key);
      return context;
    }

    /** Writes a snapshot of the store as it is now. */
    byte[] write(long checkpoint) {
      files.beginSnapshot();
      try (FrozenStore image = store.freeze()) {
        return snapshots.write(checkpoint, image, files);
      }
    }

    byte[] checkpoint() {
      long checkpoint = nextCheckpoint++;
      byte[] manifest = write(checkpoint);
      snapshots.settled(checkpoint, true);
      return manifest;
    }

    void restore(List<byte[]> manifests, List<KeyGroupRange> ranges) {
      List<NativeSnapshots.Snapshot> parts = new ArrayList<>();
      for (int i = 0; i < manifests.size(); i++) {
        if (ranges.get(i).intersects(range)) {
          parts.add(
              new NativeSnapshots.Snapshot(
                  ranges.get(i), new BinaryInput(manifests.get(i)), files));
        }
      }
      snapshots.restore(parts);
    }
  }

  /** What stores are expected to hold. */
  private static final class Model {
    final Map<Long, Long> values = new HashMap<>();
    final Map<Long, List<String>> lists = new HashMap<>();
    final Map<Long, Map<String, Long>> maps = new HashMap<>();

    void change(List<Store> stores, Random random, int count, int keyCount) {
      for (int i = 0; i < count; i++) {
        long key = random.nextInt(keyCount);
        Store store = stores.stream().filter(s -> s.owns(key)).findFirst().orElseThrow();
        long number = random.nextLong();
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> {
            store.values.put(store.at(key), NONE, number);
            values.put(key, number);
          }
          case 3 -> {
            store.values.clear(store.at(key), NONE);
            values.remove(key);
          }
          case 4 -> {
            String text = "e" + number;
            store.lists.add(store.at(key % 50), NONE, text);
            lists.computeIfAbsent(key % 50, absent -> new ArrayList<>()).add(text);
          }
          case 5 -> {
            if (random.nextInt(20) == 0) {
              store.lists.clear(store.at(key % 50), NONE);
              lists.remove(key % 50);
            }
          }
          default -> {
            String userKey = "u" + random.nextInt(300);
            store.maps.put(store.at(key % 40), NONE, userKey, number);
            maps.computeIfAbsent(key % 40, absent -> new HashMap<>()).put(userKey, number);
          }
        }
      }
    }

    void check(List<Store> stores) {
      Model actual = new Model();
      for (Store store : stores) {
        Set<Long> keys = new HashSet<>(values.keySet());
        keys.addAll(lists.keySet());
        keys.addAll(maps.keySet());
        keys.removeIf(key -> !store.owns(key));
        for (long key : keys) {
          Long value = store.values.get(store.at(key), NONE);
          if (value != null) {
            actual.values.put(key, value);
          }
          store
              .lists
              .iterator(store.at(key), NONE)
              .forEachRemaining(
                  e -> actual.lists.computeIfAbsent(key, absent -> new ArrayList<>()).add(e));
          store
              .maps
              .iterator(store.at(key), NONE)
              .forEachRemaining(
                  e ->
                      actual
                          .maps
                          .computeIfAbsent(key, absent -> new HashMap<>())
                          .put(e.getKey(), e.getValue()));
        }
      }
      assertThat(actual.values).isEqualTo(values);
      assertThat(actual.lists).isEqualTo(lists);
      assertThat(actual.maps).isEqualTo(maps);
      assertThat(stores.stream().mapToLong(s -> s.values.entryCount()).sum())
          .as("count of values")
          .isEqualTo(values.size());
    }
  }

  /** As in {@link Model}, keys of lists and maps are taken modulo, so all stores must own them. */
  private static List<Store> only(Store store) {
    return List.of(store);
  }

  private Store restored(byte[] manifest) {
    Store store = new Store(ALL);
    store.restore(List.of(manifest), List.of(ALL));
    return store.declare(true);
  }

  @Test
  void checkpoints_inARow_restoreAndGoOn() {
    Random random = new Random(1);
    Model model = new Model();
    Store store = new Store(ALL).declare(false);
    for (int i = 0; i < 200; i++) {
      model.change(only(store), random, 400, 20_000);
      byte[] manifest = store.checkpoint();
      assertThat(files.current.size()).as("files of checkpoint %d", i).isLessThan(40);
      if (i % 40 == 39) {
        store.store.close();
        store = restored(manifest);
        model.check(only(store));
      }
      files.files.keySet().retainAll(files.current);
    }
    assertThat(backend.budget().peakBytes()).isLessThanOrEqualTo(backend.budget().totalBytes());
  }

  @Test
  void write_tenthChanged_writesLittleMore() {
    Store store = new Store(ALL).declare(false);
    for (long key = 0; key < 50_000; key++) {
      store.values.put(store.at(key), NONE, key);
    }
    store.checkpoint();
    for (long key = 0; key < 50_000; key += 10) {
      store.values.put(store.at(key), NONE, -key);
    }
    long recordBytes = 24;
    store.checkpoint();
    assertThat(files.writtenBytes).isLessThan((long) (1.3 * 5_000 * recordBytes));

    store.checkpoint();
    assertThat(files.writtenBytes).as("nothing was changed").isZero();
  }

  @Test
  void write_afterRestore_refersToRestoredFiles() {
    Store store = new Store(ALL).declare(false);
    for (long key = 0; key < 20_000; key++) {
      store.values.put(store.at(key), NONE, key);
    }
    byte[] manifest = store.checkpoint();
    store.store.close();
    Store restored = restored(manifest);
    restored.values.put(restored.at(7), NONE, -7L);
    byte[] next = restored.checkpoint();
    assertThat(files.writtenBytes).isBetween(24L, 200L);
    restored.store.close();
    Store again = restored(next);
    assertThat(again.values.get(again.at(7), NONE)).isEqualTo(-7);
    assertThat(again.values.get(again.at(8), NONE)).isEqualTo(8);
    assertThat(again.values.entryCount()).isEqualTo(20_000);
  }

  @Test
  void settled_aborted_leavesTheNextOneWhole() {
    Random random = new Random(2);
    Model model = new Model();
    Store store = new Store(ALL).declare(false);
    byte[] manifest = {};
    for (int i = 0; i < 30; i++) {
      model.change(only(store), random, 300, 5_000);
      Set<String> before = new HashSet<>(files.files.keySet());
      byte[] aborted = store.write(nextCheckpoint);
      assertThat(aborted).isNotEmpty();
      store.snapshots.settled(nextCheckpoint++, false);
      files.files.keySet().retainAll(before);
      model.change(only(store), random, 300, 5_000);
      manifest = store.checkpoint();
      files.files.keySet().retainAll(files.current);
    }
    model.check(only(restored(manifest)));
  }

  @Test
  void write_failsAtEveryWrite_leavesTheNextOneWhole() {
    Random random = new Random(3);
    Model model = new Model();
    Store store = new Store(ALL).declare(false);
    model.change(only(store), random, 3_000, 5_000);
    store.checkpoint();
    model.change(only(store), random, 3_000, 5_000);
    int failures = 0;
    byte[] manifest = null;
    while (manifest == null) {
      files.writesLeft = failures;
      try {
        manifest = store.checkpoint();
      } catch (StateIoException e) {
        assertThat(e).hasMessageContaining("injected");
        store.snapshots.settled(nextCheckpoint - 1, false);
        failures++;
      }
    }
    assertThat(failures).as("writes of one snapshot").isGreaterThan(3);
    files.writesLeft = Long.MAX_VALUE;
    model.check(only(restored(manifest)));
  }

  @Test
  void restore_overlappingWritesDoNotShow() {
    Store store = new Store(ALL).declare(false);
    for (long key = 0; key < 5_000; key++) {
      store.values.put(store.at(key), NONE, key);
    }
    FrozenStore image = store.store.freeze();
    for (long key = 0; key < 5_000; key++) {
      if (key % 2 == 0) {
        store.values.put(store.at(key), NONE, -1L);
      } else {
        store.values.clear(store.at(key), NONE);
      }
    }
    byte[] manifest = store.snapshots.write(nextCheckpoint++, image, files);
    image.close();
    Store restored = restored(manifest);
    for (long key = 0; key < 5_000; key++) {
      assertThat(restored.values.get(restored.at(key), NONE)).isEqualTo(key);
    }
  }

  @Test
  void restore_anyParallelismToAnyOther() {
    for (int from = 1; from <= 4; from++) {
      for (int to = 1; to <= 4; to++) {
        rescale(from, to);
      }
    }
  }

  private List<Store> stores(int parallelism) {
    List<Store> stores = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      stores.add(new Store(KeyGroupRange.ofSubtask(KEY_GROUPS, parallelism, i)));
    }
    return stores;
  }

  private void rescale(int from, int to) {
    Map<Long, Long> values = new HashMap<>();
    Random random = new Random(from * 10 + to);
    List<Store> before = stores(from);
    before.forEach(store -> store.declare(store.range.first() % 2 == 0));
    List<byte[]> manifests = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 2_000; i++) {
        long key = random.nextInt(3_000);
        Store store = before.stream().filter(s -> s.owns(key)).findFirst().orElseThrow();
        store.values.put(store.at(key), NONE, (long) i);
        store.lists.set(store.at(key), NONE, List.of("a" + i, "b" + i));
        store.maps.clear(store.at(key), NONE);
        store.maps.put(store.at(key), NONE, "u", (long) i);
        values.put(key, (long) i);
      }
      manifests.clear();
      before.forEach(store -> manifests.add(store.checkpoint()));
    }
    before.forEach(store -> store.store.close());
    List<Store> after = stores(to);
    for (Store store : after) {
      store.restore(manifests, before.stream().map(s -> s.range).toList());
      store.declare(false);
    }
    values.forEach(
        (key, value) -> {
          Store store = after.stream().filter(s -> s.owns(key)).findFirst().orElseThrow();
          assertThat(store.values.get(store.at(key), NONE)).isEqualTo(value);
          List<String> list = new ArrayList<>();
          store.lists.iterator(store.at(key), NONE).forEachRemaining(list::add);
          assertThat(list).containsExactly("a" + value, "b" + value);
          assertThat(store.maps.get(store.at(key), NONE, "u")).isEqualTo(value);
        });
    assertThat(after.stream().mapToLong(s -> s.values.entryCount()).sum()).isEqualTo(values.size());
    after.forEach(store -> store.store.close());
  }

  @Test
  void restore_anyBitFlipped() {
    Random random = new Random(4);
    Model model = new Model();
    Store store = new Store(ALL).declare(false);
    for (int i = 0; i < 3; i++) {
      model.change(only(store), random, 15, 10);
      store.checkpoint();
    }
    byte[] manifest = store.checkpoint();
    long bytesTried = 0;
    for (String name : files.current) {
      byte[] bytes = files.files.get(name);
      for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        Store damaged = new Store(ALL);
        assertThatThrownBy(() -> damaged.restore(List.of(manifest), List.of(ALL)))
            .as("file=%s, bit=%d", name, bit)
            .isInstanceOfSatisfying(
                CorruptStateException.class, e -> assertThat(e.file()).isEqualTo(name));
        damaged.store.close();
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      }
      bytesTried += bytes.length;
    }
    assertThat(bytesTried).isBetween(1_000L, 4_000L);
    Store intact = new Store(ALL);
    intact.restore(List.of(manifest), List.of(ALL));
    model.check(only(intact.declare(false)));
    intact.store.close();
  }

  @Test
  void restore_someKeyGroups_anyBitFlipped_isTheirsOrNoticed() {
    Random random = new Random(5);
    Model model = new Model();
    Store store = new Store(ALL).declare(false);
    for (int i = 0; i < 3; i++) {
      model.change(only(store), random, 60, 30);
      store.checkpoint();
    }
    byte[] manifest = store.checkpoint();
    KeyGroupRange half = new KeyGroupRange(0, KEY_GROUPS / 2);
    long intact = entriesOf(half, manifest);
    int noticed = 0;
    int tried = 0;
    for (String name : files.current) {
      byte[] bytes = files.files.get(name);
      for (int bit = 0; bit < bytes.length * Byte.SIZE; bit += 3) {
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        try {
          assertThat(entriesOf(half, manifest)).as("file=%s, bit=%d", name, bit).isEqualTo(intact);
        } catch (CorruptStateException e) {
          assertThat(e.file()).isEqualTo(name);
          noticed++;
        }
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        tried++;
      }
    }
    assertThat(noticed).as("of %d bits", tried).isBetween(tried / 3, tried - 1);
  }

  private long entriesOf(KeyGroupRange range, byte[] manifest) {
    Store store = new Store(range);
    try {
      store.restore(List.of(manifest), List.of(ALL));
      return store.declare(false).values.entryCount();
    } finally {
      store.store.close();
    }
  }

  @Test
  void restore_someKeyGroups_readsLittleElse() {
    byte[] manifest = checkpointOfSegments();
    long stored = files.files.values().stream().mapToLong(bytes -> bytes.length).sum();
    files.readBytes = 0;
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup += 2) {
      entriesOf(new KeyGroupRange(keyGroup, keyGroup + 1), manifest);
    }
    assertThat(files.readBytes).isBetween(stored, stored * 5 / 4);
  }

  @Test
  void restore_longRecordsAndShort_ofSomeKeyGroupsAndAll() {
    Store store = new Store(ALL);
    ListTable<Long, VoidNamespace, String> lists = store.store.listTable(Store.listSpec());
    Random random = new Random(6);
    Map<Long, String> expected = new HashMap<>();
    for (long key = 0; key < 300; key++) {
      String text = "x".repeat(1 << random.nextInt(17));
      lists.add(store.at(key), NONE, text);
      expected.put(key, text);
    }
    byte[] manifest = store.checkpoint();
    store.store.close();
    for (KeyGroupRange range : List.of(ALL, new KeyGroupRange(0, 4), new KeyGroupRange(5, 11))) {
      Store restored = new Store(range);
      restored.restore(List.of(manifest), List.of(ALL));
      restored.declare(true);
      expected.forEach(
          (key, text) -> {
            if (restored.owns(key)) {
              assertThat(restored.lists.iterator(restored.at(key), NONE))
                  .toIterable()
                  .containsExactly(text);
            }
          });
      restored.store.close();
    }
  }

  @Test
  void restore_damagedManifest() {
    Store store = new Store(ALL).declare(false);
    store.values.put(store.at(1), NONE, 1L);
    byte[] manifest = store.checkpoint();
    for (int length = 0; length < manifest.length; length++) {
      byte[] cut = Arrays.copyOf(manifest, length);
      Store other = new Store(ALL);
      assertThatThrownBy(() -> other.restore(List.of(cut), List.of(ALL)))
          .as("manifest cut to %d bytes", cut.length)
          .isInstanceOf(CorruptStateException.class);
      other.store.close();
    }
  }

  /** Writes a checkpoint of several segments. */
  private byte[] checkpointOfSegments() {
    Store store = new Store(ALL).declare(false);
    for (long key = 0; key < 20_000; key++) {
      store.values.put(store.at(key), NONE, key);
    }
    byte[] manifest = store.checkpoint();
    store.store.close();
    return manifest;
  }

  private static byte[] withCounts(byte[] bytes, UnaryOperator<List<Long>> change) {
    Manifest manifest = Manifest.read(new BinaryInput(bytes));
    List<Manifest.Table> tables =
        manifest.tables().stream()
            .map(
                table ->
                    new Manifest.Table(
                        table.format(), table.isDropped(), change.apply(table.recordCounts())))
            .toList();
    Manifest.Writer changed = new Manifest.Writer();
    manifest.forEach(changed::add);
    return changed.toBytes(tables);
  }

  @Test
  void restore_manifestCountsFewerOrMore_restoresAll() {
    byte[] manifest = checkpointOfSegments();
    List<UnaryOperator<List<Long>>> changes =
        List.of(
            counts -> List.of(),
            counts -> counts.stream().map(count -> 0L).toList(),
            counts -> counts.stream().map(count -> count / 2).toList(),
            counts -> counts.stream().map(count -> count * 2).toList());
    for (UnaryOperator<List<Long>> change : changes) {
      Store store = restored(withCounts(manifest, change));
      for (long key = 0; key < 20_000; key++) {
        assertThat(store.values.get(store.at(key), NONE)).isEqualTo(key);
      }
      store.store.close();
    }
  }

  @Test
  void restore_manifestCountsWhatCannotBe() {
    byte[] manifest = checkpointOfSegments();
    List<UnaryOperator<List<Long>>> changes =
        List.of(
            counts -> counts.subList(1, counts.size()),
            counts -> counts.stream().map(count -> count * 100).toList(),
            counts -> counts.stream().map(count -> -1L).toList());
    for (UnaryOperator<List<Long>> change : changes) {
      byte[] wrong = withCounts(manifest, change);
      Store store = new Store(ALL);
      assertThatThrownBy(() -> store.restore(List.of(wrong), List.of(ALL)))
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("manifest counts");
      store.store.close();
    }
  }

  /** Fails if a thread that reads for a restore does not end. */
  private static void checkNoRestoreThread() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("statebackend-fs-restore")) {
        thread.join(10_000);
        assertThat(thread.isAlive()).as(thread.getName() + " is alive").isFalse();
      }
    }
  }

  @Test
  void restore_doneOrFailed_endsItsThread() throws InterruptedException {
    byte[] manifest = checkpointOfSegments();
    restored(manifest).store.close();
    checkNoRestoreThread();
    byte[] last = files.files.get(List.copyOf(files.current).get(files.current.size() - 1));
    last[last.length - 1] ^= 1;
    Store damaged = new Store(ALL);
    assertThatThrownBy(() -> damaged.restore(List.of(manifest), List.of(ALL)))
        .isInstanceOf(CorruptStateException.class);
    checkNoRestoreThread();
  }

  @Test
  void restore_interruptedWhileReading_endsItsThread() throws InterruptedException {
    byte[] manifest = checkpointOfSegments();
    Thread owner = Thread.currentThread();
    CountDownLatch never = new CountDownLatch(1);
    files.beforeRead =
        () -> {
          owner.interrupt();
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new StateIoException("the storage was interrupted", e);
          }
        };
    Store store = new Store(ALL);
    assertThatThrownBy(() -> store.restore(List.of(manifest), List.of(ALL)))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("interrupted while a snapshot was read");
    assertThat(Thread.interrupted()).as("interrupt status of the owner").isTrue();
    checkNoRestoreThread();
  }
}
