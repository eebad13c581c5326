// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/** The operations of the store on a table of any kind. */
sealed interface MemoryTable permits MemoryValueTable, MemoryListTable, MemoryMapTable {

  /** Returns the table as it is now. Costs time for each key group, none for entries. */
  FrozenTable<?, ?, ?> freeze();

  /**
   * Returns the memory that leads to entries. May be called by any thread; while the owner changes
   * the table, the result is approximate.
   */
  long indexBytes();

  /**
   * Returns the memory that has numbers and references of entries, but not the objects that these
   * lead to. May be called by any thread, as above.
   */
  long entryBytes();

  /** Releases all entries; using the table is an error from then on. */
  void close();
}
