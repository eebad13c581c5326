// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** All records of a table: values, or heads of lists or maps and their pages. */
final class TableRecords {
  private final int id;
  private final TableFormat format;
  private final Records heads;
  private final @Nullable Records pages;

  TableRecords(
      int id,
      TableFormat format,
      KeyGroupRange range,
      Log log,
      Images images,
      IndexMemory memory,
      long hashSeed) {
    this.id = id;
    this.format = format;
    this.heads = new Records(format.headLayout(id), range, log, images, memory, hashSeed);
    this.pages =
        format.hasPages()
            ? new Records(format.pageLayout(id), range, log, images, memory, hashSeed)
            : null;
  }

  /** Returns the number that records call the table. */
  int id() {
    return id;
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

  /**
   * Prepares the index of key groups that are empty.
   *
   * @param recordCounts how many records will come, as {@link FrozenTable#recordCounts()} tells, or
   *     empty
   * @param counted the key groups that are counted
   */
  void expect(List<Long> recordCounts, KeyGroupRange counted) {
    if (!recordCounts.isEmpty()) {
      heads.expect(recordCounts.subList(0, counted.size()), counted);
      if (pages != null) {
        pages.expect(recordCounts.subList(counted.size(), recordCounts.size()), counted);
      }
    }
  }

  /** Hands the address of each record over, in no particular order. */
  void forEachAddress(LongConsumer action) {
    heads.forEachAddress(action);
    if (pages != null) {
      pages.forEachAddress(action);
    }
  }

  /** Empties the index; what the records take in the log is accounted for by the caller. */
  void clear() {
    heads.clear();
    if (pages != null) {
      pages.clear();
    }
  }

  /** Lets go of the index. */
  void close() {
    heads.close();
    if (pages != null) {
      pages.close();
    }
  }

  /** Returns the index as it is now, for an image. */
  FrozenTable freeze() {
    return new FrozenTable(
        id, format, heads.directories(), pages == null ? new long[0][][] : pages.directories());
  }
}
