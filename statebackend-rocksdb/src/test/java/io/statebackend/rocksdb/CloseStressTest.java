// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is closed while other threads use it, once or several times: nothing but a {@link
 * StateException} comes of it, and the JVM lives on. So the threads run in a JVM of their own,
 * whose end is looked at: a crash in native code would take this one with it.
 */
@Timeout(600)
final class CloseStressTest {
  private static final String DONE = "survived";

  @TempDir private Path directory;

  @Test
  void close_whileInUse() throws IOException, InterruptedException {
    assertSurvives(40);
  }

  @Test
  @Tag("slow")
  void close_whileInUse_manyRounds() throws IOException, InterruptedException {
    assertSurvives(3_000);
  }

  private void assertSurvives(int rounds) throws IOException, InterruptedException {
    List<String> options = List.of("-Xmx128m", "-XX:ErrorFile=" + directory.resolve("crash.log"));
    String output = OtherJvm.run(OtherJvm.command(Program.class, options, directory, rounds));
    assertThat(output).contains(DONE + " " + rounds + " rounds");
  }

  /** What runs in the other JVM. */
  static final class Program {
    public static void main(String[] arguments) throws InterruptedException {
      Path directory = Path.of(arguments[0]);
      int rounds = Integer.parseInt(arguments[1]);
      AtomicInteger closedSeen = new AtomicInteger();
      for (int number = 0; number < rounds; number++) {
        new Round(directory.resolve("round-" + number), number, closedSeen).run();
      }
      if (closedSeen.get() == 0) {
        throw new IllegalStateException("no thread ever met a closed store");
      }
      System.out.println(DONE + " " + rounds + " rounds");
    }
  }

  /** One backend with two stores: owners, readers of images, a writer of snapshots, closers. */
  private static final class Round {
    private static final int KEY_GROUPS = 4;
    private static final int KEYS = 300;
    private static final int STEPS = 4_000;

    private final RocksDbStateBackend backend;
    private final Random random;
    private final AtomicInteger closedSeen;
    private final AtomicReference<FrozenStore> lastImage = new AtomicReference<>();
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Round(Path directory, int number, AtomicInteger closedSeen) {
      this.backend = TestBackends.open(directory, number % 3 * (64L << 10));
      this.random = new Random(number);
      this.closedSeen = closedSeen;
    }

    void run() throws InterruptedException {
      KeyedStore<Long> first = open(0);
      KeyedStore<Long> second = open(1);
      NativeSnapshots snapshots = first.nativeSnapshots().orElseThrow();
      int order = random.nextInt(4);
      List<Thread> threads = new ArrayList<>();
      threads.add(thread(new Owner(first, lastImage, random.nextLong())));
      threads.add(thread(new Owner(second, new AtomicReference<>(), random.nextLong())));
      threads.add(thread(this::readImages));
      threads.add(thread(() -> writeSnapshots(snapshots)));
      threads.add(thread(() -> close(first, order)));
      threads.add(thread(() -> close(first, order)));
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      second.close();
      backend.close();
      backend.close();
      if (failure.get() != null) {
        throw new AssertionError("round failed", failure.get());
      }
    }

    private KeyedStore<Long> open(int subtask) {
      return backend.open(
          new StoreSpec<>(
              "stress",
              subtask,
              new KeyGroupRange(0, KEY_GROUPS - 1),
              KEY_GROUPS,
              Serializers.LONG));
    }

    private Thread thread(Runnable work) {
      return new Thread(
          () -> {
            try {
              work.run();
            } catch (StateClosedException e) {
              closedSeen.incrementAndGet();
            } catch (StateException e) {
              // A file that was deleted with the store, for one who was about to copy it.
              closedSeen.incrementAndGet();
            } catch (RuntimeException | Error e) {
              failure.compareAndSet(null, e);
            }
          });
    }

    /** Closes an image, a store or all, in any order, some twice. */
    private void close(KeyedStore<Long> store, int order) {
      try {
        underWay.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      FrozenStore image = lastImage.get();
      if (image != null && order % 2 == 0) {
        image.close();
        image.close();
      }
      if (order >= 2) {
        backend.close();
      }
      store.close();
      store.close();
    }

    private void readImages() {
      while (true) {
        FrozenStore image = lastImage.get();
        if (image == null) {
          backend.memoryUse();
          continue;
        }
        for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
          for (String table : List.of("values", "lists", "maps")) {
            try (EntryCursor cursor = image.entries(table, keyGroup)) {
              while (cursor.next()) {
                // Walking is what may crash.
              }
            }
          }
        }
        backend.memoryUse();
      }
    }

    private void writeSnapshots(NativeSnapshots snapshots) {
      for (long checkpoint = 1; ; checkpoint++) {
        FrozenStore image = lastImage.get();
        if (image == null) {
          backend.memoryUse();
          continue;
        }
        snapshots.write(checkpoint, image, new DiscardedFiles());
        snapshots.settled(checkpoint, true);
      }
    }

    /** Works on a store until it is closed, and lets the others begin after a while. */
    private final class Owner implements Runnable {
      private final KeyedStore<Long> store;
      private final AtomicReference<FrozenStore> image;
      private final Random steps;
      private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);

      Owner(KeyedStore<Long> store, AtomicReference<FrozenStore> image, long seed) {
        this.store = store;
        this.image = image;
        this.steps = new Random(seed);
      }

      @Override
      public void run() {
        ValueTable<Long, Integer, Long> values =
            store.valueTable(new TableSpec.OfValues<>("values", Serializers.INT, Serializers.LONG));
        ListTable<Long, Integer, Long> lists =
            store.listTable(new TableSpec.OfLists<>("lists", Serializers.INT, Serializers.LONG));
        MapTable<Long, Integer, Long, String> maps =
            store.mapTable(
                new TableSpec.OfMaps<>(
                    "maps", Serializers.INT, Serializers.LONG, Serializers.STRING));
        int beginAt = steps.nextInt(STEPS);
        for (int step = 0; step < 20 * STEPS; step++) {
          if (step == beginAt) {
            underWay.countDown();
          }
          context.set((long) steps.nextInt(KEYS));
          long number = steps.nextInt(200);
          switch (steps.nextInt(9)) {
            case 0 -> values.put(context, 0, number);
            case 1 -> values.get(context, 0);
            case 2 -> lists.add(context, 0, number);
            case 3 -> lists.iterator(context, 0).forEachRemaining(element -> {});
            case 4, 5 -> maps.put(context, 0, number, "x".repeat((int) number));
            case 6 -> walk(maps.iterator(context, 0));
            case 7 -> maps.isEmpty(context, 0);
            default -> change(values, lists, maps);
          }
        }
      }

      private void walk(Iterator<Map.Entry<Long, String>> entries) {
        for (int i = steps.nextInt(200); i > 0 && entries.hasNext(); i--) {
          entries.next();
        }
      }

      private void change(
          ValueTable<Long, Integer, Long> values,
          ListTable<Long, Integer, Long> lists,
          MapTable<Long, Integer, Long, String> maps) {
        switch (steps.nextInt(30)) {
          case 0 -> values.clear(context, 0);
          case 1 -> lists.clear(context, 0);
          case 2 -> maps.clear(context, 0);
          case 3 -> {
            FrozenStore before = image.getAndSet(store.freeze());
            if (before != null && steps.nextBoolean()) {
              before.close();
            }
          }
          default -> maps.remove(context, 0, 7L);
        }
      }
    }
  }
}
