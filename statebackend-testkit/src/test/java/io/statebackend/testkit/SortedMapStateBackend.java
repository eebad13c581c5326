// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.HashMap;
import java.util.Map;

/** The smallest backend that keeps every promise: each table is a sorted map of bytes. */
// tag::backend[]
final class SortedMapStateBackend implements StateBackend {
  private volatile boolean closed;

  @Override
  public String name() {
    return "sorted-map";
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    checkOpen();
    return new Store<>();
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the sorted-map backend is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  // end::backend[]

  // tag::store[]
  /** The tables of one subtask. */
  private final class Store<K> implements KeyedStore<K> {
    private final Map<String, SortedTable<?>> tables = new HashMap<>();
    private volatile boolean closed;

    @Override
    public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return added(spec, new SortedTable.Values<>(spec));
    }

    @Override
    public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      return added(spec, new SortedTable.Lists<>(spec));
    }

    @Override
    public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      return added(spec, new SortedTable.Maps<>(spec));
    }

    private <T extends SortedTable<?>> T added(TableSpec<?> spec, T table) {
      checkOpen();
      tables.put(spec.name(), table);
      return table;
    }

    @Override
    public void load(String table, int keyGroup, EntrySource source) {
      checkOpen();
      while (source.next()) {
        byte[] prefix = SortedBytes.prefix(keyGroup, source.key(), source.namespace());
        tables.get(table).load(prefix, source.value());
      }
    }

    /** Copies the maps, though not the bytes in them. A real engine does better than that. */
    @Override
    public FrozenStore freeze() {
      checkOpen();
      Map<String, SortedBytes> copies = new HashMap<>();
      tables.forEach((name, table) -> copies.put(name, table.entries.copy()));
      return new SortedImage(copies, this::checkOpen);
    }

    private void checkOpen() {
      SortedMapStateBackend.this.checkOpen();
      if (closed) {
        throw new StateClosedException("the store is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
  // end::store[]
}
