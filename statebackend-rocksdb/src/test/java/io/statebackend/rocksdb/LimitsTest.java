// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What could be written and never be read again is an error of the write, with limits that are
 * small enough for tests; without a cache, with a tiny and with a large one.
 */
final class LimitsTest {
  private static final int VALUE_BYTES_MAX = 20_000;
  private static final String ELEMENT = "x".repeat(99);

  @TempDir private Path directory;
  private final KeyContext<Long> key = new KeyContext<>(Serializers.LONG, 4);
  private RocksDbStateBackend backend;
  private KeyedStore<Long> store;

  private void open(long cacheBytes) {
    backend = TestBackends.open(directory, cacheBytes, new Limits(1_000, VALUE_BYTES_MAX));
    store =
        backend.open(new StoreSpec<>("limits", 0, new KeyGroupRange(0, 3), 4, Serializers.LONG));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private ListTable<Long, Integer, String> lists() {
    return store.listTable(new TableSpec.OfLists<>("lists", Serializers.INT, Serializers.STRING));
  }

  private KeyContext<Long> at(long newKey) {
    key.set(newKey);
    return key;
  }

  private List<String> elements(ListTable<Long, Integer, String> lists, long listKey) {
    List<String> elements = new ArrayList<>();
    lists.iterator(at(listKey), 0).forEachRemaining(elements::add);
    return elements;
  }

  /** Adds until that is refused; returns how many elements there are then. */
  private int fill(ListTable<Long, Integer, String> lists, long listKey) {
    for (int count = 0; ; count++) {
      try {
        lists.add(at(listKey), 0, ELEMENT);
      } catch (StateIoException e) {
        assertThat(e).hasMessageContaining("state=lists").hasMessageContaining("divide it");
        return count;
      }
      assertThat(count).as("elements in a list").isLessThan(VALUE_BYTES_MAX);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16 << 10, 8 << 20})
  void add_listBecomesTooLong(long cacheBytes) {
    open(cacheBytes);
    ListTable<Long, Integer, String> lists = lists();
    lists.add(at(2), 0, "other");

    int count = fill(lists, 1);

    assertThat(count).isBetween(VALUE_BYTES_MAX / 103, VALUE_BYTES_MAX / 100);
    assertThat(elements(lists, 1)).isEqualTo(Collections.nCopies(count, ELEMENT));
    lists.add(at(2), 0, "still fits");
    assertThat(elements(lists, 2)).containsExactly("other", "still fits");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16 << 10, 8 << 20})
  void add_manyLists_noneIsRefusedTooEarly(long cacheBytes) {
    open(cacheBytes);
    ListTable<Long, Integer, String> lists = lists();

    for (int round = 0; round < 150; round++) {
      for (long list = 0; list < 40; list++) {
        lists.add(at(list), 0, ELEMENT);
      }
    }

    for (long list = 0; list < 40; list++) {
      assertThat(elements(lists, list)).hasSize(150);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16 << 10, 8 << 20})
  void add_afterClear(long cacheBytes) {
    open(cacheBytes);
    ListTable<Long, Integer, String> lists = lists();
    int count = fill(lists, 1);

    lists.clear(at(1), 0);

    assertThat(fill(lists, 1)).isEqualTo(count);
    lists.set(at(1), 0, List.of("one"));
    assertThat(fill(lists, 1)).isBetween(count - 1, count);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16 << 10, 8 << 20})
  void addAll_tooLong_changesNothing(long cacheBytes) {
    open(cacheBytes);
    ListTable<Long, Integer, String> lists = lists();
    lists.add(at(1), 0, "before");

    assertThatThrownBy(() -> lists.addAll(at(1), 0, Collections.nCopies(300, ELEMENT)))
        .isInstanceOf(StateIoException.class);
    assertThatThrownBy(() -> lists.set(at(1), 0, Collections.nCopies(300, ELEMENT)))
        .isInstanceOf(StateIoException.class);

    assertThat(elements(lists, 1)).containsExactly("before");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 8 << 20})
  void put_tooLarge_changesNothing(long cacheBytes) {
    open(cacheBytes);
    ValueTable<Long, Integer, String> values =
        store.valueTable(new TableSpec.OfValues<>("values", Serializers.INT, Serializers.STRING));
    MapTable<Long, Integer, String, String> maps =
        store.mapTable(
            new TableSpec.OfMaps<>(
                "maps", Serializers.INT, Serializers.STRING, Serializers.STRING));
    values.put(at(1), 0, "before");
    maps.put(at(1), 0, "key", "before");
    String tooLarge = "x".repeat(VALUE_BYTES_MAX);

    assertThatThrownBy(() -> values.put(at(1), 0, tooLarge))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("state=values");
    assertThatThrownBy(() -> maps.put(at(1), 0, "key", tooLarge))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("state=maps");
    assertThatThrownBy(() -> maps.put(at(1), 0, "k".repeat(1_000), "value"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("state=maps");

    assertThat(values.get(at(1), 0)).isEqualTo("before");
    assertThat(maps.get(at(1), 0, "key")).isEqualTo("before");
  }
}
