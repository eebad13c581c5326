// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryOutput;

/**
 * The maps of a table in serialized form: finds, puts and removes one pair at a time.
 *
 * <p>A map has a head. The pairs of a small one lie in the head; those of a larger one in pages by
 * the hash of the user key, of which there are more the larger the map is ({@link LinearHashing}):
 * one more for each that is filled, one less for each that is nearly emptied. A page that is empty
 * is not there.
 */
final class PagedMap {
  private static final int FIRST_PAGE_COUNT = 2;

  /** A page that becomes smaller than this makes two pages one. */
  private static final int NEARLY_EMPTY_BYTES = PagedValue.PAGE_BYTES / 8;

  /** What is joined is no larger than this, so that it is not divided soon again. */
  private static final int JOINED_BYTES_MAX = PagedValue.PAGE_BYTES / 2;

  final Pages allPages;
  private final FsTable<?, ?> table;
  private final Log log;
  private final Records heads;
  private final Records pages;
  private final KeyPart key;
  private final KeyPart pageKey;
  private final RecordView head;
  private final RecordView page;
  private final Pairs pairs;

  /** The field of a user key, and that of its value if it is put. */
  private final BinaryOutput pair = new BinaryOutput();

  private int keyFieldLength;

  /** The pairs of two pages while one is divided, or both are joined in the first one. */
  private final BinaryOutput[] halves = {new BinaryOutput(), new BinaryOutput()};

  /** Whether the number of pages was changed, or is right, for the operation at hand. */
  private boolean hasRightPages;

  PagedMap(FsTable<?, ?> table, Pairs pairs) {
    this.table = table;
    this.log = table.log;
    this.heads = table.heads;
    this.allPages = new Pages(table);
    this.pages = allPages.records;
    this.key = table.key;
    this.pageKey = allPages.key;
    this.head = table.head;
    this.page = allPages.view;
    this.pairs = pairs;
  }

  /** Begins the pair at hand; its user key is written next, and then {@link #endUserKey} called. */
  BinaryOutput beginPair() {
    pair.reset();
    return pair;
  }

  /** Ends the user key of the pair at hand; its value is written next if it is to be put. */
  void endUserKey() {
    keyFieldLength = pair.position();
  }

  int keyFieldLength() {
    return keyFieldLength;
  }

  /** Makes a pair of other bytes the one at hand. */
  void setPair(byte[] bytes, int from, int length, int keyLength) {
    pair.reset();
    pair.write(bytes, from, length);
    keyFieldLength = keyLength;
  }

  /** Returns how many pages the map has whose head was found, 0 if it is small. */
  int pageCount() {
    return PagedValue.pageCount(head.bytes(), heads.valueAt(head));
  }

  /** Returns where in a small map's head the pair with the user key at hand is. */
  int findInHead() {
    byte[] bytes = head.bytes();
    int from = heads.valueAt(head);
    return pairs.find(
        bytes,
        from + PagedValue.ENTRIES_OFFSET,
        from + heads.valueLength(head),
        pair.array(),
        keyFieldLength);
  }

  /** Returns where in the page that was found the pair with the user key at hand is. */
  int findInPage() {
    byte[] bytes = page.bytes();
    int from = pages.valueAt(page);
    return pairs.find(bytes, from, from + pages.valueLength(page), pair.array(), keyFieldLength);
  }

  static long hash(byte[] bytes, int from, int length, long seed) {
    return KeyHash.of(bytes, from, length, seed);
  }

  /** Moves to the page that the user key belongs to, if it is there. */
  boolean findPageOfKey(int keyGroup) {
    int valueAt = heads.valueAt(head);
    long seed = PagedValue.hashSeed(head.bytes(), valueAt);
    long hash = hash(pair.array(), 0, keyFieldLength, seed);
    return allPages.find(
        keyGroup, key, LinearHashing.page(hash, PagedValue.pageCount(head.bytes(), valueAt)));
  }

  /** Puts the pair at hand into the map that the table's key part names. */
  void put(int keyGroup) {
    hasRightPages = false;
    while (!tryPut(keyGroup)) {
      // Room was made, so what was looked up has to be looked up again.
    }
  }

  /** Tells whether records fit; if not, makes room for another try. */
  private boolean hasRoomFor(long sizeBytes) {
    if (log.fits(sizeBytes)) {
      return true;
    }
    log.makeRoom(sizeBytes, table.name());
    return false;
  }

  private boolean tryPut(int keyGroup) {
    if (!heads.find(keyGroup, key, head)) {
      return tryBegin(keyGroup);
    }
    if (pageCount() > 0) {
      return tryPutIntoPage(keyGroup);
    }
    int at = findInHead();
    int from = heads.valueAt(head);
    int used = heads.valueLength(head);
    int removed = at == Pairs.NOT_FOUND ? 0 : pairs.end(head.bytes(), at) - at;
    int newLength = used - removed + pair.position();
    boolean isSingle = used - removed == PagedValue.ENTRIES_OFFSET;
    if (newLength > PagedValue.ENTRIES_OFFSET + PagedValue.PAGE_BYTES && !isSingle) {
      return tryMakePages(keyGroup) && tryPut(keyGroup);
    }
    int offset = at == Pairs.NOT_FOUND ? used : at - from;
    return tryChange(keyGroup, heads, key, head, offset, removed, pair.position());
  }

  private boolean tryBegin(int keyGroup) {
    int used = PagedValue.ENTRIES_OFFSET + pair.position();
    int capacity = PagedValue.capacityFor(used);
    if (!hasRoomFor(heads.layout().sizeBytes(key.length(), capacity))) {
      return false;
    }
    int at = heads.add(keyGroup, key, used, capacity);
    byte[] target = log.active().memoryNow();
    PagedValue.setPageCount(target, at, 0);
    System.arraycopy(pair.array(), 0, target, at + PagedValue.ENTRIES_OFFSET, pair.position());
    return true;
  }

  /**
   * Replaces a pair of a row of pairs by the one at hand, or by none.
   *
   * @param offset where in the value the pair begins, or its end
   * @param removed the length of the pair there, 0 to add one
   * @param added the length of the pair at hand, 0 to remove one
   * @return whether that was done; otherwise room was made for another try
   */
  private boolean tryChange(
      int keyGroup,
      Records records,
      KeyPart recordKey,
      RecordView view,
      int offset,
      int removed,
      int added) {
    byte[] bytes = view.bytes();
    int from = records.valueAt(view);
    int used = records.valueLength(view);
    int newLength = used - removed + added;
    int rest = used - offset - removed;
    if (records.hasRoom(view, newLength)) {
      int at = from + offset;
      if (removed != added) {
        System.arraycopy(bytes, at + removed, bytes, at + added, rest);
        records.layout().setValueLength(bytes, view.at(), newLength);
      }
      System.arraycopy(pair.array(), 0, bytes, at, added);
      return true;
    }
    int capacity = newLength > used ? PagedValue.capacityFor(newLength) : newLength;
    if (!hasRoomFor(records.layout().sizeBytes(recordKey.length(), capacity))) {
      return false;
    }
    int at = records.replace(keyGroup, recordKey, view, newLength, capacity);
    byte[] target = log.active().memoryNow();
    System.arraycopy(bytes, from, target, at, offset);
    System.arraycopy(pair.array(), 0, target, at + offset, added);
    System.arraycopy(bytes, from + offset + removed, target, at + offset + added, rest);
    return true;
  }

  /** Moves the pairs of a small map from its head into pages. */
  private boolean tryMakePages(int keyGroup) {
    byte[] bytes = head.bytes();
    int from = heads.valueAt(head) + PagedValue.ENTRIES_OFFSET;
    int to = heads.valueAt(head) + heads.valueLength(head);
    long entryCount = pairs.count(bytes, from, to);
    long seed = key.hash();
    divide(bytes, from, to, seed, 0);
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long needed = inPlace ? 0 : headBytes();
    for (BinaryOutput half : halves) {
      needed += pageBytes(half);
    }
    if (!hasRoomFor(needed)) {
      return false;
    }
    for (int i = 0; i < FIRST_PAGE_COUNT; i++) {
      storePage(keyGroup, i, halves[i]);
    }
    writeHead(keyGroup, inPlace, FIRST_PAGE_COUNT, entryCount, seed);
    return true;
  }

  private long headBytes() {
    return heads.layout().sizeBytes(key.length(), PagedValue.PAGED_MAP_BYTES);
  }

  private long pageBytes(BinaryOutput content) {
    int keyLength = key.length() + KeyPartFormat.PAGE_BYTES;
    return pages.layout().sizeBytes(keyLength, PagedValue.capacityFor(content.position()));
  }

  /** Divides pairs by one bit of the hash of their user keys. */
  private void divide(byte[] bytes, int from, int to, long seed, int bit) {
    halves[0].reset();
    halves[1].reset();
    for (int at = from; at < to; ) {
      int end = pairs.end(bytes, at);
      long hash = hash(bytes, at, pairs.keyEnd(bytes, at) - at, seed);
      halves[(int) (hash >>> bit) & 1].write(bytes, at, end - at);
      at = end;
    }
  }

  /** Stores a page, which fits; removes it if it has nothing. */
  private void storePage(int keyGroup, int number, BinaryOutput content) {
    boolean exists = allPages.find(keyGroup, key, number);
    int length = content.position();
    if (length == 0) {
      if (exists) {
        pages.remove(keyGroup, pageKey, page);
      }
      return;
    }
    int capacity = PagedValue.capacityFor(length);
    int at =
        exists
            ? pages.replace(keyGroup, pageKey, page, length, capacity)
            : pages.add(keyGroup, pageKey, length, capacity);
    System.arraycopy(content.array(), 0, log.active().memoryNow(), at, length);
  }

  private void writeHead(int keyGroup, boolean inPlace, int pageCount, long entryCount, long seed) {
    byte[] target;
    int at;
    if (inPlace) {
      target = head.bytes();
      at = heads.valueAt(head);
      heads.layout().setValueLength(target, head.at(), PagedValue.PAGED_MAP_BYTES);
    } else {
      at =
          heads.replace(
              keyGroup, key, head, PagedValue.PAGED_MAP_BYTES, PagedValue.PAGED_MAP_BYTES);
      target = log.active().memoryNow();
    }
    PagedValue.setPageCount(target, at, pageCount);
    PagedValue.setEntryCount(target, at, entryCount);
    PagedValue.setHashSeed(target, at, seed);
  }

  private boolean tryPutIntoPage(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    boolean exists = findPageOfKey(keyGroup);
    int at = exists ? findInPage() : Pairs.NOT_FOUND;
    if (at == Pairs.NOT_FOUND) {
      return tryAddToPage(keyGroup, exists, pageCount, entryCount, seed);
    }
    int removed = pairs.end(page.bytes(), at) - at;
    int offset = at - pages.valueAt(page);
    return tryChange(keyGroup, pages, pageKey, page, offset, removed, pair.position());
  }

  private boolean tryAddToPage(
      int keyGroup, boolean exists, int pageCount, long entryCount, long seed) {
    int used = exists ? pages.valueLength(page) : 0;
    int newLength = used + pair.position();
    if (newLength > PagedValue.PAGE_BYTES && !hasRightPages) {
      // Before anything else is changed: if there is no room for it, nothing was done.
      hasRightPages = tryAddPage(keyGroup);
      return false;
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long pageBytes = pages.layout().sizeBytes(pageKey.length(), PagedValue.capacityFor(newLength));
    if (!hasRoomFor(pageBytes + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    if (exists) {
      if (!tryChange(keyGroup, pages, pageKey, page, used, 0, pair.position())) {
        throw new IllegalStateException("there was room, and then there was not");
      }
    } else {
      int at = pages.add(keyGroup, pageKey, newLength, PagedValue.capacityFor(newLength));
      System.arraycopy(pair.array(), 0, log.active().memoryNow(), at, newLength);
    }
    writeHead(keyGroup, inPlace, pageCount, entryCount + 1, seed);
    return true;
  }

  /** Divides the page whose turn it is; if there is no room, makes some for another try. */
  private boolean tryAddPage(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int split = LinearHashing.nextSplit(pageCount);
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    halves[0].reset();
    halves[1].reset();
    boolean exists = allPages.find(keyGroup, key, split);
    if (exists) {
      int from = pages.valueAt(page);
      int bit = Integer.numberOfTrailingZeros(pageCount - split);
      divide(page.bytes(), from, from + pages.valueLength(page), seed, bit);
    }
    if (!hasRoomFor(pageBytes(halves[0]) + pageBytes(halves[1]) + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    storePage(keyGroup, pageCount, halves[1]);
    storePage(keyGroup, split, halves[0]);
    writeHead(keyGroup, inPlace, pageCount + 1, entryCount, seed);
    return true;
  }

  /** Removes the pair with the user key at hand from the map that the table's key part names. */
  void remove(int keyGroup) {
    hasRightPages = false;
    while (!tryRemove(keyGroup)) {
      // Room was made, so what was looked up has to be looked up again.
    }
  }

  private boolean tryRemove(int keyGroup) {
    if (!heads.find(keyGroup, key, head)) {
      return true;
    }
    if (pageCount() > 0) {
      return tryRemoveFromPage(keyGroup);
    }
    int at = findInHead();
    if (at == Pairs.NOT_FOUND) {
      return true;
    }
    int removed = pairs.end(head.bytes(), at) - at;
    if (heads.valueLength(head) - removed == PagedValue.ENTRIES_OFFSET) {
      heads.remove(keyGroup, key, head);
      return true;
    }
    return tryChange(keyGroup, heads, key, head, at - heads.valueAt(head), removed, 0);
  }

  private boolean tryRemoveFromPage(int keyGroup) {
    if (!findPageOfKey(keyGroup)) {
      return true;
    }
    int at = findInPage();
    if (at == Pairs.NOT_FOUND) {
      return true;
    }
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int removed = pairs.end(page.bytes(), at) - at;
    int newLength = pages.valueLength(page) - removed;
    if (newLength < NEARLY_EMPTY_BYTES && !hasRightPages) {
      hasRightPages = tryJoinPages(keyGroup);
      return false;
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long needed =
        (newLength == 0 ? 0 : pages.layout().sizeBytes(pageKey.length(), newLength))
            + (inPlace ? 0 : headBytes());
    if (!hasRoomFor(needed)) {
      return false;
    }
    if (newLength == 0) {
      pages.remove(keyGroup, pageKey, page);
    } else if (!tryChange(keyGroup, pages, pageKey, page, at - pages.valueAt(page), removed, 0)) {
      throw new IllegalStateException("there was room, and then there was not");
    }
    if (entryCount == 1) {
      heads.remove(keyGroup, key, head);
      allPages.iterators.end(key);
    } else {
      writeHead(keyGroup, inPlace, pageCount, entryCount - 1, seed);
    }
    return true;
  }

  /**
   * Joins the last page and the one that it was divided from, or takes the pairs of the only two
   * pages into the head, if they are few; if there is no room, makes some for another try.
   */
  private boolean tryJoinPages(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int last = pageCount - 1;
    int joined = LinearHashing.nextSplit(last);
    if (pageLength(keyGroup, joined) + pageLength(keyGroup, last) > JOINED_BYTES_MAX) {
      return true;
    }
    halves[0].reset();
    halves[1].reset();
    addPage(keyGroup, joined, halves[0]);
    addPage(keyGroup, last, halves[0]);
    if (pageCount == FIRST_PAGE_COUNT) {
      return allPages.iterators.isUnderWay(key) || tryTakeIntoHead(keyGroup);
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    if (!hasRoomFor(pageBytes(halves[0]) + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    storePage(keyGroup, last, halves[1]);
    storePage(keyGroup, joined, halves[0]);
    writeHead(keyGroup, inPlace, pageCount - 1, entryCount, seed);
    return true;
  }

  private long pageLength(int keyGroup, int number) {
    return allPages.find(keyGroup, key, number) ? pages.valueLength(page) : 0;
  }

  private void addPage(int keyGroup, int number, BinaryOutput target) {
    if (allPages.find(keyGroup, key, number)) {
      target.write(page.bytes(), pages.valueAt(page), pages.valueLength(page));
    }
  }

  /** Makes a map small again whose pairs were collected. */
  private boolean tryTakeIntoHead(int keyGroup) {
    int length = PagedValue.ENTRIES_OFFSET + halves[0].position();
    int capacity = PagedValue.capacityFor(length);
    if (!hasRoomFor(heads.layout().sizeBytes(key.length(), capacity))) {
      return false;
    }
    for (int i = 0; i < FIRST_PAGE_COUNT; i++) {
      storePage(keyGroup, i, halves[1]);
    }
    int at = heads.replace(keyGroup, key, head, length, capacity);
    byte[] target = log.active().memoryNow();
    PagedValue.setPageCount(target, at, 0);
    System.arraycopy(
        halves[0].array(), 0, target, at + PagedValue.ENTRIES_OFFSET, halves[0].position());
    return true;
  }
}
