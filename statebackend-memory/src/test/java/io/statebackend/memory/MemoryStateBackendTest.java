// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import org.junit.jupiter.api.Test;

final class MemoryStateBackendTest {
  private static final StoreSpec<Long> SPEC =
      new StoreSpec<>("operator", 0, new KeyGroupRange(0, 7), 8, Serializers.LONG);
  private static final TableSpec.OfValues<VoidNamespace, Long> TABLE =
      new TableSpec.OfValues<>("count", VoidNamespace.serializer(), Serializers.LONG);

  @Test
  void close_storesAreClosed() {
    MemoryStateBackend backend = MemoryStateBackend.create();
    KeyedStore<Long> store = backend.open(SPEC);
    backend.open(SPEC).close();
    backend.close();
    backend.close();
    assertThatThrownBy(store::freeze)
        .isInstanceOf(StateClosedException.class)
        .hasMessageContaining("operatorId=operator");
    assertThatThrownBy(() -> backend.open(SPEC)).isInstanceOf(StateClosedException.class);
  }

  @Test
  void close_imageAndCursorInUse() {
    try (MemoryStateBackend backend = MemoryStateBackend.create();
        KeyedStore<Long> store = backend.open(SPEC)) {
      store.valueTable(TABLE);
      FrozenStore image = store.freeze();
      EntryCursor entries = image.entries("count", 0);
      EntryCursor closed = image.entries("count", 0);
      closed.close();
      assertThatThrownBy(closed::next).isInstanceOf(StateClosedException.class);
      image.close();
      assertThatThrownBy(() -> image.entries("count", 0)).isInstanceOf(StateClosedException.class);
      assertThatThrownBy(entries::next).isInstanceOf(StateClosedException.class);
    }
  }

  @Test
  void valueTable_nameTaken() {
    try (MemoryStateBackend backend = MemoryStateBackend.create()) {
      KeyedStore<Long> store = backend.open(SPEC);
      store.valueTable(TABLE);
      assertThatThrownBy(() -> store.valueTable(TABLE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("table=count");
    }
  }

  @Test
  void open_twice_storesAreIndependent() {
    try (MemoryStateBackend backend = MemoryStateBackend.create()) {
      assertThat(backend.name()).isEqualTo("memory");
      assertThat(backend.open(SPEC).valueTable(TABLE).entryCount()).isZero();
      assertThat(backend.open(SPEC).valueTable(TABLE).entryCount()).isZero();
    }
  }
}
