// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ImageTest {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;
  private static final TableSpec.OfValues<VoidNamespace, Long> VALUES =
      new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.LONG);
  private static final TableSpec.OfLists<VoidNamespace, Long> LISTS =
      new TableSpec.OfLists<>("lists", VoidNamespace.serializer(), Serializers.LONG);
  private static final TableSpec.OfMaps<VoidNamespace, Long, String> MAPS =
      new TableSpec.OfMaps<>(
          "maps", VoidNamespace.serializer(), Serializers.LONG, Serializers.STRING);

  private final StoreFixture<Long> fixture = new StoreFixture<>(Serializers.LONG);
  private final ValueTable<Long, VoidNamespace, Long> values = fixture.store.valueTable(VALUES);
  private final ListTable<Long, VoidNamespace, Long> lists = fixture.store.listTable(LISTS);
  private final MapTable<Long, VoidNamespace, Long, String> maps = fixture.store.mapTable(MAPS);
  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  @AfterEach
  void close() {
    executor.shutdownNow();
    fixture.close();
  }

  private void putValues(int count, long value) {
    for (long key = 0; key < count; key++) {
      values.put(fixture.on(key), NO_NAMESPACE, value);
    }
  }

  @Test
  void freeze_tableGrowsAndShrinks_imageStays() {
    putValues(3_000, 1);
    FrozenStore small = fixture.store.freeze();
    putValues(100_000, 2);
    FrozenStore large = fixture.store.freeze();
    for (long key = 0; key < 100_000; key++) {
      values.clear(fixture.on(key), NO_NAMESPACE);
    }
    FrozenStore empty = fixture.store.freeze();
    putValues(10, 3);
    assertThat(fixture.values(small, VALUES)).hasSize(3_000).containsValue(1L);
    large.close();
    putValues(5_000, 4);
    assertThat(fixture.values(small, VALUES)).hasSize(3_000).doesNotContainValue(2L);
    assertThat(fixture.values(empty, VALUES)).isEmpty();
    assertThat(fixture.values(fixture.store.freeze(), VALUES)).hasSize(5_000).containsValue(4L);
  }

  @Test
  void put_afterImagesWereClosed_changesInPlace() {
    putValues(1, 1);
    FrozenStore first = fixture.store.freeze();
    FrozenStore second = fixture.store.freeze();
    EntryCursor cursor = second.entries("values", fixture.on(0L).keyGroup());
    assertThat(cursor.next()).isTrue();
    first.close();
    second.close();
    // The cursor of a closed image still stands on the entry, so a change copies it.
    putValues(1, 2);
    BinaryOutput value = new BinaryOutput();
    cursor.writeValue(value);
    assertThat(new BinaryInput(value.toByteArray()).readLong()).isEqualTo(1);
    assertThatThrownBy(cursor::next)
        .isInstanceOf(StateClosedException.class)
        .hasMessage("the image is closed");
    cursor.close();
    putValues(1, 3);
    assertThat(values.get(fixture.on(0L), NO_NAMESPACE)).isEqualTo(3);
  }

  @Test
  void isExclusive_imagesReleasedInAnyOrder() {
    Images images = new Images();
    long before = images.epoch();
    MemoryFrozenStore first = images.freeze(Map.of());
    long between = images.epoch();
    MemoryFrozenStore second = images.freeze(Map.of());
    long after = images.epoch();
    assertThat(images.isExclusive(between)).isFalse();
    assertThat(images.isExclusive(after)).isTrue();
    second.close();
    second.close();
    assertThat(images.isExclusive(before)).isFalse();
    assertThat(images.isExclusive(between)).isTrue();
    first.close();
    assertThat(images.isExclusive(before)).isTrue();
  }

  @Test
  void entries_imageClosed() {
    FrozenStore image = fixture.store.freeze();
    image.close();
    image.close();
    assertThatThrownBy(() -> image.entries("values", 0)).isInstanceOf(StateClosedException.class);
  }

  @Test
  void entries_unknownTableOrKeyGroup() {
    FrozenStore image = fixture.store.freeze();
    assertThatThrownBy(() -> image.entries("other", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("other")
        .hasMessageContaining("[lists, maps, values]");
    assertThatThrownBy(() -> image.entries("values", StoreFixture.KEY_GROUPS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keyGroup=4")
        .hasMessageContaining("keyGroups=0..3");
  }

  @Test
  void close_storeWithOpenImage() {
    putValues(100, 1);
    FrozenStore image = fixture.store.freeze();
    EntryCursor cursor = image.entries("values", 0);
    fixture.store.close();
    fixture.store.close();
    assertThatThrownBy(cursor::next).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> values.get(fixture.on(1L), NO_NAMESPACE))
        .isInstanceOf(StateClosedException.class)
        .hasMessageContaining("values");
    assertThatThrownBy(() -> putValues(1, 1)).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(fixture.store::freeze).isInstanceOf(StateClosedException.class);
  }

  @Test
  void next_pagesOfLargeListAndMap() {
    String text = "x".repeat(1000);
    for (long i = 0; i < 20_000; i++) {
      lists.add(fixture.on(7L), NO_NAMESPACE, i);
    }
    for (long i = 0; i < 200; i++) {
      maps.put(fixture.on(7L), NO_NAMESPACE, i, text);
    }
    FrozenStore image = fixture.store.freeze();
    int keyGroup = fixture.on(7L).keyGroup();
    for (String table : List.of("lists", "maps")) {
      List<StoreFixture.Entry> pages = StoreFixture.entries(image, table, keyGroup);
      assertThat(pages).hasSizeBetween(3, 4);
      assertThat(pages)
          .allSatisfy(
              page ->
                  assertThat(page.value.position()).isLessThan(EntryCursor.PAGE_SIZE_BYTES * 2));
      int unread = 0;
      try (EntryCursor cursor = image.entries(table, keyGroup)) {
        while (cursor.next()) {
          unread++;
        }
      }
      assertThat(unread).isEqualTo(pages.size());
    }
  }

  @Test
  void entries_readWhileOwnerChangesAll() throws InterruptedException, ExecutionException {
    int keys = 30_000;
    for (long round = 1; round <= 6; round++) {
      long value = round;
      putValues(keys, value);
      for (long i = 0; i < 3_000; i++) {
        lists.add(fixture.on(i % 3), NO_NAMESPACE, value);
        maps.put(fixture.on(i % 3), NO_NAMESPACE, i, "round-" + value);
      }
      FrozenStore image = fixture.store.freeze();
      CountDownLatch reading = new CountDownLatch(2);
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        readers.add(
            executor.submit(
                () -> {
                  reading.countDown();
                  checkImage(image, keys, value);
                }));
      }
      reading.await();
      putValues(2 * keys, -1);
      for (long key = 0; key < 2L * keys; key++) {
        values.clear(fixture.on(key), NO_NAMESPACE);
      }
      for (long i = 0; i < 6_000; i++) {
        lists.add(fixture.on(i % 3), NO_NAMESPACE, -1L);
        maps.put(fixture.on(i % 3), NO_NAMESPACE, i, "changed");
      }
      for (long i = 0; i < 3; i++) {
        lists.clear(fixture.on(i), NO_NAMESPACE);
        maps.clear(fixture.on(i), NO_NAMESPACE);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
      image.close();
    }
  }

  private void checkImage(FrozenStore image, int keys, long value) {
    assertThat(fixture.values(image, VALUES)).hasSize(keys);
    assertThat(fixture.values(image, VALUES).values()).containsOnly(value);
    assertThat(fixture.lists(image, LISTS)).hasSize(3);
    fixture
        .lists(image, LISTS)
        .forEach((key, list) -> assertThat(list).hasSize(1_000).containsOnly(value));
    assertThat(fixture.maps(image, MAPS)).hasSize(3);
    fixture
        .maps(image, MAPS)
        .forEach(
            (key, map) ->
                assertThat(map)
                    .hasSize(1_000)
                    .allSatisfy((k, v) -> assertThat(v).isEqualTo("round-" + value)));
  }
}
