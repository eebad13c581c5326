// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Snapshot;

/**
 * An image: a snapshot of the database for readers, and the files of that moment for native
 * snapshots. Cursors go on when it is closed; closing the store ends them.
 */
final class RocksDbFrozenStore implements FrozenStore {
  private final Database database;
  private final Snapshot snapshot;
  private final Map<String, FrozenTable> tables;
  private final @Nullable LinkPoint files;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A table as it was.
   *
   * @param column where its entries are
   * @param listBytesMax what no list of it was longer than
   */
  record FrozenTable(Column column, long listBytesMax) {}

  RocksDbFrozenStore(
      Database database,
      Snapshot snapshot,
      Map<String, FrozenTable> tables,
      @Nullable LinkPoint files) {
    this.database = database;
    this.snapshot = snapshot;
    this.tables = tables;
    this.files = files;
  }

  Map<String, FrozenTable> tables() {
    return tables;
  }

  /** Closing waits meanwhile: the snapshot must not be released while a cursor is opened on it. */
  @Override
  public synchronized EntryCursor entries(String table, int keyGroup) {
    checkOpen();
    FrozenTable frozen = tables.get(table);
    if (frozen == null) {
      throw new IllegalArgumentException("no such table in the image: table=" + table);
    }
    KeyGroupScan scan = new KeyGroupScan(database, frozen.column(), snapshot, keyGroup);
    return switch (frozen.column().format().kind()) {
      case VALUE -> new ValueCursor(scan);
      case LIST -> new ListCursor(scan);
      case MAP -> new MapCursor(scan);
    };
  }

  /** Returns the directory with the files of the database as they were when it was frozen. */
  Path linkedFiles() {
    checkOpen();
    if (files == null) {
      throw new IllegalStateException("the image was taken before native snapshots were asked for");
    }
    return files.linked();
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new StateClosedException("the image is closed: store=" + database.name());
    }
    database.checkOpen();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      releaseSnapshot();
      if (files != null) {
        files.release();
      }
    }
  }

  private synchronized void releaseSnapshot() {
    database.release(snapshot);
  }
}
