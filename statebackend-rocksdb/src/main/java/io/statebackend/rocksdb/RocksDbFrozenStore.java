// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An image: the tables as they were, and the content of the database at that point. Cursors
 * continue when it is closed, and closing the store ends them.
 */
final class RocksDbFrozenStore implements FrozenStore {
  private final Database database;
  private final Map<String, FrozenTable> tables;
  private final ImagePoint point;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A table as it was.
   *
   * @param column where its entries are
   * @param listBytesMax what no list of it was longer than
   */
  record FrozenTable(Column column, long listBytesMax) {}

  RocksDbFrozenStore(Database database, ImagePoint point, Map<String, FrozenTable> tables) {
    this.database = database;
    this.point = point;
    this.tables = tables;
  }

  Map<String, FrozenTable> tables() {
    return tables;
  }

  @Override
  public EntryCursor entries(String table, int keyGroup) {
    checkOpen();
    FrozenTable frozen = tables.get(table);
    if (frozen == null) {
      throw new IllegalArgumentException("no such table in the image: table=" + table);
    }
    KeyGroupScan scan = point.scan(frozen.column(), keyGroup);
    return switch (frozen.column().format().kind()) {
      case VALUE -> new ValueCursor(scan);
      case LIST -> new ListCursor(scan);
      case MAP -> new MapCursor(scan);
    };
  }

  /** Returns the directory with the files of the database as they were when it was frozen. */
  Path linkedFiles() {
    checkOpen();
    return point.linked();
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
      point.release();
    }
  }
}
