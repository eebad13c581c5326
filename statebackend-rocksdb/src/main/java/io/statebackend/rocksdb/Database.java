// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ExportImportFilesMetaData;
import org.rocksdb.FlushOptions;
import org.rocksdb.ImportColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;

/**
 * One RocksDB database with all its native objects: the only class whose methods call into native
 * code on the way of a record.
 *
 * <p>Every call passes a {@link NativeGate}. Closing waits for calls under way, then frees in one
 * order: iterators, snapshots, column families, the database, its options. What is called
 * afterwards throws {@link io.statebackend.api.StateClosedException}. Reading and writing are for
 * one thread at a time; snapshots, scans of snapshots, {@link #link} and {@link
 * #writeSealed(byte[])} are for any.
 */
final class Database implements EntryCache.Target, AutoCloseable {
  /** The absent length. */
  static final int ABSENT = RocksDB.NOT_FOUND;

  private static final String UNFLUSHED_BYTES = "rocksdb.cur-size-all-mem-tables";
  private static final int BUFFER_BYTES = 4 << 10;
  private static final int KEPT_BUFFER_BYTES_MAX = 1 << 20;

  private final String name;
  private final NativeGate gate;
  private final DatabaseOptions options;
  private final RocksDB rocksDb;

  /** All handles that were ever made, also of families that are dropped. Guarded by this. */
  private final List<ColumnFamilyHandle> handles;

  /** By table. For the owner alone. */
  private final Map<String, Column> columns = new LinkedHashMap<>();

  /** Guarded by itself. */
  private final Set<Scan> scans = new HashSet<>();

  /** Guarded by itself. */
  private final Set<Snapshot> snapshots = new HashSet<>();

  /** What {@link #get} has read. */
  private byte[] buffer = new byte[BUFFER_BYTES];

  /** The last image, unless there was a write since. For the owner alone. */
  private @Nullable ImagePoint lastPoint;

  private Database(
      String name, DatabaseOptions options, RocksDB rocksDb, List<ColumnFamilyHandle> handles) {
    this.name = name;
    this.gate = new NativeGate(name);
    this.options = options;
    this.rocksDb = rocksDb;
    this.handles = new ArrayList<>(handles);
  }

  /**
   * Opens a database, which belongs to the caller and takes the options over.
   *
   * @param name what messages call it
   * @param directory where it is, or is created
   * @param tables all the tables that it has
   */
  static Database open(
      String name, Path directory, DatabaseOptions options, Collection<TableFormat> tables) {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(options.unusedDescriptor());
    tables.forEach(table -> descriptors.add(options.descriptor(table)));
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB rocksDb =
          RocksDB.open(options.database(), directory.toString(), descriptors, handles);
      Database database = new Database(name, options, rocksDb, handles);
      int i = 1;
      for (TableFormat table : tables) {
        database.addColumn(table, handles.get(i++));
      }
      options.budget().add(database);
      return database;
    } catch (RocksDBException e) {
      options.close();
      throw Errors.of("cannot open the database: store=" + name + ", directory=" + directory, e);
    }
  }

  private Column addColumn(TableFormat table, ColumnFamilyHandle handle) {
    Column column = new Column(table, handle, handle.getID());
    columns.put(table.name(), column);
    return column;
  }

  @Nullable Column column(String table) {
    return columns.get(table);
  }

  /** Returns the table that batches call by a number. */
  Column columnOfId(int id) {
    for (Column column : columns.values()) {
      if (column.id() == id) {
        return column;
      }
    }
    throw new IllegalStateException("no such table: id=" + id + ", store=" + name);
  }

  /** Returns the tables by name, as they are now. */
  Map<String, Column> columns() {
    return Map.copyOf(columns);
  }

  /** Adds an empty table. */
  Column createColumn(TableFormat table) {
    return inGate(
        "cannot create a table: table=" + table.name(),
        () -> {
          settleBeforeWrite();
          ColumnFamilyHandle handle = rocksDb.createColumnFamily(options.descriptor(table));
          keep(handle);
          return addColumn(table, handle);
        });
  }

  private synchronized void keep(ColumnFamilyHandle handle) {
    handles.add(handle);
  }

  /** Adds a table whose files other databases have exported; the files are moved. */
  Column importColumn(TableFormat table, List<ExportImportFilesMetaData> files) {
    return inGate(
        "cannot import a table: table=" + table.name(),
        () -> {
          try (ImportColumnFamilyOptions move =
              new ImportColumnFamilyOptions().setMoveFiles(true)) {
            ColumnFamilyHandle handle =
                rocksDb.createColumnFamilyWithImport(options.descriptor(table), move, files);
            keep(handle);
            return addColumn(table, handle);
          }
        });
  }

  /** Exports the files of a table as they are, by hard links. */
  ExportImportFilesMetaData exportColumn(Column column, Path directory) {
    return inGate(
        "cannot export a table: table=" + column.format().name(),
        () -> {
          try (Checkpoint checkpoint = Checkpoint.create(rocksDb)) {
            return checkpoint.exportColumnFamily(column.handle(), directory.toString());
          }
        });
  }

  /** Deletes all entries of a table that are not from one key on and before another one. */
  void clip(Column column, byte[] from, byte[] to) {
    runInGate(
        "cannot clip a table: table=" + column.format().name(),
        () -> rocksDb.clipColumnFamily(column.handle(), from, to));
  }

  /** Gives a table up with all its entries. Images that were taken before still have them. */
  void dropColumn(String table) {
    Column column = columns.remove(table);
    if (column != null) {
      settleBeforeWrite();
      runInGate(
          "cannot drop a table: table=" + table, () -> rocksDb.dropColumnFamily(column.handle()));
    }
  }

  /**
   * Reads the value of a key into {@link #buffer}.
   *
   * @return its length, or {@link #ABSENT}
   */
  int get(Column column, byte[] key, int keyLength) {
    if (buffer.length > KEPT_BUFFER_BYTES_MAX) {
      buffer = new byte[BUFFER_BYTES];
    }
    gate.enter();
    try {
      int length = read(column, key, keyLength, buffer.length);
      if (length > buffer.length) {
        buffer = new byte[length];
        length = read(column, key, keyLength, length);
      }
      return length;
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  /** Returns the length of the value of a key without reading it, or {@link #ABSENT}. */
  int lengthOf(Column column, byte[] key, int keyLength) {
    gate.enter();
    try {
      return read(column, key, keyLength, 0);
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  private int read(Column column, byte[] key, int keyLength, int length) throws RocksDBException {
    try {
      return rocksDb.get(
          column.handle(), options.pointRead(), key, 0, keyLength, buffer, 0, length);
    } catch (RocksDBException e) {
      if (!Errors.isOutOfMemory(e)) {
        throw e;
      }
      // A block larger than what is free in the cache is read all the same, past it.
      return rocksDb.get(
          column.handle(), options.uncachedRead(), key, 0, keyLength, buffer, 0, length);
    }
  }

  /** Returns what {@link #get} has read; valid until the next read. */
  byte[] buffer() {
    return buffer;
  }

  /** Does the writes of a batch, all or none, and clears it. */
  @Override
  public void write(Batch batch) {
    if (batch.isEmpty()) {
      return;
    }
    settleBeforeWrite();
    writeSealed(batch.toBytes());
    batch.clear();
  }

  /** Does the writes of a batch, all or none, for any thread: those of an image. */
  void writeSealed(byte[] batch) {
    options.budget().relieve();
    gate.enter();
    try (WriteBatch writes = new WriteBatch(batch)) {
      rocksDb.write(options.write(), writes);
    } catch (RocksDBException e) {
      throw Errors.of("cannot write: store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  /**
   * Reads entries that begin with a prefix, as they are now.
   *
   * @param prefix the bytes of a key and namespace
   * @param from the first key that may be read, which begins with the prefix
   * @param block takes the entries
   * @param countMax how many at most
   * @return whether there may be more: {@code false} if these were the last
   */
  boolean readPrefix(
      Column column,
      byte[] prefix,
      byte[] from,
      EntryBlock block,
      int countMax,
      boolean withValues) {
    gate.enter();
    try {
      try {
        return readPrefix(column, prefix, from, block, countMax, withValues, true);
      } catch (RocksDBException e) {
        if (!Errors.isOutOfMemory(e)) {
          throw e;
        }
        return readPrefix(column, prefix, from, block, countMax, withValues, false);
      }
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  private boolean readPrefix(
      Column column,
      byte[] prefix,
      byte[] from,
      EntryBlock block,
      int countMax,
      boolean withValues,
      boolean isCached)
      throws RocksDBException {
    boolean hasPrefixes = DatabaseOptions.hasPrefixes(column.format());
    try (Scan.Bounds bounds =
            hasPrefixes ? Scan.Bounds.none() : Scan.Bounds.ofPrefix(prefix, isCached);
        RocksIterator iterator =
            rocksDb.newIterator(
                column.handle(), hasPrefixes ? options.prefixRead(isCached) : bounds.options())) {
      iterator.seek(from);
      return block.fill(iterator, countMax, withValues);
    }
  }

  /**
   * Opens a scan of the entries of a snapshot that begin with a prefix. May be called by any
   * thread.
   */
  Scan scanSnapshot(Column column, Snapshot snapshot, byte[] prefix) {
    Scan.Bounds bounds = Scan.Bounds.ofSnapshot(snapshot, prefix);
    return newScan(column, bounds);
  }

  /** Tells whether there is an entry from one key on and before another one. */
  boolean hasEntries(Column column, byte[] from, byte[] to) {
    Scan.Bounds bounds = Scan.Bounds.before(to);
    EntryBlock first = new EntryBlock();
    try (Scan scan = newScan(column, bounds)) {
      scan.seek(from);
      scan.read(first, 1, false);
    }
    return first.count() > 0;
  }

  private Scan newScan(Column column, Scan.Bounds bounds) {
    if (!gate.tryEnter()) {
      bounds.close();
      throw gate.closed();
    }
    try {
      RocksIterator iterator = rocksDb.newIterator(column.handle(), bounds.options());
      Scan scan = new Scan(this, gate, column, iterator, bounds);
      synchronized (scans) {
        scans.add(scan);
      }
      return scan;
    } finally {
      gate.exit();
    }
  }

  void forget(Scan scan) {
    synchronized (scans) {
      scans.remove(scan);
    }
  }

  String name() {
    return name;
  }

  /** Takes a snapshot of all tables, which later writes do not change. */
  Snapshot takeSnapshot() {
    gate.enter();
    try {
      Snapshot snapshot = rocksDb.getSnapshot();
      if (snapshot == null) {
        throw new StateIoException("cannot take a snapshot: store=" + name);
      }
      synchronized (snapshots) {
        snapshots.add(snapshot);
      }
      return snapshot;
    } finally {
      gate.exit();
    }
  }

  /** Releases a snapshot; does nothing if the database is closed or the snapshot released. */
  void release(Snapshot snapshot) {
    if (gate.tryEnter()) {
      try {
        boolean isHeld;
        synchronized (snapshots) {
          isHeld = snapshots.remove(snapshot);
        }
        if (isHeld) {
          rocksDb.releaseSnapshot(snapshot);
        }
      } finally {
        gate.exit();
      }
    }
  }

  /**
   * Returns the content as it is now with some writes done, which are then done before all others.
   * Points between which nothing was written are the same.
   *
   * @param writes what is to be written; nothing else is, before the point is settled
   * @param directory where files are linked, or null if that is not wanted
   */
  ImagePoint imagePoint(SealedWrites writes, @Nullable Path directory) {
    ImagePoint point = new ImagePoint(this, writes, directory);
    lastPoint = point;
    return point;
  }

  /** Returns the last point if nothing was written since, and holds it once more. */
  @Nullable ImagePoint holdLastPoint(boolean withLinks) {
    ImagePoint point = lastPoint;
    return point != null && point.hold(withLinks) ? point : null;
  }

  /** Tells whether a write would be done without anything else before it. */
  @Override
  public boolean isSettled() {
    return lastPoint == null || lastPoint.isSettled();
  }

  /** Does what an image has left to be done before the next write. */
  @Override
  public void settle() {
    if (lastPoint != null) {
      lastPoint.settle();
    }
  }

  /** Does the writes that an image has left to be done. */
  void writeSealed() {
    if (lastPoint != null) {
      lastPoint.writeAll();
    }
  }

  private void settleBeforeWrite() {
    settle();
    lastPoint = null;
  }

  /** Writes what is in memory to files, and links all files into a new directory. */
  void link(Path directory) {
    runInGate(
        "cannot link the files of the database: directory=" + directory,
        () -> {
          try (Checkpoint checkpoint = Checkpoint.create(rocksDb)) {
            checkpoint.createCheckpoint(directory.toString());
          }
        });
  }

  /**
   * Returns how much memory holds what is not in files yet; 0 if the database is closed. May be
   * called by any thread, as {@link #flush} may.
   */
  long unflushedBytes() {
    if (!gate.tryEnter()) {
      return 0;
    }
    try {
      return rocksDb.getAggregatedLongProperty(UNFLUSHED_BYTES);
    } catch (RocksDBException e) {
      throw Errors.of("cannot read a property: " + UNFLUSHED_BYTES + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  /** Writes what is in memory to files; does nothing if the database is closed. */
  void flush() {
    if (!gate.tryEnter()) {
      return;
    }
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
      List<ColumnFamilyHandle> all;
      synchronized (this) {
        all = List.copyOf(handles);
      }
      rocksDb.flush(wait, all);
    } catch (RocksDBException e) {
      throw Errors.of("cannot write out what is in memory: store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  /** What is done in native code. */
  private interface NativeAction {
    void run() throws RocksDBException;
  }

  /** What is asked of native code. */
  private interface NativeCall<T> {
    T call() throws RocksDBException;
  }

  private void runInGate(String failure, NativeAction action) {
    gate.enter();
    try {
      action.run();
    } catch (RocksDBException e) {
      throw Errors.of(failure + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  private <T> T inGate(String failure, NativeCall<T> call) {
    gate.enter();
    try {
      return call.call();
    } catch (RocksDBException e) {
      throw Errors.of(failure + ", store=" + name, e);
    } finally {
      gate.exit();
    }
  }

  void checkOpen() {
    if (gate.isClosed()) {
      throw gate.closed();
    }
  }

  /** Waits for calls under way, then frees everything. Closing twice does nothing. */
  @Override
  public void close() {
    options.budget().remove(this);
    if (gate.close()) {
      List<Scan> open;
      synchronized (scans) {
        open = new ArrayList<>(scans);
        scans.clear();
      }
      open.forEach(Scan::free);
      synchronized (snapshots) {
        snapshots.forEach(rocksDb::releaseSnapshot);
        snapshots.clear();
      }
      synchronized (this) {
        handles.forEach(ColumnFamilyHandle::close);
      }
      rocksDb.close();
      options.close();
    }
  }
}
