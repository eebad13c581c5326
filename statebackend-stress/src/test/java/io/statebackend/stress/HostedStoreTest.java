// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.host.HostFile;
import io.statebackend.core.host.HostFiles;
import io.statebackend.core.host.HostOutput;
import io.statebackend.core.host.HostSnapshot;
import io.statebackend.core.host.HostSnapshots;
import io.statebackend.core.host.HostedStore;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The door for hosts, with a host that keeps files in memory. */
final class HostedStoreTest {
  private static final int MAX_PARALLELISM = 4;
  private static final long KEYS = 2_000;

  @TempDir Path directory;

  /** The files of a host, by handles that are texts. */
  private static class Files implements HostFiles<String> {
    private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
    private final boolean isSharing;

    Files(boolean isSharing) {
      this.isSharing = isSharing;
    }

    @Override
    public HostOutput<String> create(String name) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      return new HostOutput<>() {
        @Override
        public void write(byte[] source, int offset, int length) {
          bytes.write(source, offset, length);
        }

        @Override
        public String commit() {
          String handle = "handle of " + name;
          stored.put(handle, bytes.toByteArray());
          return handle;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String reuse(HostFile<String> file) {
      if (isSharing) {
        return file.handle();
      }
      String copy = "copy of " + file.handle();
      stored.put(copy, stored.get(file.handle()));
      return copy;
    }

    @Override
    public StorageInput open(HostFile<String> file) {
      byte[] bytes = stored.get(file.handle());
      return new StorageInput() {
        @Override
        public long length() {
          return bytes.length;
        }

        @Override
        public void read(long position, byte[] target, int offset, int length) {
          System.arraycopy(bytes, (int) position, target, offset, length);
        }

        @Override
        public void close() {}
      };
    }
  }

  private StateBackend engine(String name) {
    Path own = directory.resolve(name + System.nanoTime());
    return switch (name) {
      case "memory" -> MemoryStateBackend.create();
      case "fs" -> FsStateBackend.builder(own).memoryBudgetBytes(8 << 20).open();
      default -> RocksDbStateBackend.builder(own).memoryBudgetBytes(16 << 20).open();
    };
  }

  private static HostedStore<Long> open(StateBackend engine, int first, int last) {
    return HostedStore.open(
        engine,
        new StoreSpec<>(
            "op", 0, new KeyGroupRange(first, last), MAX_PARALLELISM, Serializers.LONG));
  }

  private static TableSpec.OfValues<VoidNamespace, Long> spec() {
    return new TableSpec.OfValues<>("table", VoidNamespace.serializer(), Serializers.LONG);
  }

  private static void put(
      HostedStore<Long> store, ValueTable<Long, VoidNamespace, Long> table, long from, long to) {
    KeyContext<Long> context = store.newContext();
    for (long key = from; key < to; key++) {
      context.set(key, (int) (key % MAX_PARALLELISM));
      table.put(context, VoidNamespace.INSTANCE, 2 * key);
    }
  }

  private static Map<Long, Long> contents(
      HostedStore<Long> store, ValueTable<Long, VoidNamespace, Long> table) {
    Map<Long, Long> contents = new HashMap<>();
    KeyContext<Long> context = store.newContext();
    for (long key = 0; key < KEYS; key++) {
      int keyGroup = (int) (key % MAX_PARALLELISM);
      if (store.spec().keyGroups().contains(keyGroup)) {
        context.set(key, keyGroup);
        Long value = table.get(context, VoidNamespace.INSTANCE);
        if (value != null) {
          contents.put(key, value);
        }
      }
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "fs", "rocksdb"})
  void walkCountAndRewrite(String name) {
    try (StateBackend engine = engine(name);
        HostedStore<Long> store = open(engine, 0, 3)) {
      ValueTable<Long, VoidNamespace, Long> table = store.valueTable(spec());
      put(store, table, 0, KEYS);
      assertThat(store.entryCount("table", table)).isEqualTo(KEYS);
      long met = 0;
      try (HostedStore.Walk walk = store.walk("table", table)) {
        while (walk.next()) {
          met++;
        }
      }
      assertThat(met).isEqualTo(KEYS);
      ValueTable<Long, VoidNamespace, Long> rewritten =
          store.rewrite(
              "table",
              () -> store.valueTable(spec()),
              (stored, out) -> out.writeLong(stored.readLong() + 1));
      assertThat(contents(store, rewritten)).hasSize((int) KEYS).containsEntry(7L, 15L);
    }
  }

  private HostSnapshot<String> write(
      HostedStore<Long> store, HostSnapshots<String> snapshots, long id, Files files) {
    try (FrozenStore image = store.freeze(FreezePurpose.SNAPSHOT)) {
      return snapshots.write(id, image, files);
    }
  }

  private static String handleOf(List<HostSnapshot<String>> snapshots, String file) {
    return snapshots.stream()
        .flatMap(snapshot -> snapshot.files().stream())
        .filter(f -> f.name().equals(file))
        .map(HostFile::handle)
        .findFirst()
        .orElse(null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fs", "rocksdb"})
  void snapshots_shareFiles_andAreRestoredWithOtherKeyGroups(String name) {
    Files files = new Files(true);
    try (StateBackend engine = engine(name);
        HostedStore<Long> store = open(engine, 0, 3)) {
      ValueTable<Long, VoidNamespace, Long> table = store.valueTable(spec());
      HostSnapshots<String> snapshots = store.nativeSnapshots();
      put(store, table, 0, KEYS / 2);
      HostSnapshot<String> first = write(store, snapshots, 1, files);
      assertThat(first.reusedBytes()).isZero();
      snapshots.settled(1, true);
      put(store, table, KEYS / 2, KEYS);
      HostSnapshot<String> second = write(store, snapshots, 2, files);
      assertThat(second.reusedBytes()).isPositive();
      snapshots.settled(2, false); // nothing of it may be shared

      HostSnapshot<String> copied =
          write(
              store,
              snapshots,
              3,
              new Files(false) {
                @Override
                public String reuse(HostFile<String> file) {
                  files.stored.put("copy", files.stored.get(file.handle()));
                  return "copy";
                }
              });
      if (name.equals("fs")) { // RocksDB may have merged its files meanwhile.
        assertThat(copied.files()).anyMatch(file -> file.handle().equals("copy"));
      }
      snapshots.settled(3, false);

      snapshots.forgetFiles();
      HostSnapshot<String> whole = write(store, snapshots, 4, files);
      assertThat(whole.reusedBytes()).isZero();
      assertThat(whole.files()).noneMatch(file -> first.files().contains(file));

      try (StateBackend other = engine(name);
          HostedStore<Long> half = open(other, 2, 3)) {
        HostSnapshots<String> restoring = half.nativeSnapshots();
        assertThat(
                restoring.restore(
                    List.of(second.manifest()), file -> handleOf(List.of(second), file), files))
            .contains("table");
        assertThat(contents(half, half.valueTable(spec()))).hasSize((int) KEYS / 2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fs", "rocksdb"})
  void restore_damaged(String name) {
    Files files = new Files(true);
    HostSnapshot<String> written;
    try (StateBackend engine = engine(name);
        HostedStore<Long> store = open(engine, 0, 3)) {
      put(store, store.valueTable(spec()), 0, KEYS);
      written = write(store, store.nativeSnapshots(), 1, files);
    }
    for (HostFile<String> file : written.files()) {
      byte[] bytes = files.stored.get(file.handle());
      bytes[bytes.length / 2] ^= 1;
    }
    try (StateBackend engine = engine(name);
        HostedStore<Long> store = open(engine, 0, 3)) {
      HostSnapshots<String> snapshots = store.nativeSnapshots();
      assertThatThrownBy(
              () ->
                  snapshots.restore(
                      List.of(written.manifest()), file -> handleOf(List.of(written), file), files))
          .isInstanceOf(CorruptStateException.class);
    }
  }

  @Test
  void restore_fileMissing_orOfAnotherEngine() {
    Files files = new Files(true);
    HostSnapshot<String> written;
    try (StateBackend engine = engine("fs");
        HostedStore<Long> store = open(engine, 0, 3)) {
      put(store, store.valueTable(spec()), 0, KEYS);
      written = write(store, store.nativeSnapshots(), 1, files);
    }
    try (StateBackend engine = engine("fs");
        HostedStore<Long> store = open(engine, 0, 3)) {
      HostSnapshots<String> snapshots = store.nativeSnapshots();
      assertThatThrownBy(() -> snapshots.restore(List.of(written.manifest()), file -> null, files))
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("missing");
    }
    try (StateBackend engine = engine("rocksdb");
        HostedStore<Long> store = open(engine, 0, 3)) {
      HostSnapshots<String> snapshots = store.nativeSnapshots();
      assertThatThrownBy(() -> snapshots.restore(List.of(written.manifest()), file -> null, files))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("fs-");
    }
  }

  @Test
  void nativeSnapshots_none() {
    try (StateBackend engine = engine("memory");
        HostedStore<Long> store = open(engine, 0, 3)) {
      assertThat(store.<String>nativeSnapshots()).isNull();
    }
  }
}
