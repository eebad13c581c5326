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
 * The manifest of a native snapshot, as docs/format/rocksdb-snapshot-v1.md specifies. Immutable.
 *
 * @param tables the tables of the database
 * @param databaseManifest which of the files is the manifest of the database
 * @param files the files of the database
 */
record SnapshotManifest(List<StoredTable> tables, String databaseManifest, List<StoredFile> files) {
  /** Written if each table has a column family of its own. */
  private static final int VERSION = 1;

  /** Written else: has the number of each table. */
  private static final int VERSION_WITH_NUMBERS = 2;

  /** What the names of table files end with. */
  static final String TABLE_FILE_ENDING = ".sst";

  /**
   * A table.
   *
   * @param place what its entries are, and where
   * @param listBytesMax what no list of it is longer than
   */
  record StoredTable(Column.Place place, long listBytesMax) {
    TableFormat format() {
      return place.format();
    }
  }

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

  List<Column.Place> places() {
    return tables.stream().map(StoredTable::place).toList();
  }

  byte[] toBytes() {
    BinaryOutput out = new BinaryOutput();
    boolean hasNumbers = tables.stream().anyMatch(table -> table.place().number() != Column.ALONE);
    out.writeByte(hasNumbers ? VERSION_WITH_NUMBERS : VERSION);
    out.writeVarInt(tables.size());
    for (StoredTable table : tables) {
      table.format().write(out);
      out.writeVarLong(table.listBytesMax());
      if (hasNumbers) {
        out.writeVarInt(table.place().number());
      }
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
    if (version != VERSION && version != VERSION_WITH_NUMBERS) {
      throw new CorruptStateException(
          "not a manifest of version %d or %d: version=%d"
              .formatted(VERSION, VERSION_WITH_NUMBERS, version));
    }
    Set<Integer> numbers = new HashSet<>();
    List<StoredTable> tables = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      TableFormat format = TableFormat.read(in);
      long listBytesMax = in.readVarLong();
      int number = version == VERSION ? Column.ALONE : in.readVarInt();
      if (number < 0
          || number > Column.NUMBER_MAX
          || (number != Column.ALONE && !numbers.add(number))) {
        throw new CorruptStateException(
            "not the number of a table, or that of two: table=%s, number=%d"
                .formatted(format.name(), number));
      }
      tables.add(new StoredTable(new Column.Place(format, number), listBytesMax));
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
