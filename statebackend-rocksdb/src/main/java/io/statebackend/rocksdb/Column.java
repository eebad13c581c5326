// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import org.rocksdb.ColumnFamilyHandle;

/**
 * A column family: where the entries of one table lie.
 *
 * @param format what the entries are
 * @param handle its handle, which belongs to the database
 * @param id what batches call it
 */
record Column(TableFormat format, ColumnFamilyHandle handle, int id) {

  /**
   * What the names of column families begin with, so that no state can be called as another one.
   */
  private static final String NAME_PREFIX = "state/";

  static String familyName(TableFormat format) {
    return NAME_PREFIX + format.name();
  }
}
