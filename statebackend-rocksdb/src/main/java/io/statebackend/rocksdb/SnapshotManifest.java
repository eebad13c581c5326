// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a native snapshot consists of, as docs/format/rocksdb-snapshot-v1.md specifies. Immutable.
 *
 * @param tables the tables
 * @param databaseManifest which of the files is the manifest of the database
 * @param files the files of the database
 */
record SnapshotManifest(List<StoredTable> tables, String databaseManifest, List<StoredFile> files) {
  private static final int VERSION = 1;
  private static final String TABLE_FILE_ENDING = ".sst";

  /**
   * A table.
   *
   * @param format what its entries are
   * @param listBytesMax what no list of it is longer than
   */
  record StoredTable(TableFormat format, long listBytesMax) {}

  /**
   * A file.
   *
   * @param databaseName what it is called in the database
   * @param storedName what it is called in the checkpoint
   * @param length its length in bytes
   */
  record StoredFile(String databaseName, String storedName, long length) {
    /** Tells whether it is a table file, which never changes; its name tells. */
    boolean isTableFile() {
      return isTableFile(databaseName);
    }

    static boolean isTableFile(String databaseName) {
      return databaseName.endsWith(TABLE_FILE_ENDING);
    }
  }

  SnapshotManifest {
    tables = List.copyOf(tables);
    files = List.copyOf(files);
  }

  List<TableFormat> formats() {
    return tables.stream().map(StoredTable::format).toList();
  }

  byte[] toBytes() {
    BinaryOutput out = new BinaryOutput();
    out.writeByte(VERSION);
    out.writeVarInt(tables.size());
    for (StoredTable table : tables) {
      table.format().write(out);
      out.writeVarLong(table.listBytesMax());
    }
    out.writeString(databaseManifest);
    out.writeVarInt(files.size());
    for (StoredFile file : files) {
      out.writeString(file.databaseName());
      out.writeString(file.storedName());
      out.writeVarLong(file.length());
    }
    return out.toByteArray();
  }

  /**
   * Reads a manifest.
   *
   * @throws CorruptStateException if the bytes are no manifest of this version
   */
  static SnapshotManifest read(BinaryInput in) {
    int version = in.readByte();
    if (version != VERSION) {
      throw new CorruptStateException(
          "not a manifest of version %d: version=%d".formatted(VERSION, version));
    }
    List<StoredTable> tables = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      tables.add(new StoredTable(TableFormat.read(in), in.readVarLong()));
    }
    String databaseManifest = in.readString();
    List<StoredFile> files = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = in.readLength(); i > 0; i--) {
      StoredFile file =
          new StoredFile(checkedName(in.readString()), in.readString(), in.readVarLong());
      if (!names.add(file.databaseName())) {
        throw new CorruptStateException("the manifest names a file twice: " + file.databaseName());
      }
      files.add(file);
    }
    if (in.remaining() > 0) {
      throw new CorruptStateException("manifest is too long: remaining=" + in.remaining());
    }
    if (files.stream().noneMatch(file -> file.databaseName().equals(databaseManifest))) {
      throw new CorruptStateException(
          "the manifest of the database is not among its files: " + databaseManifest);
    }
    return new SnapshotManifest(tables, databaseManifest, files);
  }

  /** A name that is a path would make restoring write elsewhere. */
  private static String checkedName(String name) {
    if (!name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9]+)?")) {
      throw new CorruptStateException("not the name of a file of a database: '" + name + "'");
    }
    return name;
  }
}
