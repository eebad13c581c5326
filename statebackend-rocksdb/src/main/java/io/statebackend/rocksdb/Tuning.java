// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * Changes RocksDB's options before a database is opened with them: for experts who have measured.
 *
 * <p>The options have the values that the backend has set. Options on which its correctness or its
 * budget depends are set again afterwards: merge operator, prefix extractor, comparator, block
 * cache, write buffer manager. Thread-safe; called once for each store and state.
 */
public interface Tuning {
  /**
   * Replaces the name of a state if the options are those of the shared column family. All states
   * beyond the first 16 of a store share it, or more of them if the budget is small.
   */
  String SHARED = "";

  /** Leaves everything as it is. */
  Tuning NONE = new Tuning() {};

  /**
   * Changes the options of the database of a store.
   *
   * @param options the options, which belong to the backend
   */
  default void database(DBOptions options) {}

  /**
   * Changes the options of the column family of a state.
   *
   * @param state the name of the state, or {@link #SHARED}
   * @param options the options, which belong to the backend
   */
  default void state(String state, ColumnFamilyOptions options) {}

  /**
   * Changes how the files of a state are laid out.
   *
   * @param state the name of the state, or {@link #SHARED}
   * @param options the options, without the block cache
   */
  default void files(String state, BlockBasedTableConfig options) {}
}
