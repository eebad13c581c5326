// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.Closing;
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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ExportImportFilesMetaData;

/**
 * Creates the database of a store from native snapshots.
 *
 * <p>A snapshot with exactly the key groups of the store becomes the database. From other snapshots
 * the parts in the store's key groups are cut out, table by table, and imported together. Files
 * without such parts are not fetched. The others are cut at the edges and otherwise taken over, so
 * the time does not grow with the number of entries.
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
    Database open(Path directory, List<Column.Place> tables);
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
    List<Part> parts = new ArrayList<>();
    try {
      for (int i = 0; i < snapshots.size(); i++) {
        Path partDirectory = WorkDirectory.create(directory.resolve("part-" + i));
        export(snapshots.get(i), partDirectory, exports, parts);
      }
      return importAll(exports, parts, target);
    } finally {
      List<Runnable> closes = new ArrayList<>();
      parts.forEach(part -> closes.add(part.database()::close));
      exports.values().forEach(files -> files.forEach(file -> closes.add(file::close)));
      Closing.all(closes);
      for (int i = 0; i < snapshots.size(); i++) {
        WorkDirectory.delete(directory.resolve("part-" + i));
      }
    }
  }

  /**
   * The database of a snapshot with tables that share files, so that their entries are copied.
   *
   * @param first the first key group that is wanted of it
   * @param last the last one
   */
  private record Part(Database database, List<Column> shared, int first, int last) {}

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
    return openCopied(manifest, target);
  }

  /**
   * Opens a copy without the table files that have nothing of some key groups. These are not
   * fetched, as long as RocksDB's manifest can be told that they are gone.
   */
  private Database openPart(
      SnapshotManifest manifest,
      NativeSnapshots.Snapshot snapshot,
      Path target,
      byte[] from,
      byte[] to) {
    WorkDirectory.create(target);
    List<SnapshotManifest.StoredFile> others = new ArrayList<>();
    List<SnapshotManifest.StoredFile> tableFiles = new ArrayList<>();
    for (SnapshotManifest.StoredFile file : manifest.files()) {
      (file.isTableFile() ? tableFiles : others).add(file);
    }
    transfers.download(others, snapshot.files(), target);
    DatabaseManifest ofDatabase =
        DatabaseManifest.read(target.resolve(manifest.databaseManifest()));
    if (ofDatabase != null) {
      Set<String> unwanted = ofDatabase.removeOutside(from, to);
      tableFiles.removeIf(file -> unwanted.contains(file.databaseName()));
    }
    transfers.download(tableFiles, snapshot.files(), target);
    return openCopied(manifest, target);
  }

  private Database openCopied(SnapshotManifest manifest, Path target) {
    try {
      Files.writeString(target.resolve(CURRENT_FILE), manifest.databaseManifest() + "\n");
    } catch (IOException e) {
      throw new StateIoException("cannot write a file: directory=" + target, e);
    }
    return opener.open(target, manifest.places());
  }

  /**
   * Cuts the part in the store's key groups out of a snapshot. The database stays open if there is
   * more to be copied.
   */
  private void export(
      NativeSnapshots.Snapshot snapshot,
      Path part,
      Map<TableFormat, List<ExportImportFilesMetaData>> exports,
      List<Part> parts) {
    SnapshotManifest manifest = read(snapshot);
    int first = Math.max(range.first(), snapshot.keyGroups().first());
    int last = Math.min(range.last(), snapshot.keyGroups().last());
    boolean isWhole = first == snapshot.keyGroups().first() && last == snapshot.keyGroups().last();
    byte[] from = EntryKeyFormat.keyGroupPrefix(first);
    byte[] to = EntryKeyFormat.endOf(EntryKeyFormat.keyGroupPrefix(last));
    Database database = openPart(manifest, snapshot, part.resolve("db"), from, to);
    List<Column> shared = new ArrayList<>();
    try {
      int number = 0;
      for (Column column : List.copyOf(database.columns())) {
        List<ExportImportFilesMetaData> files =
            exports.computeIfAbsent(column.format(), absent -> new ArrayList<>());
        if (!column.isAlone()) {
          shared.add(column);
        } else {
          ExportImportFilesMetaData file =
              export(database, column, from, to, isWhole, part.resolve("table-" + number++));
          if (file != null) {
            files.add(file);
          }
        }
      }
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    if (shared.isEmpty()) {
      database.close();
    } else {
      parts.add(new Part(database, shared, first, last));
    }
  }

  private static @Nullable ExportImportFilesMetaData export(
      Database database, Column column, byte[] from, byte[] to, boolean isWhole, Path target) {
    if (!database.hasEntries(column, from, to)) {
      return null;
    }
    if (!isWhole) {
      database.clip(column, from, to);
    }
    return database.exportColumn(column, target);
  }

  private Database importAll(
      Map<TableFormat, List<ExportImportFilesMetaData>> exports, List<Part> parts, Path target) {
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
      parts.forEach(part -> copyShared(part, database));
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void copyShared(Part part, Database target) {
    for (Column column : part.shared()) {
      SharedCopy copy =
          new SharedCopy(
              target, Objects.requireNonNull(target.column(column.format().name()), "column"));
      for (int keyGroup = part.first(); keyGroup <= part.last(); keyGroup++) {
        try (KeyGroupScan entries = KeyGroupScan.ofNow(part.database(), column, keyGroup)) {
          copy.add(entries, keyGroup);
        }
      }
      copy.finish();
    }
  }

  /** Copies entries to where a table lies in another database. */
  private static final class SharedCopy {
    private static final int BATCH_BYTES = 256 << 10;

    private final Database target;
    private final Column column;
    private final Batch batch = new Batch();
    private final BinaryOutput key = new BinaryOutput();

    SharedCopy(Database target, Column column) {
      this.target = target;
      this.column = column;
    }

    void add(KeyGroupScan entries, int keyGroup) {
      byte[] prefix = column.keyGroupPrefix(keyGroup);
      while (entries.next()) {
        int from = entries.keyAt() + entries.keyGroupLength();
        key.reset();
        key.write(prefix, 0, prefix.length);
        key.write(entries.bytes(), from, entries.keyEnd() - from);
        batch.put(
            column,
            key.array(),
            0,
            key.position(),
            entries.bytes(),
            entries.valueAt(),
            entries.valueLength());
        if (batch.sizeBytes() > BATCH_BYTES) {
          target.write(batch);
        }
      }
    }

    void finish() {
      target.write(batch);
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
