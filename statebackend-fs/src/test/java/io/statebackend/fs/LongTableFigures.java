// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.Random;

/**
 * Prints rough figures of a table from Long to Long: operations per second, heap per entry, time of
 * a freeze. A program to run by hand, with the number of keys and a working directory as its
 * arguments.
 */
final class LongTableFigures {
  private static final int MAX_PARALLELISM = 128;
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private final long[] keys;
  private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, MAX_PARALLELISM);
  private final KeyedStore<Long> store;
  private final ValueTable<Long, VoidNamespace, Long> table;

  private LongTableFigures(int keyCount, Path directory) {
    keys = new Random(1).longs(keyCount).toArray();
    store =
        FsStateBackend.builder(directory)
            .memoryBudgetBytes(1L << 30)
            .open()
            .open(
                new StoreSpec<>(
                    "figures",
                    0,
                    new KeyGroupRange(0, MAX_PARALLELISM - 1),
                    MAX_PARALLELISM,
                    Serializers.LONG));
    table =
        store.valueTable(
            new TableSpec.OfValues<>("table", VoidNamespace.serializer(), Serializers.LONG));
  }

  public static void main(String[] args) {
    new LongTableFigures(Integer.parseInt(args[0]), Path.of(args[1])).run();
  }

  private void run() {
    long before = usedBytes();
    print("add", this::put);
    System.out.printf(
        "heapBytesPerEntry=%.1f%n", (usedBytes() - before) / (double) table.entryCount());
    Random random = new Random(2);
    for (int i = keys.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long key = keys[i];
      keys[i] = keys[j];
      keys[j] = key;
    }
    for (int round = 0; round < Math.max(3, 10_000_000 / keys.length); round++) {
      print("get", this::get);
      print("put", this::put);
      print("readModifyWrite", this::readModifyWrite);
    }
    long start = System.nanoTime();
    FrozenStore image = store.freeze();
    System.out.printf("freezeMicros=%d%n", (System.nanoTime() - start) / 1000);
    print("readModifyWrite while frozen", this::readModifyWrite);
    start = System.nanoTime();
    FrozenStore second = store.freeze();
    System.out.printf("secondFreezeMicros=%d%n", (System.nanoTime() - start) / 1000);
    second.close();
    image.close();
    print("readModifyWrite after close", this::readModifyWrite);
    print("remove", this::remove);
    System.out.printf("entryCount=%d%n", table.entryCount());
  }

  private void print(String name, Runnable pass) {
    long start = System.nanoTime();
    pass.run();
    long nanos = System.nanoTime() - start;
    System.out.printf("%s=%d ops/ms%n", name, keys.length * 1_000_000L / nanos);
  }

  private void get() {
    long sum = 0;
    for (long key : keys) {
      context.set(key);
      Long value = table.get(context, NO_NAMESPACE);
      sum += value == null ? 0 : value;
    }
    if (sum == 1) {
      System.out.println("kept alive");
    }
  }

  private void put() {
    Long value = 12345L;
    for (long key : keys) {
      context.set(key);
      table.put(context, NO_NAMESPACE, value);
    }
  }

  private void readModifyWrite() {
    for (long key : keys) {
      context.set(key);
      Long value = table.get(context, NO_NAMESPACE);
      table.put(context, NO_NAMESPACE, value == null ? 1L : value + 1);
    }
  }

  private void remove() {
    for (long key : keys) {
      context.set(key);
      table.clear(context, NO_NAMESPACE);
    }
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
