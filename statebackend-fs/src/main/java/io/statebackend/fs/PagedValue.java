// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * The layout of the value of a head: what tells about the pages of a list or map, and entries.
 *
 * <pre>
 * list := pageCount:u32 element*                        the elements that come after the pages
 * map  := 0:u32 pair*                                   a small one
 *       | pageCount:u32 entryCount:u64 hashSeed:u64     one whose pairs are all in pages
 * </pre>
 *
 * <p>Elements and pairs are fields, and a page is a row of them, as in an entry of a snapshot.
 */
final class PagedValue {
  /** The size from which on a page is ended or split. */
  static final int PAGE_BYTES = 1024;

  private static final int PAGE_COUNT_OFFSET = 0;
  static final int ENTRIES_OFFSET = PAGE_COUNT_OFFSET + Integer.BYTES;
  private static final int ENTRY_COUNT_OFFSET = PAGE_COUNT_OFFSET + Integer.BYTES;
  private static final int HASH_SEED_OFFSET = ENTRY_COUNT_OFFSET + Long.BYTES;
  static final int PAGED_MAP_BYTES = HASH_SEED_OFFSET + Long.BYTES;

  private PagedValue() {}

  static boolean hasEntries(TableFormat.Kind kind, int pageCount, int valueLength) {
    return kind == TableFormat.Kind.MAP ? pageCount == 0 : valueLength > ENTRIES_OFFSET;
  }

  static int pageCount(byte[] bytes, int valueAt) {
    return Bytes.getInt(bytes, valueAt + PAGE_COUNT_OFFSET);
  }

  static void setPageCount(byte[] bytes, int valueAt, int pageCount) {
    Bytes.putInt(bytes, valueAt + PAGE_COUNT_OFFSET, pageCount);
  }

  /**
   * Tells whether bytes that may be damaged are the value of a head, or a page.
   *
   * @throws io.statebackend.api.CorruptStateException if an element or pair ends beyond them
   */
  static boolean isSound(TableFormat format, boolean isPage, byte[] bytes, int from, int length) {
    int at = from;
    int to = from + length;
    boolean isMap = format.kind() == TableFormat.Kind.MAP;
    if (!isPage) {
      int pageCount = length < ENTRIES_OFFSET ? -1 : pageCount(bytes, from);
      if (pageCount < 0) {
        return false;
      }
      if (isMap && pageCount > 0) {
        return length >= PAGED_MAP_BYTES;
      }
      at += ENTRIES_OFFSET;
    }
    Pairs pairs = new Pairs(format.userKeyLength(), format.valueLength());
    while (at < to) {
      int end =
          isMap
              ? pairs.checkedEnd(bytes, at, to)
              : Fields.checkedEnd(bytes, at, to, format.valueLength());
      if (end == at) {
        return false;
      }
      at = end;
    }
    return true;
  }

  static long entryCount(byte[] bytes, int valueAt) {
    return Bytes.getLong(bytes, valueAt + ENTRY_COUNT_OFFSET);
  }

  static void setEntryCount(byte[] bytes, int valueAt, long entryCount) {
    Bytes.putLong(bytes, valueAt + ENTRY_COUNT_OFFSET, entryCount);
  }

  static long hashSeed(byte[] bytes, int valueAt) {
    return Bytes.getLong(bytes, valueAt + HASH_SEED_OFFSET);
  }

  static void setHashSeed(byte[] bytes, int valueAt, long hashSeed) {
    Bytes.putLong(bytes, valueAt + HASH_SEED_OFFSET, hashSeed);
  }

  /** Returns the room for a value that grows: half as much again, but not beyond a page. */
  static int capacityFor(int valueLength) {
    int page = ENTRIES_OFFSET + PAGE_BYTES;
    return valueLength >= page ? valueLength : Math.min(page, valueLength + valueLength / 2);
  }
}
