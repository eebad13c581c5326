// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store equals plain maps after any sequence of operations, without a cache, with one in which
 * entries come and go all the time, and with one that has room for all. A failure names the seed
 * and the option that replays it: {@code -Dstatebackend.seed=7}.
 */
final class StoreModelTest {
  private static final String SEED_PROPERTY = "statebackend.seed";
  private static final int KEY_GROUPS = 4;
  private static final int STEP_COUNT = 20_000;
  private static final int KEY_COUNT = 1_200;
  private static final TableSpec.OfValues<Integer, String> VALUES =
      new TableSpec.OfValues<>("values", Serializers.INT, Serializers.STRING);
  private static final TableSpec.OfValues<Integer, Long> NUMBERS =
      new TableSpec.OfValues<>("numbers", Serializers.INT, Serializers.LONG);
  private static final TableSpec.OfLists<Integer, String> LISTS =
      new TableSpec.OfLists<>("lists", Serializers.INT, Serializers.STRING);
  private static final TableSpec.OfMaps<Integer, Long, String> MAPS =
      new TableSpec.OfMaps<>("maps", Serializers.INT, Serializers.LONG, Serializers.STRING);

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> equalsModel() {
    return sequences(LongStream.rangeClosed(1, 6));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> equalsModel_manySeeds() {
    return sequences(LongStream.rangeClosed(1_000, 1_400));
  }

  private Stream<DynamicTest> sequences(LongStream seeds) {
    Long only = Long.getLong(SEED_PROPERTY);
    return (only == null ? seeds : LongStream.of(only))
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> run(seed)));
  }

  private void run(long seed) {
    long cacheBytes =
        switch ((int) (seed % 3)) {
          case 0 -> 0;
          case 1 -> 20 << 10;
          default -> 8 << 20;
        };
    int step = 0;
    try (RocksDbStateBackend backend =
            TestBackends.open(directory.resolve("seed-" + seed), cacheBytes);
        Run run = new Run(backend, new Random(seed))) {
      try {
        for (; step < STEP_COUNT; step++) {
          run.step();
          assertThat(backend.memoryUse().cacheUsedBytes())
              .as("memory of the cache")
              .isLessThanOrEqualTo(cacheBytes);
        }
        run.checkImage();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "differs from the model: seed=%d, step=%d, cacheBytes=%d; replay with -D%s=%d"
                .formatted(seed, step, cacheBytes, SEED_PROPERTY, seed),
            e);
      }
    }
  }

  /** A key and a namespace. */
  private record Cell(long key, int namespace) {}

  /** All that a store holds. */
  private record Content(
      Map<Cell, String> values,
      Map<Cell, Long> numbers,
      Map<Cell, List<String>> lists,
      Map<Cell, Map<Long, String>> maps) {
    Content() {
      this(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
    }

    Content copy() {
      Content copy = new Content();
      copy.values.putAll(values);
      copy.numbers.putAll(numbers);
      lists.forEach((cell, list) -> copy.lists.put(cell, new ArrayList<>(list)));
      maps.forEach((cell, map) -> copy.maps.put(cell, new HashMap<>(map)));
      return copy;
    }
  }

  /** An image and what it must hold. */
  private record Taken(FrozenStore image, Content content) {}

  /** An iterator that is used a little at a time. */
  private static final class Walk {
    final Iterator<Map.Entry<Long, String>> iterator;
    final Cell cell;
    final Map<Long, String> present;
    final Map<Long, Boolean> seen = new HashMap<>();

    Walk(Iterator<Map.Entry<Long, String>> iterator, Cell cell, Map<Long, String> present) {
      this.iterator = iterator;
      this.cell = cell;
      this.present = present;
    }
  }

  private static final class Run implements AutoCloseable {
    private final Random random;
    private final KeyContext<Long> context = new KeyContext<>(Serializers.LONG, KEY_GROUPS);
    private final KeyedStore<Long> store;
    private final ValueTable<Long, Integer, String> values;
    private final ValueTable<Long, Integer, Long> numbers;
    private final ListTable<Long, Integer, String> lists;
    private final MapTable<Long, Integer, Long, String> maps;
    private final Content model = new Content();
    private final Deque<Taken> images = new ArrayDeque<>();
    private final List<Walk> walks = new ArrayList<>();
    private int stepCount;

    Run(RocksDbStateBackend backend, Random random) {
      this.random = random;
      store =
          backend.open(
              new StoreSpec<>(
                  "model", 0, new KeyGroupRange(0, KEY_GROUPS - 1), KEY_GROUPS, Serializers.LONG));
      values = store.valueTable(VALUES);
      numbers = store.valueTable(NUMBERS);
      lists = store.listTable(LISTS);
      maps = store.mapTable(MAPS);
    }

    private KeyContext<Long> at(Cell cell) {
      context.set(cell.key);
      return context;
    }

    private Cell anyCell() {
      // Few keys get most lists and maps, so that these grow over many pages.
      return new Cell(random.nextInt(KEY_COUNT), random.nextInt(2));
    }

    private Cell fewCell() {
      return new Cell(random.nextInt(12), 0);
    }

    private String text() {
      int length = random.nextInt(100) == 0 ? random.nextInt(6_000) : random.nextInt(60);
      return stepCount + "x".repeat(length);
    }

    void step() {
      stepCount++;
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3 -> putValue(anyCell());
        case 4, 5, 6 -> putNumber(anyCell());
        case 7 -> clearValue(anyCell());
        case 8, 9 -> addToList(random.nextInt(3) == 0 ? anyCell() : fewCell());
        case 10, 11, 12 -> putIntoMap(random.nextInt(3) == 0 ? anyCell() : fewCell());
        case 13 -> removeFromMap(fewCell());
        case 14 -> changeWhole(random.nextInt(4) == 0 ? fewCell() : anyCell());
        case 15 -> checkCell(anyCell());
        case 16 -> checkCell(fewCell());
        case 17 -> walk();
        default -> image();
      }
    }

    private void putValue(Cell cell) {
      String text = text();
      values.put(at(cell), cell.namespace, text);
      model.values.put(cell, text);
    }

    private void putNumber(Cell cell) {
      numbers.put(at(cell), cell.namespace, (long) stepCount);
      model.numbers.put(cell, (long) stepCount);
    }

    private void clearValue(Cell cell) {
      values.clear(at(cell), cell.namespace);
      model.values.remove(cell);
      numbers.clear(at(cell), cell.namespace);
      model.numbers.remove(cell);
    }

    private void addToList(Cell cell) {
      List<String> list = model.lists.computeIfAbsent(cell, absent -> new ArrayList<>());
      if (random.nextInt(3) == 0) {
        List<String> texts = Stream.generate(this::text).limit(1 + random.nextInt(30)).toList();
        lists.addAll(at(cell), cell.namespace, texts);
        list.addAll(texts);
      } else {
        String text = text();
        lists.add(at(cell), cell.namespace, text);
        list.add(text);
      }
    }

    private void putIntoMap(Cell cell) {
      Map<Long, String> map = model.maps.computeIfAbsent(cell, absent -> new HashMap<>());
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        long userKey = random.nextInt(600);
        String text = text();
        maps.put(at(cell), cell.namespace, userKey, text);
        map.put(userKey, text);
      }
    }

    private void removeFromMap(Cell cell) {
      Map<Long, String> map = model.maps.getOrDefault(cell, new HashMap<>());
      for (int i = random.nextInt(60); i > 0; i--) {
        long userKey = random.nextInt(600);
        maps.remove(at(cell), cell.namespace, userKey);
        map.remove(userKey);
        forget(cell, userKey);
      }
      if (map.isEmpty()) {
        model.maps.remove(cell);
      }
    }

    private void forget(Cell cell, long userKey) {
      for (Walk walk : walks) {
        if (walk.cell.equals(cell)) {
          walk.present.remove(userKey);
        }
      }
    }

    private void changeWhole(Cell cell) {
      switch (random.nextInt(4)) {
        case 0 -> {
          lists.clear(at(cell), cell.namespace);
          model.lists.remove(cell);
        }
        case 1 -> {
          List<String> texts = Stream.generate(this::text).limit(1 + random.nextInt(9)).toList();
          lists.set(at(cell), cell.namespace, texts);
          model.lists.put(cell, new ArrayList<>(texts));
        }
        case 2 -> {
          maps.clear(at(cell), cell.namespace);
          model.maps.remove(cell);
          walks.removeIf(walk -> walk.cell.equals(cell));
        }
        default -> {
          Map<Long, String> map = model.maps.getOrDefault(cell, Map.of());
          for (long userKey : new ArrayList<>(map.keySet())) {
            maps.remove(at(cell), cell.namespace, userKey);
            forget(cell, userKey);
          }
          model.maps.remove(cell);
          walks.removeIf(walk -> walk.cell.equals(cell));
        }
      }
    }

    private void checkCell(Cell cell) {
      assertThat(values.get(at(cell), cell.namespace))
          .as("value at %s", cell)
          .isEqualTo(model.values.get(cell));
      assertThat(numbers.get(at(cell), cell.namespace))
          .as("number at %s", cell)
          .isEqualTo(model.numbers.get(cell));
      List<String> list = new ArrayList<>();
      lists.iterator(at(cell), cell.namespace).forEachRemaining(list::add);
      assertThat(list).as("list at %s", cell).isEqualTo(model.lists.getOrDefault(cell, List.of()));
      Map<Long, String> expected = model.maps.getOrDefault(cell, Map.of());
      Map<Long, String> map = new HashMap<>();
      maps.iterator(at(cell), cell.namespace)
          .forEachRemaining(
              entry ->
                  assertThat(map.put(entry.getKey(), entry.getValue()))
                      .as("user key %s comes twice", entry.getKey())
                      .isNull());
      assertThat(map).as("map at %s", cell).isEqualTo(expected);
      assertThat(maps.isEmpty(at(cell), cell.namespace)).isEqualTo(expected.isEmpty());
      for (long userKey = 0; userKey < 600; userKey += 7) {
        assertThat(maps.get(at(cell), cell.namespace, userKey)).isEqualTo(expected.get(userKey));
        assertThat(maps.contains(at(cell), cell.namespace, userKey))
            .isEqualTo(expected.containsKey(userKey));
      }
    }

    /** Goes on with an iterator over a map, or begins one. */
    private void walk() {
      if (walks.isEmpty() || (walks.size() < 3 && random.nextInt(10) == 0)) {
        Cell cell = fewCell();
        walks.add(
            new Walk(
                maps.iterator(at(cell), cell.namespace),
                cell,
                new HashMap<>(model.maps.getOrDefault(cell, Map.of()))));
        return;
      }
      Walk walk = walks.get(random.nextInt(walks.size()));
      for (int i = random.nextInt(80); i > 0; i--) {
        if (!walk.iterator.hasNext()) {
          assertThat(walk.seen.keySet())
              .as("user keys that were there all the while")
              .containsAll(walk.present.keySet());
          walks.remove(walk);
          return;
        }
        long userKey = walk.iterator.next().getKey();
        if (walk.present.containsKey(userKey)) {
          assertThat(walk.seen.put(userKey, true)).as("comes twice: %s", userKey).isNull();
        }
      }
    }

    private void image() {
      if (random.nextInt(60) != 0) {
        return;
      }
      if (images.size() < 2 && random.nextBoolean()) {
        images.add(new Taken(store.freeze(), model.copy()));
      } else if (!images.isEmpty()) {
        Taken taken = random.nextBoolean() ? images.removeFirst() : images.removeLast();
        assertThat(read(taken.image)).as("image").isEqualTo(taken.content);
        taken.image.close();
      }
    }

    void checkImage() {
      while (!images.isEmpty()) {
        Taken taken = images.removeFirst();
        assertThat(read(taken.image)).as("image").isEqualTo(taken.content);
        taken.image.close();
      }
      try (FrozenStore image = store.freeze()) {
        assertThat(read(image)).as("image at the end").isEqualTo(model);
      }
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private static BinaryInput input(BinaryOutput bytes) {
    return new BinaryInput(bytes.toByteArray());
  }

  private interface Reader {
    void read(Cell cell, BinaryInput value);
  }

  private static void read(FrozenStore image, String table, Reader reader) {
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      BinaryOutput out = new BinaryOutput();
      try (EntryCursor cursor = image.entries(table, keyGroup)) {
        while (cursor.next()) {
          out.reset();
          cursor.writeKey(out);
          cursor.writeNamespace(out);
          BinaryInput in = input(out);
          Cell cell = new Cell(Serializers.LONG.deserialize(in), Serializers.INT.deserialize(in));
          out.reset();
          cursor.writeValue(out);
          reader.read(cell, input(out));
        }
      }
    }
  }

  private static <T> void putOnce(Map<Cell, T> map, Cell cell, T value) {
    assertThat(map.put(cell, value)).as("entry that comes twice").isNull();
  }

  private static Content read(FrozenStore image) {
    Content content = new Content();
    TypeSerializer<String> strings = Serializers.STRING;
    read(image, "values", (cell, in) -> putOnce(content.values, cell, strings.deserialize(in)));
    read(
        image,
        "numbers",
        (cell, in) -> putOnce(content.numbers, cell, Serializers.LONG.deserialize(in)));
    read(
        image,
        "lists",
        (cell, in) ->
            content
                .lists
                .computeIfAbsent(cell, absent -> new ArrayList<>())
                .addAll(Field.readAll(strings, in)));
    read(
        image,
        "maps",
        (cell, in) -> {
          Map<Long, String> map = content.maps.computeIfAbsent(cell, absent -> new HashMap<>());
          while (in.remaining() > 0) {
            Long userKey = Field.read(Serializers.LONG, in);
            assertThat(map.put(userKey, Field.read(strings, in))).isNull();
          }
        });
    return content;
  }
}
