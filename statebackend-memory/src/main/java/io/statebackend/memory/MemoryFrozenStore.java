// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An image of a store. It is in use until it is closed and no cursor is open any more. From then on
 * the owner may change in place what the image shared.
 */
final class MemoryFrozenStore implements FrozenStore {
  private final Images images;
  private final long epoch;

  /** By name; null once the image is closed. */
  private volatile @Nullable Map<String, FrozenTable<?, ?, ?>> tables;

  /** Guarded by this. */
  private int openCursors;

  MemoryFrozenStore(Images images, long epoch, Map<String, FrozenTable<?, ?, ?>> tables) {
    this.images = images;
    this.epoch = epoch;
    this.tables = tables;
  }

  @Override
  public synchronized EntryCursor entries(String table, int keyGroup) {
    Map<String, FrozenTable<?, ?, ?>> open = tables;
    if (open == null) {
      throw new StateClosedException("the image is closed");
    }
    FrozenTable<?, ?, ?> frozen = open.get(table);
    if (frozen == null) {
      throw new IllegalArgumentException(
          "no such table when the image was taken: table="
              + table
              + ", tables="
              + new TreeSet<>(open.keySet()));
    }
    EntryCursor cursor = frozen.entries(keyGroup, this);
    openCursors++;
    return cursor;
  }

  boolean isClosed() {
    return tables == null;
  }

  synchronized <K, N, V> void cursorClosed(
      FrozenTable<K, N, V> table, FrozenTable.Form<K, N, V> form) {
    table.giveBack(form);
    openCursors--;
    releaseUnused();
  }

  @Override
  public synchronized void close() {
    if (tables != null) {
      tables = null;
      releaseUnused();
    }
  }

  private void releaseUnused() {
    if (tables == null && openCursors == 0) {
      images.release(epoch);
    }
  }
}
