// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.EntryKeyFormat;

/**
 * The place of the entries of one table: a column family of its own, or the one that all databases
 * have, together with other tables. There a number behind the key group separates the tables.
 *
 * @param format what the entries are
 * @param id what the cache calls it
 * @param family the column family
 * @param number what keeps it apart from others in the same family, from 1 on; {@link #ALONE} if
 *     the family is its own
 */
record Column(TableFormat format, int id, Family family, int number) {
  /** The number of a table that has a family of its own. */
  static final int ALONE = 0;

  static final int NUMBER_MAX = 0xffff;

  /**
   * What the names of column families begin with, so that no state can be called as another one.
   */
  private static final String NAME_PREFIX = "state/";

  /**
   * A column family.
   *
   * @param index where the database has its handle
   * @param id what batches call it
   */
  record Family(int index, int id) {}

  /**
   * A table with its place in a database.
   *
   * @param format what the entries are
   * @param number as that of a column
   */
  record Place(TableFormat format, int number) {}

  static String familyName(TableFormat format) {
    return NAME_PREFIX + format.name();
  }

  boolean isAlone() {
    return number == ALONE;
  }

  /** Tells whether the entries of a key and namespace are found by a prefix of fixed length. */
  boolean hasPrefixes() {
    return isAlone() && hasPrefixes(format);
  }

  /** Tells that of a table that has a family of its own. */
  static boolean hasPrefixes(TableFormat format) {
    return format.kind() == TableFormat.Kind.MAP && format.prefixLength() > 0;
  }

  /** Returns what the keys of a key group begin with. */
  byte[] keyGroupPrefix(int keyGroup) {
    byte[] prefix = EntryKeyFormat.keyGroupPrefix(keyGroup);
    return isAlone()
        ? prefix
        : new byte[] {prefix[0], prefix[1], (byte) (number >> 8), (byte) number};
  }

  /** Returns how long that is. */
  int keyGroupPrefixLength() {
    return isAlone() ? Short.BYTES : 2 * Short.BYTES;
  }

  /**
   * Returns where the key of an entry ends and its namespace begins.
   *
   * @param entryKey the key of an entry, or what it begins with
   * @param at where that begins
   * @return the place, or a negative number if a key has one entry at the most
   */
  int trackedKeyEnd(byte[] entryKey, int at) {
    if (format.namespaceLength() == 0 && format.kind() != TableFormat.Kind.MAP) {
      return -1;
    }
    int keyAt = at + keyGroupPrefixLength();
    if (format.keyLength() >= 0) {
      return keyAt + format.keyLength();
    }
    int length = 0;
    int shift = 0;
    int i = keyAt;
    do {
      length |= (entryKey[i] & 0x7f) << shift;
      shift += 7;
    } while (entryKey[i++] < 0);
    return i + length;
  }
}
