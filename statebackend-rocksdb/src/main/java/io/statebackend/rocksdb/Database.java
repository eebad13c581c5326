// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.WorkDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
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
 * The database of one store: tables, their entries, and images of them. It is the only class that
 * calls native code while a record is processed.
 *
 * <p>All native objects are in an {@link OpenDatabase}, and every call passes its gate. A call
 * after closing throws {@link io.statebackend.api.StateClosedException}. One thread at a time may
 * read and write. Any thread may use snapshots, scans of snapshots, {@link #link} and {@link
 * #writeSealed(byte[])}.
 */
final class Database implements EntryCache.Target, AutoCloseable {
  /** The absent length. */
  static final int ABSENT = RocksDB.NOT_FOUND;

  private static final String UNFLUSHED_BYTES = "rocksdb.cur-size-all-mem-tables";
  private static final int BUFFER_BYTES = 4 << 10;
  private static final int KEPT_BUFFER_BYTES_MAX = 1 << 20;

  private static final int SHARED_FAMILY = 0;

  /** The minimum time between two attempts to open a database again. */
  private static final long REOPEN_NANOS_MIN = 1_000_000_000;

  /** Comes after the keys of all key groups. */
  private static final byte[] UNUSED_KEY = {(byte) 0xff};

  private final String name;
  private final NativeBudget budget;
  private volatile OpenDatabase open;

  /** Asked for by every operation, so it is not looked up in what is open. */
  private volatile boolean isClosed;

  /** By table. For the owner alone. */
  private final Map<String, Column> columns = new LinkedHashMap<>();

  /** By what the cache calls them, also those that are dropped. For the owner alone. */
  private final List<Column> columnsById = new ArrayList<>();

  private final int familiesMax;
  private int familyCount;
  private int lastNumber = Column.ALONE;

  /** Held while something is written, and while the database is opened anew. */
  private final Object writing = new Object();

  /** Whether an error may have stopped all writes for good. */
  private volatile boolean mayBeStopped;

  // When it was last tried to open the database anew. For the owner alone.
  private boolean hasReopened;
  private long reopenedNanos;
  private int reopenedCount;

  /** What {@link #get} has read. */
  private byte[] buffer = new byte[BUFFER_BYTES];

  private int foundLength;

  /** The last image, unless there was a write since. For the owner alone. */
  private @Nullable ImagePoint lastPoint;

  private Database(String name, NativeBudget budget, OpenDatabase open, int familiesMax) {
    this.name = name;
    this.budget = budget;
    this.open = open;
    this.familiesMax = familiesMax;
  }

  /**
   * Opens a database, which belongs to the caller and takes the options over.
   *
   * @param name what messages call it
   * @param directory where it is, or is created
   * @param tables all the tables that it has
   * @param familiesMax how many of them may have a column family of their own
   */
  static Database open(
      String name,
      Path directory,
      DatabaseOptions options,
      Collection<Column.Place> tables,
      int familiesMax) {
    List<@Nullable TableFormat> families = new ArrayList<>();
    families.add(null);
    for (Column.Place table : tables) {
      if (table.number() == Column.ALONE) {
        families.add(table.format());
      }
    }
    NativeBudget budget = options.budget();
    OpenDatabase open = OpenDatabase.open(name, directory, options, families);
    Database database = new Database(name, budget, open, familiesMax);
    budget.add(database);
    int index = 1;
    for (Column.Place table : tables) {
      if (table.number() == Column.ALONE) {
        database.addAlone(table.format(), open.family(index++));
      } else {
        database.addShared(table.format(), table.number());
      }
    }
    budget.takeFamilies(database.familyCount);
    return database;
  }

  private Column addAlone(TableFormat table, Column.Family family) {
    familyCount++;
    return addColumn(new Column(table, columnsById.size(), family, Column.ALONE));
  }

  private Column addShared(TableFormat table, int number) {
    lastNumber = Math.max(lastNumber, number);
    return addColumn(new Column(table, columnsById.size(), open.family(SHARED_FAMILY), number));
  }

  private Column addColumn(Column column) {
    columns.put(column.format().name(), column);
    columnsById.add(column);
    return column;
  }

  @Nullable Column column(String table) {
    return columns.get(table);
  }

  /** Returns the table that the cache calls by a number. */
  Column columnOfId(int id) {
    return columnsById.get(id);
  }

  /** Returns the tables as they are now. */
  Collection<Column> columns() {
    return columns.values();
  }

  /**
   * Adds an empty table: in a column family of its own as long as there are few of them, as each
   * takes some memory and a file of each checkpoint; else in the shared one, which costs nothing.
   */
  Column createColumn(TableFormat table) {
    OpenDatabase in = open;
    if (familyCount < familiesMax && budget.takeFamily()) {
      return addCounted(
          in,
          "cannot create a table",
          table,
          descriptor -> {
            settleBeforeWrite();
            return in.rocksDb().createColumnFamily(descriptor);
          });
    }
    if (lastNumber == Column.NUMBER_MAX) {
      throw new StateIoException(
          "too many states: state=%s, store=%s, limit=%d"
              .formatted(table.name(), name, Column.NUMBER_MAX));
    }
    return addShared(table, lastNumber + 1);
  }

  /** Adds a table whose files other databases have exported; the files are moved. */
  Column importColumn(TableFormat table, List<ExportImportFilesMetaData> files) {
    OpenDatabase in = open;
    budget.takeFamilies(1);
    return addCounted(
        in,
        "cannot import a table",
        table,
        descriptor -> {
          try (ImportColumnFamilyOptions move =
              new ImportColumnFamilyOptions().setMoveFiles(true)) {
            return in.rocksDb().createColumnFamilyWithImport(descriptor, move, files);
          }
        });
  }

  /** Adds a table in a family of its own, which the budget counts; no more if that fails. */
  private Column addCounted(
      OpenDatabase in, String failure, TableFormat table, DatabaseOptions.Creation creation) {
    int countBefore = familyCount;
    try {
      return inGate(
          in,
          failure + ": table=" + table.name(),
          () -> addAlone(table, in.add(in.options().create(table, creation))));
    } finally {
      if (familyCount == countBefore) {
        budget.giveFamiliesBack(1);
      }
    }
  }

  /** Exports the files of a table, which has its own, as they are, by hard links. */
  ExportImportFilesMetaData exportColumn(Column column, Path directory) {
    OpenDatabase in = open;
    return inGate(
        in,
        "cannot export a table: table=" + column.format().name(),
        () -> {
          try (Checkpoint checkpoint = Checkpoint.create(in.rocksDb())) {
            return checkpoint.exportColumnFamily(in.handle(column), OpenDatabase.pathOf(directory));
          }
        });
  }

  /** Deletes all entries of a table, which has its own files, that are not within two keys. */
  void clip(Column column, byte[] from, byte[] to) {
    OpenDatabase in = open;
    runInGate(
        in,
        "cannot clip a table: table=" + column.format().name(),
        () -> in.rocksDb().clipColumnFamily(in.handle(column), from, to));
  }

  /**
   * Drops a table with all of its entries. Images that were taken before still have them.
   *
   * @param keyGroups all that the table may have entries of
   */
  void dropColumn(String table, KeyGroupRange keyGroups) {
    Column column = columns.remove(table);
    if (column == null) {
      return;
    }
    if (column.isAlone()) {
      settleBeforeWrite();
      OpenDatabase in = open;
      runInGate(in, "cannot drop a table: table=" + table, () -> in.drop(column));
      familyCount--;
      budget.giveFamiliesBack(1);
    } else {
      Batch batch = new Batch();
      for (int keyGroup = keyGroups.first(); keyGroup <= keyGroups.last(); keyGroup++) {
        byte[] prefix = column.keyGroupPrefix(keyGroup);
        batch.deleteRange(column, prefix, EntryKeyFormat.endOf(prefix));
      }
      write(batch);
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
    OpenDatabase in = open;
    in.gate().enter();
    try {
      int length = read(in, column, key, keyLength, buffer.length);
      if (length > buffer.length) {
        buffer = new byte[length];
        length = read(in, column, key, keyLength, length);
      }
      return length;
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  /**
   * Reads the value of a key: into {@link #buffer} if it is small, else outside of the heap.
   *
   * @param largeBytes from how many bytes on it is not small
   * @return the value, or null if it is small or there is none, as {@link #foundLength} tells
   */
  @Nullable ByteBuffer getUnlessSmall(Column column, byte[] key, int keyLength, int largeBytes) {
    OpenDatabase in = open;
    in.gate().enter();
    try {
      foundLength = read(in, column, key, keyLength, buffer.length);
      if (foundLength < largeBytes) {
        if (foundLength > buffer.length) {
          buffer = new byte[foundLength];
          foundLength = read(in, column, key, keyLength, foundLength);
        }
        return null;
      }
      ByteBuffer directKey = ByteBuffer.allocateDirect(keyLength).put(key, 0, keyLength).flip();
      ByteBuffer value = ByteBuffer.allocateDirect(foundLength);
      in.rocksDb().get(in.handle(column), in.options().uncachedRead(), directKey, value);
      value.position(0).limit(foundLength);
      return value;
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  /** Returns the length of what {@link #getUnlessSmall} has read, or {@link #ABSENT}. */
  int foundLength() {
    return foundLength;
  }

  /** Returns the length of the value of a key without reading it, or {@link #ABSENT}. */
  int lengthOf(Column column, byte[] key, int keyLength) {
    OpenDatabase in = open;
    in.gate().enter();
    try {
      return read(in, column, key, keyLength, 0);
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  private int read(OpenDatabase in, Column column, byte[] key, int keyLength, int length)
      throws RocksDBException {
    ColumnFamilyHandle handle = in.handle(column);
    try {
      return in.rocksDb()
          .get(handle, in.options().pointRead(), key, 0, keyLength, buffer, 0, length);
    } catch (RocksDBException e) {
      if (!Errors.isOutOfMemory(e)) {
        throw e;
      }
      // A block larger than what is free in the cache is read all the same, past it.
      return in.rocksDb()
          .get(handle, in.options().uncachedRead(), key, 0, keyLength, buffer, 0, length);
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
    byte[] bytes = batch.toBytes();
    recovering(
        () -> {
          settleBeforeWrite();
          writeSealed(bytes);
        });
    batch.clear();
  }

  /** Does the writes of a batch, all or none, for any thread: those of an image. */
  void writeSealed(byte[] batch) {
    budget.relieve(this);
    synchronized (writing) {
      OpenDatabase in = open;
      in.gate().enter();
      try (WriteBatch writes = new WriteBatch(batch)) {
        in.rocksDb().write(in.options().write(), writes);
      } catch (RocksDBException e) {
        throw failed(Errors.of("cannot write: store=" + name, e), e);
      } finally {
        in.gate().exit();
      }
    }
  }

  // ---- going on after an error ----

  /** Notes that the database may have stopped for good, as it does when it cannot write a file. */
  private StateException failed(StateException failure, RocksDBException e) {
    if (Errors.mayHaveStopped(e)) {
      mayBeStopped = true;
    }
    return failure;
  }

  /** Does something for the owner; once more, if it fails and the database could be reopened. */
  private void recovering(Runnable action) {
    try {
      action.run();
    } catch (StateIoException e) {
      if (!reopen(e)) {
        throw e;
      }
      action.run();
    }
  }

  /**
   * Makes writes possible again, for the owner, if the reason for their failure is gone. If it is
   * not gone, the writes themselves report it.
   */
  void recover() {
    if (mayBeStopped) {
      StateException failure = probe();
      if (failure == null) {
        mayBeStopped = false;
      } else {
        reopen(failure);
      }
    }
  }

  /** Tries whether the database takes a write, one that changes nothing. */
  private @Nullable StateException probe() {
    OpenDatabase in = open;
    in.gate().enter();
    try {
      in.rocksDb().delete(in.handle(SHARED_FAMILY), in.options().write(), UNUSED_KEY);
      return null;
    } catch (RocksDBException e) {
      return Errors.of("cannot write: store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  /** Opens the database anew if it has stopped; returns whether that was done. */
  private boolean reopen(StateException reason) {
    long now = System.nanoTime();
    if (!mayBeStopped || (hasReopened && now - reopenedNanos < REOPEN_NANOS_MIN)) {
      return false;
    }
    hasReopened = true;
    reopenedNanos = now;
    OpenDatabase stopped = open;
    try {
      budget.using(
          () -> {
            synchronized (writing) {
              swap(Reopening.reopen(name, stopped, families(), ++reopenedCount));
            }
            return Boolean.TRUE;
          });
    } catch (StateIoException e) {
      reason.addSuppressed(e);
      return false;
    }
    mayBeStopped = false;
    if (isSettled()) {
      lastPoint = null;
    }
    stopped.close();
    WorkDirectory.delete(stopped.directory());
    return true;
  }

  /** Returns the tables that have a family of their own, by its index. */
  private List<@Nullable TableFormat> families() {
    List<@Nullable TableFormat> families = new ArrayList<>();
    families.add(null);
    for (Column column : columns.values()) {
      if (column.isAlone()) {
        int index = column.family().index();
        while (families.size() <= index) {
          families.add(null);
        }
        families.set(index, column.format());
      }
    }
    return families;
  }

  private synchronized void swap(OpenDatabase reopened) {
    if (open.gate().isClosed()) {
      reopened.close();
      throw open.gate().closed();
    }
    open = reopened;
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
    OpenDatabase in = open;
    in.gate().enter();
    try {
      try {
        return readPrefix(in, column, prefix, from, block, countMax, withValues, true);
      } catch (RocksDBException e) {
        if (!Errors.isOutOfMemory(e)) {
          throw e;
        }
        return readPrefix(in, column, prefix, from, block, countMax, withValues, false);
      }
    } catch (RocksDBException e) {
      throw Errors.of("cannot read: state=" + column.format().name() + ", store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  private static boolean readPrefix(
      OpenDatabase in,
      Column column,
      byte[] prefix,
      byte[] from,
      EntryBlock block,
      int countMax,
      boolean withValues,
      boolean isCached)
      throws RocksDBException {
    boolean isWithin = column.hasPrefixes();
    try (Scan.Bounds bounds =
            isWithin ? Scan.Bounds.none() : Scan.Bounds.ofPrefix(prefix, isCached);
        RocksIterator iterator =
            in.rocksDb()
                .newIterator(
                    in.handle(column),
                    isWithin ? in.options().prefixRead(isCached) : bounds.options())) {
      iterator.seek(from);
      return block.fill(iterator, countMax, withValues);
    }
  }

  /** Opens a scan of the entries that begin with a prefix, as they are in the database now. */
  Scan scan(Column column, byte[] prefix) {
    return newScan(open, column, Scan.Bounds.ofPrefix(prefix, false));
  }

  /**
   * Opens a scan of the entries of a snapshot that begin with a prefix. May be called by any
   * thread.
   */
  Scan scanSnapshot(Column column, TakenSnapshot taken, byte[] prefix) {
    return newScan(taken.in(), column, Scan.Bounds.ofSnapshot(taken.snapshot(), prefix));
  }

  /** Tells whether there is an entry from one key on and before another one. */
  boolean hasEntries(Column column, byte[] from, byte[] to) {
    EntryBlock first = new EntryBlock();
    try (Scan scan = newScan(open, column, Scan.Bounds.before(to))) {
      scan.seek(from);
      scan.read(first, 1, false);
    }
    return first.count() > 0;
  }

  private Scan newScan(OpenDatabase in, Column column, Scan.Bounds bounds) {
    if (!in.gate().tryEnter()) {
      bounds.close();
      throw in.gate().closed();
    }
    try {
      RocksIterator iterator = in.rocksDb().newIterator(in.handle(column), bounds.options());
      Scan scan = new Scan(name, in, column, iterator, bounds);
      in.keep(scan);
      return scan;
    } finally {
      in.gate().exit();
    }
  }

  String name() {
    return name;
  }

  /** A snapshot of RocksDB, and what it was taken of. */
  record TakenSnapshot(OpenDatabase in, Snapshot snapshot) {
    /** Releases it; does nothing if it was released. */
    void release() {
      in.release(snapshot);
    }
  }

  /** Takes a snapshot of all tables, which later writes do not change. */
  TakenSnapshot takeSnapshot() {
    OpenDatabase in = open;
    return new TakenSnapshot(in, in.takeSnapshot());
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
    ImagePoint point = lastPoint;
    if (point != null) {
      recovering(point::settle);
    }
  }

  /** Does the writes that an image has left to be done. */
  void writeSealed() {
    ImagePoint point = lastPoint;
    if (point != null) {
      recovering(point::writeAll);
    }
  }

  private void settleBeforeWrite() {
    if (lastPoint != null) {
      lastPoint.settle();
      lastPoint = null;
    }
  }

  /** Writes what is in memory to files, and links all files into a new directory. */
  void link(Path directory) {
    OpenDatabase in = open;
    runInGate(
        in,
        "cannot link the files of the database: directory=" + directory,
        () -> {
          try (Checkpoint checkpoint = Checkpoint.create(in.rocksDb())) {
            checkpoint.createCheckpoint(OpenDatabase.pathOf(directory));
          }
        });
  }

  /**
   * Returns how much memory holds what is not in files yet; 0 if the database is closed. May be
   * called by any thread, as {@link #flush} may.
   */
  long unflushedBytes() {
    OpenDatabase in = open;
    if (!in.gate().tryEnter()) {
      return 0;
    }
    try {
      return in.rocksDb().getAggregatedLongProperty(UNFLUSHED_BYTES);
    } catch (RocksDBException e) {
      throw Errors.of("cannot read a property: " + UNFLUSHED_BYTES + ", store=" + name, e);
    } finally {
      in.gate().exit();
    }
  }

  /** Writes what is in memory to files; does nothing if the database is closed. */
  void flush() {
    OpenDatabase in = open;
    if (!in.gate().tryEnter()) {
      return;
    }
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
      in.flush(wait);
    } catch (RocksDBException e) {
      throw failed(Errors.of("cannot write out what is in memory: store=" + name, e), e);
    } finally {
      in.gate().exit();
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

  private void runInGate(OpenDatabase in, String failure, NativeAction action) {
    inGate(
        in,
        failure,
        () -> {
          action.run();
          return Boolean.TRUE;
        });
  }

  private <T> T inGate(OpenDatabase in, String failure, NativeCall<T> call) {
    in.gate().enter();
    try {
      return call.call();
    } catch (RocksDBException e) {
      throw failed(Errors.of(failure + ", store=" + name, e), e);
    } finally {
      in.gate().exit();
    }
  }

  void checkOpen() {
    if (isClosed) {
      throw open.gate().closed();
    }
  }

  /** Waits for calls under way, then frees everything. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    isClosed = true;
    budget.remove(this);
    open.close();
    budget.giveFamiliesBack(familyCount);
    familyCount = 0;
  }
}
