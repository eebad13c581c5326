// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/** The pages of the lists or maps of a table, found under their numbers and gone with the heads. */
final class Pages {
  final Records records;

  /** The key part of the page that was looked for last. */
  final KeyPart key;

  /** The page that was found last. */
  final RecordView view;

  final PagedIterators iterators = new PagedIterators();
  private final FsTable<?, ?> table;

  Pages(FsTable<?, ?> table) {
    this.table = table;
    this.records = table.records().pages();
    this.key = table.newKeyPart();
    this.view = table.newView();
  }

  /** Moves to a page, if it is there. */
  boolean find(int keyGroup, KeyPart headKey, int number) {
    key.pageOf(headKey.bytes(), 0, headKey.length(), number);
    return records.find(keyGroup, key, view);
  }

  /** Removes the list or map that the table's key part names, and ends the iterators over it. */
  void clear(int keyGroup) {
    table.log.giveBackIfShort();
    if (!table.find(keyGroup)) {
      return;
    }
    int pageCount = PagedValue.pageCount(table.head.bytes(), table.heads.valueAt(table.head));
    table.heads.remove(keyGroup, table.key, table.head);
    if (pageCount > 0) {
      iterators.end(table.key);
    }
    for (int i = 0; i < pageCount; i++) {
      table.log.giveBackIfShort();
      if (find(keyGroup, table.key, i)) {
        records.remove(keyGroup, key, view);
      }
    }
  }
}
