// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.MemoryUse.Part;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a backend says of its memory is what a process takes. Measured in a process of its own, in
 * which nothing else comes and goes: what the heap has more after a full collection than before the
 * backend was opened.
 */
final class MemoryUseTest {
  private static final int KEY_GROUPS = 16;
  private static final int STORES = 4;

  /** Objects that are not counted: stores, tables, buffers, open files. */
  private static final long SMALL_BYTES = 1 << 20;

  @TempDir Path directory;

  @Test
  void memoryUse_isWhatTheHeapHasMore() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryUseTest.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).as("stages").hasLineCount(4);
  }

  /** Compares the figures, stage by stage; prints them. */
  public static void main(String[] arguments) {
    // Classes are loaded, and what they keep is there, before anything is measured.
    new Stages(Path.of(arguments[0], "first")).run(4 << 20, 3_000, false);
    new Stages(Path.of(arguments[0], "second")).run(32 << 20, 60_000, true);
  }

  private static long heapBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  /** A backend that is filled in stages. */
  private static final class Stages {
    private final Path directory;
    private final MemoryNativeFiles files = new MemoryNativeFiles();
    private final List<FrozenStore> images = new ArrayList<>();

    Stages(Path directory) {
      this.directory = directory;
    }

    void run(long budgetBytes, int keyCount, boolean compares) {
      long before = heapBytes();
      try (FsStateBackend backend =
          FsStateBackend.builder(directory).memoryBudgetBytes(budgetBytes).open()) {
        List<Filled> stores = new ArrayList<>();
        for (int i = 0; i < STORES; i++) {
          stores.add(new Filled(backend, KeyGroupRange.ofSubtask(KEY_GROUPS, STORES, i)));
        }
        stores.forEach(store -> store.fill(keyCount / 10));
        compare("a little", backend.memoryUse(), before, compares);
        stores.forEach(store -> store.fill(keyCount));
        compare("much", backend.memoryUse(), before, compares);
        stores.forEach(store -> images.add(store.store.freeze()));
        stores.forEach(store -> store.fill(keyCount / 2));
        compare("with images", backend.memoryUse(), before, compares);
        images.forEach(FrozenStore::close);
        images.clear();
        stores.forEach(store -> store.snapshot(files));
        files.files.clear();
        compare("after snapshots", backend.memoryUse(), before, compares);
      }
    }

    private static void compare(String stage, MemoryUse use, long before, boolean compares) {
      long more = heapBytes() - before;
      if (!compares) {
        return;
      }
      System.out.println("%s: heap=%d more, %s".formatted(stage, more, use.parts()));
      // What is reserved for snapshots is allocated while one is written.
      long held = use.usedBytes() - use.parts().getOrDefault(Part.IMAGES, 0L);
      if (more > use.usedBytes() + SMALL_BYTES || more < held - held / 10 - SMALL_BYTES) {
        throw new AssertionError(
            "heap has other memory than was told: stage=%s, more=%d, told=%s"
                .formatted(stage, more, use));
      }
      if (use.usedBytes() > use.limitBytes()) {
        throw new AssertionError("beyond the budget: " + use);
      }
    }
  }

  /** A store with a table of each kind. */
  private static final class Filled {
    private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    private final KeyGroupRange range;
    private final KeyedStore<Long> store;
    private final ValueTable<Long, VoidNamespace, Long> values;
    private final ListTable<Long, VoidNamespace, String> lists;
    private final MapTable<Long, VoidNamespace, Long, Long> maps;

    Filled(FsStateBackend backend, KeyGroupRange range) {
      this.range = range;
      store =
          backend.open(new StoreSpec<>("test", range.first(), range, KEY_GROUPS, Serializers.LONG));
      values =
          store.valueTable(
              new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.LONG));
      lists =
          store.listTable(
              new TableSpec.OfLists<>("lists", VoidNamespace.serializer(), Serializers.STRING));
      maps =
          store.mapTable(
              new TableSpec.OfMaps<>(
                  "maps", VoidNamespace.serializer(), Serializers.LONG, Serializers.LONG));
    }

    void fill(int keyCount) {
      for (long key = 0; key < keyCount; key++) {
        context.set(key);
        if (range.contains(context.keyGroup())) {
          values.put(context, VoidNamespace.INSTANCE, key);
          if (key % 3 == 0) {
            lists.add(context, VoidNamespace.INSTANCE, "a text of some length, as texts are");
            maps.put(context, VoidNamespace.INSTANCE, key % 100, key);
          }
        }
      }
    }

    void snapshot(MemoryNativeFiles files) {
      NativeSnapshots snapshots = store.nativeSnapshots().orElseThrow();
      files.beginSnapshot();
      try (FrozenStore image = store.freeze()) {
        byte[] unused = snapshots.write(1, image, files);
        snapshots.settled(1, true);
      }
    }
  }
}
