// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/** Tuning that throws leaves nothing native behind, and the store as it was. */
final class TuningTest {
  private static final String BAD = "bad";

  @TempDir private Path directory;

  /** The options that were handed out. */
  private final List<AbstractImmutableNativeReference> seen = new ArrayList<>();

  private final class Throwing implements Tuning {
    private final String where;

    Throwing(String where) {
      this.where = where;
    }

    @Override
    public void database(DBOptions options) {
      seen.add(options);
      if (where.equals("database")) {
        throw new ArithmeticException(where);
      }
    }

    @Override
    public void state(String state, ColumnFamilyOptions options) {
      seen.add(options);
      if (where.equals("state") && state.equals(BAD)) {
        throw new ArithmeticException(where);
      }
      if (where.equals("error") && state.equals(BAD)) {
        throw new AssertionError(where);
      }
      if (where.equals("shared") && state.equals(SHARED)) {
        throw new AssertionError(where);
      }
    }

    @Override
    public void files(String state, BlockBasedTableConfig options) {
      if (where.equals("files") && state.equals(BAD)) {
        throw new ArithmeticException(where);
      }
    }
  }

  private RocksDbStateBackend open(String where) {
    return RocksDbStateBackend.builder(directory)
        .memoryBudgetBytes(8 << 20)
        .tuning(new Throwing(where))
        .open();
  }

  private static KeyedStore<Long> store(RocksDbStateBackend backend) {
    return backend.open(
        new StoreSpec<>("operator", 0, new KeyGroupRange(0, 7), 8, Serializers.LONG));
  }

  private static ValueTable<Long, Integer, Long> table(KeyedStore<Long> store, String name) {
    return store.valueTable(new TableSpec.OfValues<>(name, Serializers.INT, Serializers.LONG));
  }

  @ParameterizedTest
  @ValueSource(strings = {"state", "files", "error"})
  void state_throws_optionsAreFreedAtOnce(String where) {
    try (RocksDbStateBackend backend = open(where);
        KeyedStore<Long> store = store(backend)) {
      ValueTable<Long, Integer, Long> good = table(store, "good");
      KeyContext<Long> key = new KeyContext<>(Serializers.LONG, 8);
      key.set(1L);
      good.put(key, 0, 11L);

      assertThatThrownBy(() -> table(store, BAD)).hasMessage(where);

      AbstractImmutableNativeReference last = seen.get(seen.size() - 1);
      assertThat(last.isOwningHandle()).as("options of the table that was refused").isFalse();
      assertThat(good.get(key, 0)).isEqualTo(11L);
      ValueTable<Long, Integer, Long> next = table(store, "next");
      next.put(key, 0, 12L);
      assertThat(next.get(key, 0)).isEqualTo(12L);
    }
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"database", "shared"})
  void open_throws_optionsAreFreedAtOnce(String where) {
    try (RocksDbStateBackend backend = open(where);
        KeyedStore<Long> store = store(backend)) {
      assertThatThrownBy(() -> table(store, "good")).hasMessage(where);
      assertNothingLeft();
    }
  }

  /** A table that was refused takes none of the column families that there may be. */
  @Test
  void state_throwsOften_otherStatesHaveFamilies() {
    try (RocksDbStateBackend backend = open("state");
        KeyedStore<Long> store = store(backend)) {
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() -> table(store, BAD)).hasMessage("state");
      }
      seen.clear();

      table(store, "good");

      assertThat(seen).as("options of a family of its own").hasSize(1);
    }
  }

  private void assertNothingLeft() {
    assertThat(seen).isNotEmpty();
    assertThat(seen).noneMatch(AbstractImmutableNativeReference::isOwningHandle);
  }
}
