// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.TestStore.Cell;
import io.statebackend.testkit.TestStore.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What tables may do better than the layer above would: change a value by a function, be walked
 * over and be dropped while they are in use. An engine that leaves these to the layer above passes.
 */
public abstract class TableContract extends BackendContract {
  private TestStore store;

  /** Creates the contract, for one test. */
  protected TableContract() {}

  @BeforeEach
  final void open() {
    store = openStore();
  }

  private static List<Long> longs(Long... longs) {
    return new ArrayList<>(List.of(longs));
  }

  private static List<Long> appended(@Nullable List<Long> current, Long added) {
    List<Long> changed = current == null ? new ArrayList<>() : current;
    changed.add(added);
    return changed;
  }

  @Test
  final void update_putsAndChangesInPlace() {
    store.values().update(store.at("a"), "n", TableContract::appended, 1L);
    store.values().update(store.at("a"), "n", TableContract::appended, 2L);
    store.values().update(store.at("b"), "n", TableContract::appended, 3L);

    assertThat(store.values().get(store.at("a"), "n")).as("value of a").containsExactly(1L, 2L);
    assertThat(store.values().get(store.at("b"), "n")).as("value of b").containsExactly(3L);
    assertThat(store.values().get(store.at("a"), "m")).as("value of another namespace").isNull();
  }

  @Test
  final void update_null_removes() {
    store.values().put(store.at("a"), "n", longs(1L));
    store.values().update(store.at("a"), "n", (current, none) -> null, "");
    store.values().update(store.at("b"), "n", (current, none) -> current, "");

    assertThat(store.content().values()).as("values after null was returned").isEmpty();
  }

  @Test
  final void update_otherObject_staysTheCallers() {
    List<Long> callers = longs(7L);
    store.values().put(store.at("a"), "n", longs(1L));
    store.values().update(store.at("a"), "n", (current, argument) -> argument, callers);
    callers.add(99L);

    assertThat(store.values().get(store.at("a"), "n"))
        .as("value after the object that the function returned was changed")
        .containsExactly(7L);
  }

  @Test
  final void update_functionThrows_valueStays() {
    store.values().put(store.at("a"), "n", longs(1L));

    assertThatThrownBy(
            () ->
                store
                    .values()
                    .update(
                        store.at("a"),
                        "n",
                        (current, none) -> {
                          throw new ArithmeticException("refused");
                        },
                        ""))
        .isInstanceOf(ArithmeticException.class);
    assertThat(store.values().get(store.at("a"), "n")).as("value after that").containsExactly(1L);
  }

  @Test
  final void update_usesAnotherTableMeanwhile() {
    for (long i = 0; i < 2_000; i++) {
      KeyContext<String> key = store.at("k" + i % 50);
      store
          .values()
          .update(
              key,
              "n",
              (current, added) -> {
                store.maps().put(key, "n", "u" + added, longs(added));
                store.lists().add(key, "n", longs(added));
                return appended(current, added);
              },
              i);
    }

    for (long k = 0; k < 50; k++) {
      List<Long> expected = new ArrayList<>();
      for (long i = k; i < 2_000; i += 50) {
        expected.add(i);
      }
      assertThat(store.values().get(store.at("k" + k), "n"))
          .as("value of k%s", k)
          .isEqualTo(expected);
    }
  }

  @Test
  final void update_imagesStayAsTheyWere() {
    for (long i = 0; i < 300; i++) {
      store.values().put(store.at("k" + i), "n", longs(i));
    }
    Content before = store.content();
    try (FrozenStore image = store.store().freeze(FreezePurpose.READ)) {
      for (long i = 0; i < 600; i++) {
        store.values().update(store.at("k" + i % 300), "n", TableContract::appended, -i);
      }
      Content between = store.content();
      try (FrozenStore second = store.store().freeze(FreezePurpose.SNAPSHOT)) {
        store.values().update(store.at("k1"), "n", TableContract::appended, 5L);
        assertThat(TestStore.read(second)).as("image taken between updates").isEqualTo(between);
      }
      store.values().update(store.at("k1"), "n", TableContract::appended, 6L);
      assertThat(TestStore.read(image)).as("image taken before the updates").isEqualTo(before);
    }
    store.values().update(store.at("k1"), "n", TableContract::appended, 7L);
    assertThat(store.values().get(store.at("k1"), "n"))
        .as("value after all updates")
        .containsExactly(1L, -1L, -301L, 5L, 6L, 7L);
  }

  private void fill(int keyCount) {
    for (long i = 0; i < keyCount; i++) {
      KeyContext<String> key = store.at("key-" + i);
      for (String namespace : List.of("n", "m")) {
        store.values().put(key, namespace, longs(i));
        store.lists().addAll(key, namespace, List.of(longs(i), longs(i, i)));
        store.maps().put(key, namespace, "u", longs(i));
      }
    }
    // Of several pages.
    for (long i = 0; i < 20_000; i++) {
      store.lists().add(store.at("large"), "n", longs(i));
      store.maps().put(store.at("large"), "n", "user-key-" + i, longs(i));
    }
  }

  @Test
  final void walk_unchanged_meetsEachEntryOnce() {
    fill(500);
    assertThat(TestStore.read(walking())).as("what the walks met").isEqualTo(store.content());
  }

  /** Reads the tables by walks, as if they were an image; by an image what has no walks. */
  private FrozenStore walking() {
    FrozenStore image = store.freeze();
    Map<String, Table<String, String>> tables =
        Map.of(
            TestStore.TABLES.get(0), store.values(),
            TestStore.TABLES.get(1), store.lists(),
            TestStore.TABLES.get(2), store.maps());
    return (table, keyGroup) -> {
      EntryCursor walk = Objects.requireNonNull(tables.get(table)).walk(keyGroup);
      return walk != null ? walk : image.entries(table, keyGroup);
    };
  }

  @Test
  final void walk_clearsWhatItMeets() {
    fill(500);
    for (int keyGroup = 0; keyGroup < TestStore.KEY_GROUPS; keyGroup++) {
      EntryCursor walk = store.values().walk(keyGroup);
      while (walk != null && walk.next()) {
        Cell cell = TestStore.cell(walk);
        store.values().clear(store.at(cell.key()), cell.namespace());
      }
      if (walk != null) {
        assertThat(TestStore.count(store.freeze().entries(TestStore.TABLES.get(0), keyGroup)))
            .as("values left in key group %s", keyGroup)
            .isZero();
      }
    }
  }

  @Test
  final void namespaces_ofOneKey() {
    fill(500);
    List<String> found = store.maps().namespaces(store.at("key-17"));
    if (found != null) {
      assertThat(found).as("namespaces of key-17").containsExactlyInAnyOrder("n", "m");
      assertThat(store.lists().namespaces(store.at("large"))).containsExactly("n");
      assertThat(store.values().namespaces(store.at("large"))).isEmpty();
    }
  }

  @Test
  final void drop_liveTable_beginsAnewAndOthersStay() {
    fill(100);
    Content before = store.content();
    try (FrozenStore image = store.store().freeze(FreezePurpose.READ)) {
      if (!store.store().drop(TestStore.TABLES.get(0))) {
        return;
      }
      ValueTable<String, String, String> texts =
          store
              .store()
              .valueTable(
                  new TableSpec.OfValues<>(
                      TestStore.TABLES.get(0), Serializers.STRING, Serializers.STRING));
      assertThat(texts.get(store.at("key-1"), "n")).as("a value after the drop").isNull();
      texts.put(store.at("key-1"), "n", "text");

      assertThat(texts.get(store.at("key-1"), "n")).as("a new value").isEqualTo("text");
      assertThat(TestStore.read(image)).as("an image of before").isEqualTo(before);
      assertThat(store.maps().get(store.at("key-1"), "n", "u")).containsExactly(1L);
      assertThat(store.lists().iterator(store.at("large"), "n").next()).containsExactly(0L);
    }
  }

  @Test
  final void drop_againAndAgain() {
    for (long i = 0; i < 300; i++) {
      TableSpec.OfMaps<String, String, Long> spec =
          new TableSpec.OfMaps<>(
              "bucket-" + i, Serializers.STRING, Serializers.STRING, Serializers.LONG);
      store.store().mapTable(spec).put(store.at("a"), "n", "u", i);
      if (i >= 2 && !store.store().drop("bucket-" + (i - 2))) {
        return;
      }
    }
    assertThat(store.store().drop("never there")).as("whether no table is dropped").isTrue();
    try (FrozenStore image = store.freeze()) {
      assertThatThrownBy(() -> image.entries("bucket-0", 0))
          .as("a dropped table in an image taken later")
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  final void get_inImage() {
    fill(50);
    TableSpec.OfMaps<String, String, List<Long>> maps =
        new TableSpec.OfMaps<>(
            TestStore.TABLES.get(2), Serializers.STRING, Serializers.STRING, TestStore.LONGS);
    TableSpec.OfLists<String, List<Long>> lists =
        new TableSpec.OfLists<>(TestStore.TABLES.get(1), Serializers.STRING, TestStore.LONGS);
    TableSpec.OfValues<String, List<Long>> values =
        new TableSpec.OfValues<>(TestStore.TABLES.get(0), Serializers.STRING, TestStore.LONGS);
    try (FrozenStore image = store.store().freeze(FreezePurpose.READ)) {
      store.values().clear(store.at("key-7"), "n");
      store.maps().put(store.at("key-7"), "n", "u", longs(99L));

      assertThat(image.get(values, store.at("key-7"), "n")).containsExactly(7L);
      assertThat(image.get(values, store.at("absent"), "n")).isNull();
      assertThat(image.get(lists, store.at("key-7"), "m"))
          .containsExactly(longs(7L), longs(7L, 7L));
      assertThat(image.get(lists, store.at("key-7"), "other")).isEmpty();
      assertThat(image.get(maps, store.at("key-7"), "n", "u")).containsExactly(7L);
      assertThat(image.get(maps, store.at("large"), "n", "user-key-777")).containsExactly(777L);
      assertThat(image.get(maps, store.at("large"), "n", "absent")).isNull();
    }
  }
}
