// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages of a map are divided as it grows and joined as it shrinks. */
final class FsMapTableTest {
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;
  private static final int LARGE = 20_000;

  private final FaultFileSystem files = FaultFileSystem.create();
  private final FsStateBackend backend =
      FsStateBackend.open(files.getPath("/scratch"), new Settings(1 << 20, 16 << 10, 2));
  private final KeyedStore<Long> store =
      backend.open(new StoreSpec<>("maps", 0, new KeyGroupRange(0, 0), 1, Serializers.LONG));
  private final MapTable<Long, VoidNamespace, Long, Long> map =
      store.mapTable(
          new TableSpec.OfMaps<>(
              "map", VoidNamespace.serializer(), Serializers.LONG, Serializers.LONG));
  private final KeyContext<Long> key = new KeyContext<>(Serializers.LONG, 1);

  FsMapTableTest() {
    key.set(7L);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private void put(long from, long to) {
    for (long userKey = from; userKey < to; userKey++) {
      map.put(key, NONE, userKey, -userKey);
    }
  }

  private void remove(long from, long to) {
    for (long userKey = from; userKey < to; userKey++) {
      map.remove(key, NONE, userKey);
    }
  }

  private void check(long from, long to) {
    Set<Long> userKeys = new HashSet<>();
    map.iterator(key, NONE)
        .forEachRemaining(
            entry -> {
              assertThat(entry.getValue()).isEqualTo(-entry.getKey());
              assertThat(userKeys.add(entry.getKey())).as("comes once: %s", entry).isTrue();
            });
    assertThat(userKeys).hasSize((int) (to - from));
    for (long userKey = from; userKey < to; userKey++) {
      assertThat(map.get(key, NONE, userKey)).isEqualTo(-userKey);
    }
    assertThat(map.contains(key, NONE, from - 1)).isFalse();
  }

  private int pageCount() {
    int count = 0;
    try (FrozenStore image = store.freeze()) {
      for (long[] chunk : ((FsFrozenStore) image).tables().get("map").pages()[0]) {
        count += IndexChunk.count(chunk);
      }
    }
    return count;
  }

  @Test
  void remove_mostEntries_joinsPages() {
    put(0, LARGE);
    int before = pageCount();
    assertThat(before)
        .as("pages of 1 KiB with 16 bytes per entry")
        .isBetween(LARGE / 64, LARGE / 16);
    remove(0, LARGE - 1_000);
    check(LARGE - 1_000, LARGE);
    assertThat(pageCount()).isLessThan(before / 4);
    remove(LARGE - 1_000, LARGE - 3);
    check(LARGE - 3, LARGE);
    assertThat(pageCount()).as("pages of a map that is small again").isZero();
    put(0, LARGE - 3);
    check(0, LARGE);
    assertThat(pageCount()).isGreaterThan(before / 2);
  }

  @Test
  void remove_whileIterating_entriesThatStayComeOnce() {
    put(0, LARGE);
    for (int round = 0; round < 20; round++) {
      Iterator<Map.Entry<Long, Long>> iterator = map.iterator(key, NONE);
      Set<Long> seen = new HashSet<>();
      for (int i = 0; i < round * LARGE / 20; i++) {
        assertThat(seen.add(iterator.next().getKey())).isTrue();
      }
      remove(10, LARGE);
      iterator.forEachRemaining(
          entry -> assertThat(seen.add(entry.getKey())).as("comes once: %s", entry).isTrue());
      for (long userKey = 0; userKey < 10; userKey++) {
        assertThat(seen).contains(userKey);
      }
      check(0, 10);
      put(10, LARGE);
    }
  }

  @Test
  void put_remove_workingFilesCannotBeWritten_doneWholeOrNot() {
    int stored = 0;
    files.setFault(Fault.errorsFrom(1));
    for (int failed = 0; failed < 20; ) {
      long userKey = stored;
      try {
        map.put(key, NONE, userKey, -userKey);
        stored++;
      } catch (StateIoException e) {
        failed++;
        assertThat(map.contains(key, NONE, userKey)).isFalse();
      }
    }
    long last = stored;
    assertThatThrownBy(() -> put(last, last + 1)).isInstanceOf(StateIoException.class);
    int removed = 0;
    for (long userKey = 0; userKey < stored - 10; userKey++) {
      try {
        map.remove(key, NONE, userKey);
        removed++;
        assertThat(map.contains(key, NONE, userKey)).isFalse();
      } catch (StateIoException e) {
        assertThat(map.get(key, NONE, userKey)).isEqualTo(-userKey);
      }
    }
    files.setFault(Fault.none());
    remove(0, stored - 10);
    assertThat(removed).isLessThan(stored);
    check(stored - 10, stored);
  }
}
