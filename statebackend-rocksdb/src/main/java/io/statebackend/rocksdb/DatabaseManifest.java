// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * RocksDB's own manifest of a database that is not open. It lists the table files, and the first
 * and last key of each. Table files that are not needed can be removed from it, as RocksDB does
 * when it deletes the files of a range. Then they need not exist when the database is opened.
 *
 * <pre>
 * file     := (fragment* padding)*          in blocks of 32 KiB; padding: up to 6 zeros
 * fragment := crc:u32 length:u16 type:u8 byte*            little-endian; the checksum is masked
 * record   := fragments: one of type FULL, or FIRST MIDDLE* LAST
 * edit     := (tag:varint field*)*                        what a record holds
 * </pre>
 *
 * <p>It is not an error if something is not understood. The caller then uses all files, and
 * RocksDB, which reads the file next, reports what is wrong with it.
 */
final class DatabaseManifest {
  private static final int BLOCK_BYTES = 32 << 10;
  private static final int HEADER_BYTES = Integer.BYTES + Short.BYTES + Byte.BYTES;
  private static final int CRC_MASK = 0xa282ead8;

  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;

  private static final int TAG_COMPARATOR = 1;
  private static final int TAG_LOG_NUMBER = 2;
  private static final int TAG_NEXT_FILE_NUMBER = 3;
  private static final int TAG_LAST_SEQUENCE = 4;
  private static final int TAG_COMPACT_CURSOR = 5;
  private static final int TAG_DELETED_FILE = 6;
  private static final int TAG_PREVIOUS_LOG_NUMBER = 9;
  private static final int TAG_MIN_LOG_NUMBER = 10;
  private static final int TAG_NEW_FILE = 103;
  private static final int TAG_FAMILY = 200;
  private static final int TAG_FAMILY_ADD = 201;
  private static final int TAG_FAMILY_DROP = 202;
  private static final int TAG_MAX_FAMILY = 203;
  private static final int TAG_IN_ATOMIC_GROUP = 300;

  /** Tags with this bit are followed by the length of what they tell, and need not be known. */
  private static final int IGNORABLE = 1 << 13;

  private static final int NEW_FILE_END = 1;

  /** What a key has behind it in a manifest: sequence number and kind. */
  private static final int KEY_TRAILER_BYTES = Long.BYTES;

  private final Path file;
  private final byte[] log;

  /** The table files by family and number. */
  private final Map<Integer, Map<Long, TableFile>> families = new TreeMap<>();

  /** A table file, and the first and last key of it. */
  private static final class TableFile {
    private final int level;
    private final byte[] first;
    private final byte[] last;

    TableFile(int level, byte[] first, byte[] last) {
      this.level = level;
      this.first = first;
      this.last = last;
    }

    /** Tells whether no key from one on and before another one is in the file. */
    boolean isOutside(byte[] from, byte[] to) {
      return Arrays.compareUnsigned(last, from) < 0 || Arrays.compareUnsigned(first, to) >= 0;
    }
  }

  private DatabaseManifest(Path file, byte[] log) {
    this.file = file;
    this.log = log;
  }

  /**
   * Reads a manifest.
   *
   * @return what it tells, or null if it tells anything that is not understood
   * @throws StateIoException if the file cannot be read
   */
  static @Nullable DatabaseManifest read(Path file) {
    try {
      DatabaseManifest manifest = new DatabaseManifest(file, Files.readAllBytes(file));
      return manifest.readRecords() ? manifest : null;
    } catch (CorruptStateException e) {
      return null;
    } catch (IOException e) {
      throw new StateIoException("cannot read the manifest of a database: file=" + file, e);
    }
  }

  private boolean readRecords() {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    boolean isBegun = false;
    int at = 0;
    while (at < log.length) {
      int left = BLOCK_BYTES - at % BLOCK_BYTES;
      if (left < HEADER_BYTES) {
        at += left;
        continue;
      }
      if (log.length - at < HEADER_BYTES) {
        return false;
      }
      int length = (log[at + 4] & 0xff) | (log[at + 5] & 0xff) << 8;
      int type = log[at + 6];
      if (length > Math.min(left, log.length - at) - HEADER_BYTES
          || intAt(at) != checksum(log, at + 6, 1 + length)
          || type < FULL
          || type > LAST
          || isBegun != (type == MIDDLE || type == LAST)) {
        return false;
      }
      record.write(log, at + HEADER_BYTES, length);
      isBegun = type == FIRST || type == MIDDLE;
      if (!isBegun) {
        if (!readEdit(new BinaryInput(record.toByteArray()))) {
          return false;
        }
        record.reset();
      }
      at += HEADER_BYTES + length;
    }
    return !isBegun;
  }

  private int intAt(int at) {
    return (log[at] & 0xff)
        | (log[at + 1] & 0xff) << 8
        | (log[at + 2] & 0xff) << 16
        | log[at + 3] << 24;
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  /** Applies an edit; returns whether all of it is understood. */
  private boolean readEdit(BinaryInput in) {
    int family = 0;
    boolean isDropped = false;
    Map<Long, Integer> deleted = new TreeMap<>();
    Map<Long, TableFile> added = new TreeMap<>();
    while (in.remaining() > 0) {
      int tag = in.readVarInt();
      switch (tag) {
        case TAG_COMPARATOR, TAG_FAMILY_ADD -> skipBytes(in);
        case TAG_LOG_NUMBER,
            TAG_NEXT_FILE_NUMBER,
            TAG_LAST_SEQUENCE,
            TAG_PREVIOUS_LOG_NUMBER,
            TAG_MIN_LOG_NUMBER,
            TAG_MAX_FAMILY,
            TAG_IN_ATOMIC_GROUP ->
            in.readVarLong();
        case TAG_COMPACT_CURSOR -> {
          in.readVarInt();
          skipBytes(in);
        }
        case TAG_DELETED_FILE -> {
          int level = in.readVarInt();
          deleted.put(in.readVarLong(), level);
        }
        case TAG_NEW_FILE -> readNewFile(in, added);
        case TAG_FAMILY -> family = in.readVarInt();
        case TAG_FAMILY_DROP -> isDropped = true;
        default -> {
          if ((tag & IGNORABLE) == 0) {
            return false;
          }
          skipBytes(in);
        }
      }
    }
    if (isDropped) {
      families.remove(family);
      return true;
    }
    Map<Long, TableFile> files = families.computeIfAbsent(family, absent -> new TreeMap<>());
    files.keySet().removeAll(deleted.keySet());
    files.putAll(added);
    return true;
  }

  private static void readNewFile(BinaryInput in, Map<Long, TableFile> added) {
    int level = in.readVarInt();
    long number = in.readVarLong();
    in.readVarLong(); // its length
    byte[] first = readKey(in);
    byte[] last = readKey(in);
    in.readVarLong(); // the least sequence number
    in.readVarLong(); // the greatest one
    for (int tag = in.readVarInt(); tag != NEW_FILE_END; tag = in.readVarInt()) {
      skipBytes(in);
    }
    added.put(number, new TableFile(level, first, last));
  }

  private static byte[] readKey(BinaryInput in) {
    byte[] key = in.readBytes(in.readLength());
    if (key.length < KEY_TRAILER_BYTES) {
      throw new CorruptStateException("not a key of a manifest: length=" + key.length);
    }
    return Arrays.copyOf(key, key.length - KEY_TRAILER_BYTES);
  }

  private static void skipBytes(BinaryInput in) {
    in.skip(in.readLength());
  }

  /**
   * Takes all table files out that have no key from one on and before another one.
   *
   * @return their names
   * @throws StateIoException if the file cannot be written
   */
  Set<String> removeOutside(byte[] from, byte[] to) {
    Set<String> names = new HashSet<>();
    List<byte[]> edits = new ArrayList<>();
    families.forEach(
        (family, files) -> {
          BinaryOutput edit = new BinaryOutput();
          files.forEach(
              (number, tableFile) -> {
                if (tableFile.isOutside(from, to)) {
                  edit.writeVarInt(TAG_DELETED_FILE);
                  edit.writeVarInt(tableFile.level);
                  edit.writeVarLong(number);
                  names.add("%06d%s".formatted(number, SnapshotManifest.TABLE_FILE_ENDING));
                }
              });
          if (edit.position() > 0) {
            edit.writeVarInt(TAG_FAMILY);
            edit.writeVarInt(family);
            edits.add(edit.toByteArray());
          }
          files.values().removeIf(tableFile -> tableFile.isOutside(from, to));
        });
    append(edits);
    return names;
  }

  private void append(List<byte[]> records) {
    BinaryOutput out = new BinaryOutput();
    for (byte[] record : records) {
      appendRecord(record, out);
    }
    try {
      Files.write(file, out.toByteArray(), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new StateIoException("cannot write the manifest of a database: file=" + file, e);
    }
  }

  private void appendRecord(byte[] record, BinaryOutput out) {
    int at = 0;
    do {
      int left = BLOCK_BYTES - (log.length + out.position()) % BLOCK_BYTES;
      if (left < HEADER_BYTES) {
        out.write(new byte[HEADER_BYTES], 0, left);
        left = BLOCK_BYTES;
      }
      int length = Math.min(left - HEADER_BYTES, record.length - at);
      boolean isFirst = at == 0;
      boolean isLast = at + length == record.length;
      int type = isFirst ? (isLast ? FULL : FIRST) : (isLast ? LAST : MIDDLE);
      byte[] checked = new byte[1 + length];
      checked[0] = (byte) type;
      System.arraycopy(record, at, checked, 1, length);
      out.writeInt(Integer.reverseBytes(checksum(checked, 0, checked.length)));
      out.writeShort(Short.reverseBytes((short) length));
      out.write(checked, 0, checked.length);
      at += length;
    } while (at < record.length);
  }
}
