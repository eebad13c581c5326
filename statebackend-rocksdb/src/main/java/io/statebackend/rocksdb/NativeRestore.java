// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.WorkDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.ExportImportFilesMetaData;

/**
 * Makes the database of a store out of native snapshots.
 *
 * <p>The snapshot of the very key groups of the store is the database. Of others the parts in the
 * store's key groups are cut out, table by table, and imported together: files are cut at the edges
 * and otherwise taken over, so the time does not grow with the entries.
 */
final class NativeRestore {
  private static final String CURRENT_FILE = "CURRENT";

  private final KeyGroupRange range;
  private final Path directory;
  private final Transfers transfers;
  private final Opener opener;

  /** What no list of a table is longer than. */
  private final Map<String, Long> listBytesMax = new HashMap<>();

  private List<SnapshotManifest.StoredFile> commonFiles = List.of();

  /** Opens databases with the options of the store. */
  interface Opener {
    Database open(Path directory, List<TableFormat> tables);
  }

  /**
   * Prepares to restore.
   *
   * @param directory the directory of the store
   */
  NativeRestore(KeyGroupRange range, Path directory, Transfers transfers, Opener opener) {
    this.range = range;
    this.directory = directory;
    this.transfers = transfers;
    this.opener = opener;
  }

  Map<String, Long> listBytesMax() {
    return listBytesMax;
  }

  /** Returns the files that the database has in common with a snapshot. */
  List<SnapshotManifest.StoredFile> commonFiles() {
    return commonFiles;
  }

  /**
   * Restores into a new database, which belongs to the caller.
   *
   * @throws CorruptStateException if manifests and files do not fit
   */
  Database restore(List<NativeSnapshots.Snapshot> snapshots, Path target) {
    try {
      return restoreAny(snapshots, target);
    } catch (StateIoException e) {
      if (Errors.isInvalidArgument(e)) {
        throw new CorruptStateException(
            "the manifest of a snapshot tells of other tables than the files have: "
                + e.getMessage(),
            e);
      }
      throw e;
    }
  }

  private Database restoreAny(List<NativeSnapshots.Snapshot> snapshots, Path target) {
    if (snapshots.size() == 1 && snapshots.get(0).keyGroups().equals(range)) {
      SnapshotManifest manifest = read(snapshots.get(0));
      commonFiles = manifest.files();
      return openCopy(manifest, snapshots.get(0), target);
    }
    Map<TableFormat, List<ExportImportFilesMetaData>> exports = new LinkedHashMap<>();
    try {
      for (int i = 0; i < snapshots.size(); i++) {
        export(snapshots.get(i), WorkDirectory.create(directory.resolve("part-" + i)), exports);
      }
      return importAll(exports, target);
    } finally {
      exports.values().forEach(files -> files.forEach(ExportImportFilesMetaData::close));
      for (int i = 0; i < snapshots.size(); i++) {
        WorkDirectory.delete(directory.resolve("part-" + i));
      }
    }
  }

  private SnapshotManifest read(NativeSnapshots.Snapshot snapshot) {
    SnapshotManifest manifest = SnapshotManifest.read(snapshot.manifest());
    for (SnapshotManifest.StoredTable table : manifest.tables()) {
      listBytesMax.merge(table.format().name(), table.listBytesMax(), Math::max);
    }
    return manifest;
  }

  private Database openCopy(
      SnapshotManifest manifest, NativeSnapshots.Snapshot snapshot, Path target) {
    WorkDirectory.create(target);
    transfers.download(manifest.files(), snapshot.files(), target);
    try {
      Files.writeString(target.resolve(CURRENT_FILE), manifest.databaseManifest() + "\n");
    } catch (IOException e) {
      throw new StateIoException("cannot write a file: directory=" + target, e);
    }
    return opener.open(target, manifest.formats());
  }

  /** Cuts the part in the store's key groups out of a snapshot. */
  private void export(
      NativeSnapshots.Snapshot snapshot,
      Path part,
      Map<TableFormat, List<ExportImportFilesMetaData>> exports) {
    SnapshotManifest manifest = read(snapshot);
    int first = Math.max(range.first(), snapshot.keyGroups().first());
    int last = Math.min(range.last(), snapshot.keyGroups().last());
    byte[] from = EntryKeyFormat.keyGroupPrefix(first);
    byte[] to = EntryKeyFormat.endOf(EntryKeyFormat.keyGroupPrefix(last));
    boolean isWhole = first == snapshot.keyGroups().first() && last == snapshot.keyGroups().last();
    try (Database database = openCopy(manifest, snapshot, part.resolve("db"))) {
      int number = 0;
      for (TableFormat format : manifest.formats()) {
        List<ExportImportFilesMetaData> files =
            exports.computeIfAbsent(format, absent -> new ArrayList<>());
        Column column = database.columns().get(format.name());
        if (column != null && database.hasEntries(column, from, to)) {
          if (!isWhole) {
            database.clip(column, from, to);
          }
          files.add(database.exportColumn(column, part.resolve("table-" + number++)));
        }
      }
    }
  }

  private Database importAll(
      Map<TableFormat, List<ExportImportFilesMetaData>> exports, Path target) {
    checkNamesDiffer(exports.keySet());
    Database database = opener.open(target, List.of());
    try {
      exports.forEach(
          (format, files) -> {
            if (files.isEmpty()) {
              database.createColumn(format);
            } else {
              database.importColumn(format, files);
            }
          });
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void checkNamesDiffer(Iterable<TableFormat> formats) {
    Map<String, TableFormat> byName = new HashMap<>();
    for (TableFormat format : formats) {
      TableFormat other = byName.put(format.name(), format);
      if (other != null) {
        throw new CorruptStateException(
            "snapshots of one checkpoint disagree on a table: one=%s, other=%s"
                .formatted(other, format));
      }
    }
  }
}
