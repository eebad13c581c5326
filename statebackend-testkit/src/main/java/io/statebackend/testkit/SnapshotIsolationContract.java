// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.testkit.TestStore.Cell;
import io.statebackend.testkit.TestStore.Content;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An image stays what it was, whatever the owner does and whoever reads it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class SnapshotIsolationContract extends BackendContract {
  private static final int KEY_COUNT = 200;

  private TestStore store;

  /** Creates the contract, for one test. */
  protected SnapshotIsolationContract() {}

  @BeforeEach
  final void fillStore() {
    store = openStore();
    for (int i = 0; i < KEY_COUNT; i++) {
      write(i, i);
    }
  }

  /** Writes all that is stored under one key, in two namespaces. */
  private void write(int keyIndex, long number) {
    var key = store.at("key-" + keyIndex);
    for (String namespace : List.of("", "n")) {
      store.values().put(key, namespace, longs(number));
      store.lists().set(key, namespace, List.of(longs(number), longs(number, 1)));
      store.maps().clear(key, namespace);
      store.maps().put(key, namespace, "u", longs(number));
      store.maps().put(key, namespace, "w" + number, longs());
    }
  }

  private void removeAll(int keyIndex) {
    var key = store.at("key-" + keyIndex);
    for (String namespace : List.of("", "n")) {
      store.values().clear(key, namespace);
      store.lists().clear(key, namespace);
      store.maps().clear(key, namespace);
    }
  }

  private static List<Long> longs(long... numbers) {
    List<Long> list = new ArrayList<>();
    for (long number : numbers) {
      list.add(number);
    }
    return list;
  }

  private Content expectedAtFirst() {
    Content content = TestStore.emptyContent();
    for (long i = 0; i < KEY_COUNT; i++) {
      for (String namespace : List.of("", "n")) {
        Cell cell = new Cell("key-" + i, namespace);
        content.values().put(cell, longs(i));
        content.lists().put(cell, List.of(longs(i), longs(i, 1)));
        content.maps().put(cell, Map.of("u", longs(i), "w" + i, longs()));
      }
    }
    return content;
  }

  private void assertUnchanged(FrozenStore image, String what) {
    assertThat(TestStore.read(image)).as("image after %s", what).isEqualTo(expectedAtFirst());
  }

  @Test
  final void freeze_holdsWhatWasStored() {
    try (FrozenStore image = store.freeze()) {
      assertUnchanged(image, "nothing was changed");
      assertUnchanged(image, "it was read once");
    }
  }

  @Test
  final void freeze_emptyStore() {
    try (FrozenStore image = openStore().freeze()) {
      assertThat(TestStore.read(image))
          .as("image of an empty store")
          .isEqualTo(TestStore.emptyContent());
    }
  }

  @Test
  final void freeze_ownerOverwrites() {
    try (FrozenStore image = store.freeze()) {
      for (int i = 0; i < KEY_COUNT; i++) {
        write(i, -1);
        write(i, -2);
      }
      assertUnchanged(image, "the owner replaced every value, list and map");
    }
  }

  @Test
  final void freeze_ownerRemoves() {
    try (FrozenStore image = store.freeze()) {
      for (int i = 0; i < KEY_COUNT; i++) {
        removeAll(i);
      }
      assertUnchanged(image, "the owner removed everything");
    }
    assertThat(store.content()).as("what is stored then").isEqualTo(TestStore.emptyContent());
  }

  @Test
  final void freeze_ownerChangesListsAndMapsInPlace() {
    try (FrozenStore image = store.freeze()) {
      for (int i = 0; i < KEY_COUNT; i++) {
        var key = store.at("key-" + i);
        store.lists().add(key, "", longs(9));
        store.lists().addAll(key, "n", List.of(longs(8), longs(9)));
        store.maps().put(key, "", "u", longs(9));
        store.maps().put(key, "", "new", longs(9));
        store.maps().remove(key, "n", "u");
      }
      assertUnchanged(image, "the owner added to lists, and put into and removed from maps");
    }
  }

  @Test
  final void freeze_ownerGrowsTables() {
    try (FrozenStore image = store.freeze()) {
      for (int i = KEY_COUNT; i < 40 * KEY_COUNT; i++) {
        write(i, i);
      }
      assertUnchanged(image, "the owner made the tables 40 times as large");
    }
  }

  @Test
  final void freeze_ownerChangesObjectsItHandedIn() {
    TestStore own = openStore();
    List<Long> value = longs(1);
    List<Long> element = longs(2);
    List<Long> mapValue = longs(3);
    var key = own.at("a");
    own.values().put(key, "", value);
    own.lists().add(key, "", element);
    own.maps().put(key, "", "u", mapValue);
    try (FrozenStore image = own.freeze()) {
      value.add(99L);
      element.add(99L);
      mapValue.add(99L);
      assertHoldsOneEach(TestStore.read(image), "image after the caller changed what it handed in");
    }
    assertHoldsOneEach(own.content(), "store after the caller changed what it handed in");
  }

  @Test
  final void freeze_ownerChangesObjectsItWasHanded() {
    TestStore own = openStore();
    var key = own.at("a");
    own.values().put(key, "", longs(1));
    own.lists().add(key, "", longs(2));
    own.maps().put(key, "", "u", longs(3));
    // Handed out before the image, and again after it: neither object may be the image's.
    List<Long> before = requireNonNull(own.values().get(key, ""));
    try (FrozenStore image = own.freeze()) {
      before.add(99L);
      requireNonNull(own.values().get(key, "")).add(99L);
      own.lists().iterator(key, "").next().add(99L);
      requireNonNull(own.maps().get(key, "", "u")).add(99L);
      own.maps().iterator(key, "").next().getValue().add(99L);
      assertHoldsOneEach(
          TestStore.read(image), "image after the caller changed what it was handed");
    }
    assertHoldsOneEach(own.content(), "store after the caller changed what it was handed");
  }

  private static void assertHoldsOneEach(Content actual, String what) {
    Cell cell = new Cell("a", "");
    Content expected = TestStore.emptyContent();
    expected.values().put(cell, longs(1));
    expected.lists().put(cell, List.of(longs(2)));
    expected.maps().put(cell, Map.of("u", longs(3)));
    assertThat(actual).as(what).isEqualTo(expected);
  }

  @Test
  final void freeze_readByAnotherThreadWhileOwnerWrites()
      throws InterruptedException, ExecutionException, TimeoutException {
    Content expected = expectedAtFirst();
    Random random = new Random(7);
    try (FrozenStore image = store.freeze()) {
      CountDownLatch reading = new CountDownLatch(1);
      CompletableFuture<List<Content>> reader =
          CompletableFuture.supplyAsync(
              () -> {
                List<Content> read = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                  read.add(TestStore.read(image));
                  reading.countDown();
                }
                return read;
              });
      assertThat(reading.await(60, TimeUnit.SECONDS)).as("an image was read once").isTrue();
      for (int i = KEY_COUNT; !reader.isDone() || i < 2 * KEY_COUNT; i++) {
        // The keys grow by a few per step, so that tables are split or rehashed meanwhile.
        write(i % (20 * KEY_COUNT), i);
        removeAll(random.nextInt(KEY_COUNT));
        write(random.nextInt(KEY_COUNT), -i);
      }
      assertThat(reader.get(60, TimeUnit.SECONDS))
          .as("what another thread reads from an image, 20 times, while the owner writes")
          .allMatch(expected::equals);
    }
  }

  @Test
  final void freeze_severalImagesReleasedInAnyOrder() {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int[] order : orders) {
      List<FrozenStore> images = new ArrayList<>();
      List<Content> expected = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        write(i, 1_000L + i);
        removeAll(10 + i);
        images.add(store.freeze());
        expected.add(store.content());
      }
      write(0, 5_000);
      for (int released : order) {
        assertThat(TestStore.read(images.get(released)))
            .as("image %d of 3, released in the order %s", released, Arrays.toString(order))
            .isEqualTo(expected.get(released));
        images.get(released).close();
        write(released, 6_000);
      }
      assertThat(store.content().values().get(new Cell("key-0", "")))
          .as("value that the owner wrote while images were released")
          .isEqualTo(longs(6_000));
    }
  }

  @Test
  final void freeze_twiceWithoutAWriteBetween() {
    FrozenStore first = store.freeze();
    try (FrozenStore second = store.freeze()) {
      first.close();
      write(0, -1);
      assertUnchanged(second, "another image of the same moment was closed, and the owner wrote");
    }
  }

  @Test
  final void freeze_afterAnImageWasReleased() {
    store.freeze().close();
    write(0, 7);
    try (FrozenStore image = store.freeze()) {
      write(0, 8);
      assertThat(TestStore.read(image).values().get(new Cell("key-0", "n")))
          .as("value in an image that was taken after an earlier one was released")
          .isEqualTo(longs(7));
    }
  }

  @Test
  final void entries_severalCursorsAtOnce() {
    try (FrozenStore image = store.freeze();
        EntryCursor first = image.entries("values", 1);
        EntryCursor second = image.entries("values", 1)) {
      assertThat(first.next()).as("the first cursor has an entry").isTrue();
      byte[] key = key(first);
      while (first.next()) {
        assertThat(key(first)).as("a later key").isNotEqualTo(key);
      }
      assertThat(second.next()).as("the second cursor has an entry").isTrue();
      assertThat(key(second)).as("its first key is that of the other cursor").isEqualTo(key);
    }
  }

  private static byte[] key(EntryCursor entries) {
    BinaryOutput out = new BinaryOutput();
    entries.writeKey(out);
    entries.writeNamespace(out);
    return out.toByteArray();
  }

  @Test
  final void entries_pagesOfOneListAreInARowAndBounded() {
    TestStore own = openStore();
    for (int i = 0; i < 50_000; i++) {
      own.lists().add(own.at("large-" + i % 2), "", longs(i));
      own.maps().put(own.at("large-" + i % 2), "", "user-key-" + i, longs(i));
    }
    try (FrozenStore image = own.freeze()) {
      for (String table : List.of("lists", "maps")) {
        for (int keyGroup = 0; keyGroup < TestStore.KEY_GROUPS; keyGroup++) {
          assertPagesInARow(image, table, keyGroup);
        }
      }
    }
  }

  private static void assertPagesInARow(FrozenStore image, String table, int keyGroup) {
    List<String> keys = new ArrayList<>();
    BinaryOutput page = new BinaryOutput();
    try (EntryCursor entries = image.entries(table, keyGroup)) {
      while (entries.next()) {
        String key = new String(key(entries), java.nio.charset.StandardCharsets.UTF_8);
        if (keys.isEmpty() || !keys.get(keys.size() - 1).equals(key)) {
          keys.add(key);
        }
        page.reset();
        entries.writeValue(page);
        assertThat(page.position())
            .as("size in bytes of a page of table '%s', whose items have about 20", table)
            .isBetween(1, 2 * EntryCursor.PAGE_SIZE_BYTES);
      }
    }
    assertThat(keys)
        .as("keys of table '%s' in the order of its pages, those of one key in a row", table)
        .doesNotHaveDuplicates();
  }

  @Test
  final void close_whileACursorIsInUse() {
    FrozenStore image = store.freeze();
    int count;
    try (EntryCursor all = image.entries("lists", 2)) {
      count = TestStore.count(all);
    }
    EntryCursor entries = image.entries("lists", 2);
    assertThat(entries.next()).as("the cursor has an entry").isTrue();
    image.close();
    write(3, 9);
    removeAll(4);

    int countAfterClose;
    try {
      countAfterClose = 1 + TestStore.count(entries);
    } catch (StateClosedException e) {
      countAfterClose = count;
    }
    assertThat(countAfterClose)
        .as(
            "entries of a cursor whose image was closed: all, unless a StateClosedException ends"
                + " it")
        .isEqualTo(count);
    entries.close();
    write(0, 1);
    try (FrozenStore next = store.freeze()) {
      assertThat(TestStore.read(next).values().get(new Cell("key-0", "")))
          .as("the store after an image was closed in the middle")
          .isEqualTo(longs(1));
    }
  }

  @Test
  final void close_byAnotherThreadWhileOwnerWrites()
      throws InterruptedException, ExecutionException, TimeoutException {
    for (int round = 0; round < 20; round++) {
      FrozenStore image = store.freeze();
      CompletableFuture<Void> closer = CompletableFuture.runAsync(image::close);
      write(round, 100 + round);
      closer.get(60, TimeUnit.SECONDS);
      assertThat(store.content().values().get(new Cell("key-" + round, "")))
          .as("value written while an image was being closed")
          .isEqualTo(longs(100 + round));
    }
  }
}
