// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/** What the store does with a table of whatever kind. */
sealed interface MemoryTable permits MemoryValueTable, MemoryListTable, MemoryMapTable {

  /** Returns the table as it is now. Costs time for each key group, none for entries. */
  FrozenTable<?, ?, ?> freeze();

  /** Lets go of all entries; using the table is then an error. */
  void close();
}
