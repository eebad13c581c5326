// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.util.Iterator;
import java.util.Map;

/** An image: copies of the maps, which nobody changes, so that any thread may read them. */
// tag::image[]
final class SortedImage implements FrozenStore {
  private final Map<String, SortedBytes> tables;
  private final Runnable checkStoreOpen;
  private volatile boolean closed;

  SortedImage(Map<String, SortedBytes> tables, Runnable checkStoreOpen) {
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
// end::image[]
