// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/**
 * One opened RocksDB, with all of its native objects, and the gate that each call passes. Closing
 * waits for running calls and then frees the objects in one order: iterators, snapshots, column
 * families, the database, its options. Thread-safe.
 */
final class OpenDatabase implements AutoCloseable {
  private final NativeGate gate;
  private final DatabaseOptions options;
  private final RocksDB rocksDb;
  private final Path directory;

  /**
   * All handles that were ever made, also of families that are dropped, by index; null for what is
   * not in use. Copied when one is added.
   */
  private volatile @Nullable ColumnFamilyHandle[] handles;

  /** The families that are dropped: RocksDB refuses to flush them. Guarded by itself. */
  private final Set<ColumnFamilyHandle> dropped =
      Collections.newSetFromMap(new IdentityHashMap<>());

  /** Guarded by itself. */
  private final Set<Scan> scans = new HashSet<>();

  /** Guarded by itself. */
  private final Set<Snapshot> snapshots = new HashSet<>();

  private OpenDatabase(
      String name,
      DatabaseOptions options,
      RocksDB rocksDb,
      Path directory,
      @Nullable ColumnFamilyHandle[] handles) {
    this.gate = new NativeGate(name);
    this.options = options;
    this.rocksDb = rocksDb;
    this.directory = directory;
    this.handles = handles;
  }

  /**
   * Opens RocksDB, and takes the options over.
   *
   * @param name what messages call it
   * @param directory where it is, or is created
   * @param families the tables that have a family of their own, by the index of that; null for the
   *     shared one, which is the first, and for indexes that are not in use
   */
  static OpenDatabase open(
      String name,
      Path directory,
      DatabaseOptions options,
      List<? extends @Nullable TableFormat> families) {
    try {
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(options.sharedDescriptor());
      for (TableFormat table : families) {
        if (table != null) {
          descriptors.add(options.descriptor(table));
        }
      }
      List<ColumnFamilyHandle> opened = new ArrayList<>();
      RocksDB rocksDb = RocksDB.open(options.database(), pathOf(directory), descriptors, opened);
      @Nullable ColumnFamilyHandle[] handles = new ColumnFamilyHandle[families.size()];
      handles[0] = opened.get(0);
      int next = 1;
      for (int i = 1; i < handles.length; i++) {
        handles[i] = families.get(i) == null ? null : opened.get(next++);
      }
      return new OpenDatabase(name, options, rocksDb, directory, handles);
    } catch (RocksDBException e) {
      options.close();
      throw Errors.of("cannot open the database: store=" + name + ", directory=" + directory, e);
    } catch (RuntimeException | Error e) {
      options.close();
      throw e;
    }
  }

  /**
   * Returns a path as RocksDB's calls take it. The JVM hands them characters beyond the basic plane
   * as two each, which names another directory; so such a path is given by a link to its directory.
   *
   * @throws StateIoException if there can be no link
   */
  static String pathOf(Path path) {
    Path whole = path.toAbsolutePath();
    int plainFrom = whole.getNameCount();
    while (plainFrom > 0 && isPlain(whole.getName(plainFrom - 1))) {
      plainFrom--;
    }
    if (plainFrom == 0) {
      return path.toString();
    }
    Path link = linkTo(whole.getRoot().resolve(whole.subpath(0, plainFrom)));
    return plainFrom == whole.getNameCount()
        ? link.toString()
        : link.resolve(whole.subpath(plainFrom, whole.getNameCount())).toString();
  }

  private static boolean isPlain(Path name) {
    return name.toString().chars().noneMatch(each -> Character.isSurrogate((char) each));
  }

  private static Path linkTo(Path directory) {
    try {
      return UserCache.linkTo(directory);
    } catch (IOException e) {
      throw new StateIoException(
          "the working directory has a name that RocksDB cannot be told, and no link to it can be"
              + " made: directory="
              + directory,
          e);
    }
  }

  NativeGate gate() {
    return gate;
  }

  DatabaseOptions options() {
    return options;
  }

  RocksDB rocksDb() {
    return rocksDb;
  }

  Path directory() {
    return directory;
  }

  ColumnFamilyHandle handle(Column column) {
    return handle(column.family().index());
  }

  ColumnFamilyHandle handle(int index) {
    return Objects.requireNonNull(handles[index], "handle");
  }

  /** Returns the handles of all families, the shared one first. */
  List<ColumnFamilyHandle> handles() {
    return Arrays.stream(handles).filter(Objects::nonNull).toList();
  }

  /** Drops a family; images that have it keep it. Called within the gate. */
  void drop(Column column) throws RocksDBException {
    ColumnFamilyHandle handle = handle(column);
    synchronized (dropped) {
      rocksDb.dropColumnFamily(handle);
      dropped.add(handle);
    }
  }

  /**
   * Writes what is in memory to files, and waits for it. No family is dropped meanwhile, as RocksDB
   * fails if one of those that it flushes is. Called within the gate.
   */
  void flush(FlushOptions options) throws RocksDBException {
    synchronized (dropped) {
      List<ColumnFamilyHandle> families = new ArrayList<>(handles());
      families.removeAll(dropped);
      rocksDb.flush(options, families);
    }
  }

  /** Describes the family of an index, as batches call it. */
  Column.Family family(int index) {
    return new Column.Family(index, handle(index).getID());
  }

  /** Keeps the handle of a new family; returns the family. */
  synchronized Column.Family add(ColumnFamilyHandle handle) {
    @Nullable ColumnFamilyHandle[] more = Arrays.copyOf(handles, handles.length + 1);
    more[handles.length] = handle;
    handles = more;
    return family(more.length - 1);
  }

  /** Keeps a scan, to be freed at last when this is closed. Called within the gate. */
  void keep(Scan scan) {
    synchronized (scans) {
      scans.add(scan);
    }
  }

  void forget(Scan scan) {
    synchronized (scans) {
      scans.remove(scan);
    }
  }

  /** Takes a snapshot of all tables, which later writes do not change. */
  Snapshot takeSnapshot() {
    gate.enter();
    try {
      Snapshot snapshot = rocksDb.getSnapshot();
      if (snapshot == null) {
        throw new StateIoException("cannot take a snapshot: store=" + gate.what());
      }
      synchronized (snapshots) {
        snapshots.add(snapshot);
      }
      return snapshot;
    } finally {
      gate.exit();
    }
  }

  /** Releases a snapshot; does nothing if this is closed or the snapshot released. */
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

  /** Waits for calls under way, then frees everything. Closing twice does nothing. */
  @Override
  public void close() {
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
      handles().forEach(ColumnFamilyHandle::close);
      rocksDb.close();
      options.close();
    }
  }
}
