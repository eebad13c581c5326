// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
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
import java.util.Iterator;
import java.util.Map;

/** The smallest backend that keeps every promise: each table is a sorted map of bytes. */
// tag::backend
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

  // end::backend

  // tag::store
  /** The tables of one subtask. */
  private final class Store<K> implements KeyedStore<K> {
    private final Map<String, SortedTable<K, ?>> tables = new HashMap<>();
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

    private <T extends SortedTable<K, ?>> T added(TableSpec<?> spec, T table) {
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
      return new Image(copies, this::checkOpen);
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

  // end::store

  // tag::image
  /** An image: copies of the maps, which nobody changes, so that any thread may read them. */
  private static final class Image implements FrozenStore {
    private final Map<String, SortedBytes> tables;
    private final Runnable checkStoreOpen;
    private volatile boolean closed;

    Image(Map<String, SortedBytes> tables, Runnable checkStoreOpen) {
      this.tables = tables;
      this.checkStoreOpen = checkStoreOpen;
    }

    @Override
    public EntryCursor entries(String table, int keyGroup) {
      checkOpen(closed);
      return new Cursor(tables.get(table).beneath(keyGroup).entrySet().iterator());
    }

    private void checkOpen(boolean closed) {
      checkStoreOpen.run();
      if (closed) {
        throw new StateClosedException("the image or its cursor is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    /** Walks over entries, whose bytes in the map are just what {@link EntryCursor} asks for. */
    private final class Cursor implements EntryCursor {
      private final Iterator<Map.Entry<byte[], byte[]>> iterator;
      private Map.Entry<byte[], byte[]> entry;
      private boolean cursorClosed;

      Cursor(Iterator<Map.Entry<byte[], byte[]>> iterator) {
        this.iterator = iterator;
      }

      @Override
      public boolean next() {
        checkOpen(closed || cursorClosed);
        entry = iterator.hasNext() ? iterator.next() : null;
        return entry != null;
      }

      @Override
      public void writeKey(BinaryOutput out) {
        write(SortedBytes.keyOf(entry.getKey()), out);
      }

      @Override
      public void writeNamespace(BinaryOutput out) {
        write(SortedBytes.namespaceOf(entry.getKey()), out);
      }

      @Override
      public void writeValue(BinaryOutput out) {
        write(new BinaryInput(entry.getValue()), out);
      }

      private static void write(BinaryInput bytes, BinaryOutput out) {
        out.write(bytes.array(), bytes.position(), bytes.remaining());
      }

      @Override
      public void close() {
        cursorClosed = true;
      }
    }
  }
  // end::image
}
