// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import org.jspecify.annotations.Nullable;

/** All records of a table: values, or heads of lists or maps and their pages. */
final class TableRecords {
  private final TableFormat format;
  private final Records heads;
  private final @Nullable Records pages;

  TableRecords(
      int id, TableFormat format, KeyGroupRange range, Log log, Images images, IndexMemory memory) {
    this.format = format;
    this.heads = new Records(format.headLayout(id), range, log, images, memory);
    this.pages =
        format.hasPages() ? new Records(format.pageLayout(id), range, log, images, memory) : null;
  }

  TableFormat format() {
    return format;
  }

  Records heads() {
    return heads;
  }

  Records pages() {
    if (pages == null) {
      throw new IllegalStateException("a table of values has no pages: table=" + format.name());
    }
    return pages;
  }

  long recordCount() {
    return heads.count() + (pages == null ? 0 : pages.count());
  }

  /** Returns the index as it is now, for an image. */
  FrozenTable freeze(int id) {
    return new FrozenTable(
        id, format, heads.directories(), pages == null ? new long[0][][] : pages.directories());
  }
}
