// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The tables of one subtask. */
final class MemoryKeyedStore<K> implements KeyedStore<K> {
  private final StoreSpec<K> spec;
  private final Consumer<MemoryKeyedStore<?>> onClose;
  private final Images images = new Images();

  /** By name. Changed by the owner, read by others. */
  private final Map<String, MemoryTable> tables = new ConcurrentHashMap<>();

  private boolean closed;

  /** Opens an empty store. */
  MemoryKeyedStore(StoreSpec<K> spec, Consumer<MemoryKeyedStore<?>> onClose) {
    this.spec = spec;
    this.onClose = onClose;
  }

  @Override
  public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> table) {
    return register(
        table, new MemoryValueTable<>(spec.keySerializer(), table, spec.keyGroups(), images));
  }

  @Override
  public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> table) {
    return register(
        table, new MemoryListTable<>(spec.keySerializer(), table, spec.keyGroups(), images));
  }

  @Override
  public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> table) {
    return register(
        table, new MemoryMapTable<>(spec.keySerializer(), table, spec.keyGroups(), images));
  }

  private <T extends MemoryTable> T register(TableSpec<?> tableSpec, T table) {
    checkOpen();
    if (tables.putIfAbsent(tableSpec.name(), table) != null) {
      throw new IllegalStateException(
          "table exists already: table=" + tableSpec.name() + ", operatorId=" + spec.operatorId());
    }
    // Loads the classes of an image, so that the first one is taken as quickly as all others.
    freeze().close();
    return table;
  }

  @Override
  public boolean drop(String table) {
    checkOpen();
    MemoryTable dropped = tables.remove(table);
    if (dropped != null) {
      dropped.close();
    }
    return true;
  }

  @Override
  public FrozenStore freeze() {
    checkOpen();
    Map<String, FrozenTable<?, ?, ?>> frozen = new HashMap<>();
    for (Map.Entry<String, MemoryTable> table : tables.entrySet()) {
      frozen.put(table.getKey(), table.getValue().freeze());
    }
    return images.freeze(frozen);
  }

  /** Returns what the store uses, as far as the engine knows. May be called by any thread. */
  MemoryUse.OfStore memoryUse() {
    long indexBytes = 0;
    long entryBytes = 0;
    for (MemoryTable table : tables.values()) {
      indexBytes += table.indexBytes();
      entryBytes += table.entryBytes();
    }
    return new MemoryUse.OfStore(
        spec.operatorId(),
        spec.subtask(),
        Map.of(MemoryUse.Part.INDEX, indexBytes, MemoryUse.Part.LOG, entryBytes));
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException(
          "the store is closed: operatorId=" + spec.operatorId() + ", subtask=" + spec.subtask());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      images.close();
      tables.values().forEach(MemoryTable::close);
      onClose.accept(this);
    }
  }
}
