// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does with its directory, its files, its memory and its threads. */
final class FsStateBackendTest {
  private static final int KEY_GROUPS = 4;
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;
  private static final Settings SMALL = new Settings(1 << 20, 16 << 10, 2);

  @TempDir Path directory;
  private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);

  private static KeyedStore<Long> openStore(FsStateBackend backend) {
    KeyGroupRange all = new KeyGroupRange(0, KEY_GROUPS - 1);
    return backend.open(new StoreSpec<>("test", 0, all, KEY_GROUPS, Serializers.LONG));
  }

  private static ValueTable<Long, VoidNamespace, byte[]> table(KeyedStore<Long> store) {
    return store.valueTable(
        new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.BYTES));
  }

  private KeyContext<Long> at(long key) {
    context.set(key);
    return context;
  }

  private static byte[] value(long key) {
    byte[] value = new byte[200];
    Bytes.putLong(value, 100, key);
    return value;
  }

  private void fill(ValueTable<Long, VoidNamespace, byte[]> table, int count) {
    for (long key = 0; key < count; key++) {
      table.put(at(key), NONE, value(key));
    }
  }

  private void check(ValueTable<Long, VoidNamespace, byte[]> table, int count) {
    for (long key = 0; key < count; key++) {
      assertThat(table.get(at(key), NONE)).as("value of key %d", key).isEqualTo(value(key));
    }
  }

  private List<Path> workingFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log-"))
          .sorted()
          .toList();
    }
  }

  private static long openFileCount() throws IOException {
    Path own = Path.of("/proc/self/fd");
    if (!Files.isDirectory(own)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(own)) {
      return files.count();
    }
  }

  private static long writerThreadCount() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("statebackend-fs-writer"))
        .count();
  }

  @Test
  void open_directoryInUse() {
    try (FsStateBackend first = FsStateBackend.builder(directory).open()) {
      assertThatThrownBy(() -> FsStateBackend.builder(directory).open())
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining(directory.getFileName().toString());
      assertThat(first.name()).isEqualTo("fs");
    }
    FsStateBackend.builder(directory).open().close();
  }

  @Test
  void open_leftoversOfACrash_areDeleted() throws IOException {
    FsStateBackend.builder(directory).open().close();
    Path leftover = Files.createDirectories(directory.resolve("store-7"));
    Files.write(leftover.resolve("log-0"), new byte[100]);
    Path foreign = Files.write(directory.resolve("notes.txt"), new byte[1]);
    FsStateBackend.builder(directory).open().close();
    assertThat(leftover).doesNotExist();
    assertThat(foreign).as("a file that is not ours").exists();
  }

  @Test
  void builder_badSettings() {
    FsStateBackend.Builder builder = FsStateBackend.builder(directory);
    assertThatThrownBy(() -> builder.memoryBudgetBytes(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("memoryBudgetBytes=1000");
    assertThatThrownBy(() -> builder.segmentSizeBytes(5000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segmentSizeBytes=5000");
    assertThatThrownBy(() -> builder.spaceAmplification(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spaceAmplification=1");
    builder.memoryBudgetBytes(1 << 20).segmentSizeBytes(1 << 20);
    assertThatThrownBy(builder::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("an eighth of memoryBudgetBytes");
  }

  @Test
  void put_stateTwentyTimesTheBudget_memoryStaysWithinAndDiskIsBounded() throws IOException {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      KeyedStore<Long> store = openStore(backend);
      ValueTable<Long, VoidNamespace, byte[]> table = table(store);
      for (int round = 0; round < 6; round++) {
        for (long i = 0; i < 20_000; i++) {
          long key = i * 7919 % 20_000;
          byte[] value = new byte[1000];
          Bytes.putLong(value, 100, key + round);
          table.put(at(key), NONE, value);
          assertThat(backend.budget().usedBytes()).isLessThanOrEqualTo(SMALL.memoryBudgetBytes());
        }
      }
      long fileBytes = 0;
      for (Path file : workingFiles()) {
        fileBytes += Files.size(file);
      }
      assertThat(fileBytes).as("bytes on disk of 20 MB of live values").isLessThan(48 << 20);
      for (long key = 0; key < 20_000; key += 17) {
        assertThat(Bytes.getLong(table.get(at(key), NONE), 100)).isEqualTo(key + 5);
      }
    }
  }

  @Test
  void close_leavesNothing() throws IOException {
    long filesBefore = openFileCount();
    for (int i = 0; i < 3; i++) {
      FsStateBackend backend = FsStateBackend.open(directory, SMALL);
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      fill(table, 20_000);
      check(table, 20_000);
      assertThat(workingFiles()).isNotEmpty();
      backend.close();
      backend.close();
      assertThat(backend.budget().usedBytes()).as("accounted memory").isZero();
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("_lock", "_statebackend");
    }
    assertThat(openFileCount()).as("open files").isLessThanOrEqualTo(filesBefore);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("statebackend-fs-writer")) {
        join(thread);
      }
    }
    assertThat(writerThreadCount()).isZero();
  }

  private static void join(Thread thread) {
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void get_workingFileDamaged() throws IOException {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      fill(table, 20_000);
      Path file = workingFiles().get(0);
      byte[] bytes = Files.readAllBytes(file);
      for (int at = 0; at < bytes.length; at += 4096) {
        bytes[at + 50] ^= 4;
      }
      Files.write(file, bytes);
      assertThatThrownBy(() -> check(table, 20_000))
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("offset=");
    }
  }

  @Test
  void get_workingFileCut() throws IOException {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      fill(table, 20_000);
      Path file = workingFiles().get(0);
      Files.write(file, new byte[1000]);
      assertThatThrownBy(() -> check(table, 20_000))
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void put_workingFileCannotBeWritten_failsWholeAndHeals() throws IOException {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      // A directory in the place of the file makes opening it fail.
      Path obstacle = Files.createDirectory(directory.resolve("store-0").resolve("log-0"));
      int[] stored = {0};
      assertThatThrownBy(
              () -> {
                while (true) {
                  table.put(at(stored[0]), NONE, value(stored[0]));
                  stored[0]++;
                }
              })
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining(obstacle.toString())
          .hasRootCauseInstanceOf(IOException.class);
      check(table, stored[0]);
      assertThat(table.get(at(stored[0]), NONE)).as("what could not be put").isNull();
      assertThatThrownBy(() -> table.put(at(stored[0]), NONE, value(stored[0])))
          .as("trying again before the cause is gone")
          .isInstanceOf(StateIoException.class);
      Files.delete(obstacle);
      fill(table, 20_000);
      check(table, 20_000);
    }
  }

  @Test
  void get_interrupted_goesOnAndStaysInterrupted() {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      fill(table, 20_000);
      Thread.currentThread().interrupt();
      check(table, 3_000);
      assertThat(Thread.interrupted()).isTrue();
      check(table, 20_000);
    }
  }

  @Test
  void put_indexLargerThanTheBudget_saysWhatToDo() {
    try (FsStateBackend backend = FsStateBackend.open(directory, SMALL)) {
      ValueTable<Long, VoidNamespace, byte[]> table = table(openStore(backend));
      long[] key = {0};
      assertThatThrownBy(
              () -> {
                while (true) {
                  table.put(at(key[0]++), NONE, new byte[1]);
                }
              })
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("raise memoryBudgetBytes");
      assertThat(key[0]).as("entries in 1 MiB, at 12 bytes each").isGreaterThan(50_000);
      assertThat(backend.budget().peakBytes()).isLessThanOrEqualTo(SMALL.memoryBudgetBytes());
      for (long k = 0; k < key[0] - 1; k += 97) {
        assertThat(table.get(at(k), NONE)).hasSize(1);
      }
    }
  }

  @Test
  void open_severalStores_shareTheBudget() {
    Settings settings = new Settings(8 << 20, 16 << 10, 2);
    try (FsStateBackend backend = FsStateBackend.open(directory, settings)) {
      ValueTable<Long, VoidNamespace, byte[]> first = table(openStore(backend));
      fill(first, 60_000);
      assertThat(backend.budget().usedBytes())
          .as("what a store takes that is alone")
          .isGreaterThan(settings.memoryBudgetBytes() * 3 / 4);
      ValueTable<Long, VoidNamespace, byte[]> second = table(openStore(backend));
      ValueTable<Long, VoidNamespace, byte[]> third = table(openStore(backend));
      fill(second, 5_000);
      fill(third, 5_000);
      fill(first, 60_000);
      fill(second, 30_000);
      check(first, 60_000);
      check(second, 30_000);
      check(third, 5_000);
      assertThat(backend.budget().peakBytes()).isLessThanOrEqualTo(settings.memoryBudgetBytes());
    }
  }

  @Test
  void open_manySmallStores_takeLittleMemory() {
    int storeCount = 300;
    try (FsStateBackend backend = FsStateBackend.builder(directory).open()) {
      List<ValueTable<Long, VoidNamespace, byte[]>> tables = new ArrayList<>();
      for (int i = 0; i < storeCount; i++) {
        tables.add(table(openStore(backend)));
        fill(tables.get(i), 60);
      }
      assertThat(backend.budget().usedBytes() / storeCount).isLessThan(106 << 10);
      tables.forEach(table -> check(table, 60));
    }
  }

  @Test
  void close_cursorOverSpilledStateInUse() {
    FsStateBackend backend = FsStateBackend.open(directory, SMALL);
    KeyedStore<Long> store = openStore(backend);
    fill(table(store), 20_000);
    try (FrozenStore image = store.freeze();
        EntryCursor cursor = image.entries("values", 0)) {
      assertThat(cursor.next()).isTrue();
      backend.close();
      assertThatThrownBy(cursor::next).isInstanceOf(StateClosedException.class);
    }
  }
}
