// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Native snapshots: the files of the database. Only files that no completed checkpoint has are
 * added. A table file never changes and its name is never reused, so the name identifies it.
 */
final class RocksDbSnapshots implements NativeSnapshots {
  static final String FORMAT = "rocksdb-1";
  private static final String MANIFEST_PREFIX = "MANIFEST-";

  private final Transfers transfers;
  private final Restorer restorer;

  /** The table files of the last completed checkpoint, by name. Guarded by this. */
  private Map<String, SnapshotManifest.StoredFile> completed = Map.of();

  /** By checkpoint. Guarded by this. */
  private final Map<Long, Map<String, SnapshotManifest.StoredFile>> pending = new HashMap<>();

  /** Fills the store. */
  interface Restorer {
    /** Restores; returns the table files that the database has in common with a snapshot. */
    List<SnapshotManifest.StoredFile> restore(List<Snapshot> snapshots);

    /** Returns the names of the tables of the database. */
    Set<String> tableNames();
  }

  RocksDbSnapshots(Transfers transfers, Restorer restorer) {
    this.transfers = transfers;
    this.restorer = restorer;
  }

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
    RocksDbFrozenStore image = (RocksDbFrozenStore) frozen;
    LinkedFiles linked = LinkedFiles.in(image.linkedFiles());
    Map<String, SnapshotManifest.StoredFile> before = completedFiles();
    List<SnapshotManifest.StoredFile> all = new ArrayList<>();
    List<Path> added = new ArrayList<>();
    added.add(linked.manifest);
    for (Path file : linked.tableFiles) {
      SnapshotManifest.StoredFile stored = before.get(nameOf(file));
      if (stored == null) {
        added.add(file);
      } else {
        files.reuse(stored.storedName());
        all.add(stored);
      }
    }
    all.addAll(transfers.upload(added, files));
    begin(checkpointId, all);
    List<SnapshotManifest.StoredTable> tables = new ArrayList<>();
    image
        .tables()
        .values()
        .forEach(
            table ->
                tables.add(
                    new SnapshotManifest.StoredTable(
                        new Column.Place(table.column().format(), table.column().number()),
                        table.listBytesMax())));
    return new SnapshotManifest(tables, nameOf(linked.manifest), all).toBytes();
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  private synchronized Map<String, SnapshotManifest.StoredFile> completedFiles() {
    return completed;
  }

  private synchronized void begin(long checkpointId, List<SnapshotManifest.StoredFile> files) {
    pending.put(checkpointId, tableFiles(files));
  }

  private static Map<String, SnapshotManifest.StoredFile> tableFiles(
      List<SnapshotManifest.StoredFile> files) {
    Map<String, SnapshotManifest.StoredFile> byName = new HashMap<>();
    for (SnapshotManifest.StoredFile file : files) {
      if (file.isTableFile()) {
        byName.put(file.databaseName(), file);
      }
    }
    return byName;
  }

  @Override
  public synchronized void settled(long checkpointId, boolean isCompleted) {
    Map<String, SnapshotManifest.StoredFile> files = pending.remove(checkpointId);
    if (isCompleted && files != null) {
      completed = files;
      // What comes later for an earlier one says nothing any more.
      pending.keySet().removeIf(earlier -> earlier < checkpointId);
    }
  }

  @Override
  public synchronized void forgetFiles() {
    completed = Map.of();
    pending.clear();
  }

  @Override
  public Set<String> restore(List<Snapshot> snapshots) {
    Map<String, SnapshotManifest.StoredFile> restored = tableFiles(restorer.restore(snapshots));
    synchronized (this) {
      completed = restored;
    }
    return restorer.tableNames();
  }

  /** The files of a checkpoint of RocksDB that make up the database; all else can be made again. */
  private static final class LinkedFiles {
    private final Path manifest;
    private final List<Path> tableFiles;

    private LinkedFiles(Path manifest, List<Path> tableFiles) {
      this.manifest = manifest;
      this.tableFiles = tableFiles;
    }

    static LinkedFiles in(Path directory) {
      List<Path> manifests = new ArrayList<>();
      List<Path> tableFiles = new ArrayList<>();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          if (SnapshotManifest.StoredFile.isTableFile(nameOf(file))) {
            tableFiles.add(file);
          } else if (nameOf(file).startsWith(MANIFEST_PREFIX)) {
            manifests.add(file);
          }
        }
      } catch (IOException e) {
        throw new StateIoException("cannot list linked files: directory=" + directory, e);
      }
      if (manifests.size() != 1) {
        throw new StateIoException(
            "not a checkpoint of a database: directory=%s, manifests=%s"
                .formatted(directory, manifests));
      }
      return new LinkedFiles(manifests.get(0), tableFiles);
    }
  }
}
