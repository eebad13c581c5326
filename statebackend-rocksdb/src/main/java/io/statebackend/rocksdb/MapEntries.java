// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryKeyFormat;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one table of maps. In the database each entry is separate. In the cache the
 * entries of a small map are together in one page. So the map is found by one lookup, iterated over
 * without the database, and cleared without a scan.
 *
 * <p>A page contains what is known about a map. It becomes <em>complete</em> when the map is first
 * iterated over: then an entry that is not in the page does not exist. A map that outgrows a page
 * is <em>large</em>, and an empty page says so. Its entries are cached separately. The page may be
 * evicted before they are, so they are looked up too before the database is read. An entry in a
 * page is never cached separately as well. The dirty ones among the separate entries are listed map
 * by map, because they have to be written before the database is scanned for the map.
 *
 * <p>Only the owner uses it. Keys are complete: key group, key and namespace, which form the
 * prefix, and user key. What {@link #get} found is valid until the next call.
 */
final class MapEntries {
  /** A map with more than this is large. Pages are searched from their beginning on. */
  private static final int PAGE_BYTES_MAX = 2 << 10;

  private static final int PAGE_ENTRIES_MAX = 128;

  /** A large map with more entries is cleared as a range. */
  private static final int CLEARED_ONE_BY_ONE_MAX = 512;

  /** From this size on a batch is written. */
  private static final int BATCH_BYTES = 256 << 10;

  private final Database database;
  private final EntryCache cache;
  private final Column column;
  private final StoredEntries entries;
  private final MapPage page = new MapPage();
  private final BinaryOutput item = new BinaryOutput();
  private final BinaryOutput content = new BinaryOutput();
  private final EntryBlock block = new EntryBlock();
  private final Batch batch = new Batch();
  private final BinaryOutput single = new BinaryOutput();
  private final DirtyUserKeys dirtySingles;

  /** Whether the cache may have entries by themselves. */
  private boolean hasSingles;

  MapEntries(Database database, EntryCache cache, StoredEntries entries) {
    this.database = database;
    this.cache = cache;
    this.column = entries.column();
    this.entries = entries;
    this.dirtySingles = new DirtyUserKeys(cache);
  }

  byte[] bytes() {
    return entries.bytes();
  }

  int valueAt() {
    return entries.valueAt();
  }

  int valueEnd() {
    return entries.valueEnd();
  }

  /** Finds the value of a key; returns whether there is one. */
  boolean get(BinaryOutput key, int prefixLength) {
    database.checkOpen();
    if (findPage(key.array(), prefixLength)) {
      if (cache.isLarge()) {
        return getSingle(key);
      }
      if (page.find(key.array(), prefixLength, key.position())) {
        return entries.found(
            page.bytes(), page.valueAt(), page.isAbsent() ? -1 : page.valueLength());
      }
      if (cache.isComplete()) {
        return false;
      }
    }
    return hasSingle(key) ? getSingle(key) : read(key, prefixLength);
  }

  /** Finds the page of a map, and stands before its first item. */
  private boolean findPage(byte[] prefix, int prefixLength) {
    if (!cache.findPage(column.id(), prefix, prefixLength)) {
      return false;
    }
    int from = cache.valueAt();
    page.open(column.format(), cache.bytes(), from, from + cache.valueLength());
    return true;
  }

  private boolean hasSingle(BinaryOutput key) {
    return hasSingles && cache.find(column.id(), key.array(), key.position());
  }

  private boolean getSingle(BinaryOutput key) {
    hasSingles = true;
    return entries.get(key);
  }

  /** Reads an entry from the database, and keeps it in the page of its map. */
  private boolean read(BinaryOutput key, int prefixLength) {
    int length = database.get(column, key.array(), key.position());
    if (length >= 0) {
      writeItem(false, key, prefixLength, database.buffer(), length);
    } else {
      writeAbsentItem(false, key, prefixLength);
    }
    if (!addItem(key, prefixLength, false)) {
      makeLarge(key.array(), prefixLength);
    }
    return entries.found(database.buffer(), 0, length);
  }

  void put(BinaryOutput key, int prefixLength, BinaryOutput value) {
    database.checkOpen();
    entries.limits().checkKey(column, key.position());
    entries.limits().checkValue(column, value.position());
    boolean isInPage = false;
    if (findPage(key.array(), prefixLength)) {
      if (cache.isLarge()) {
        putSingle(key, prefixLength, value);
        return;
      }
      isInPage = cache.isComplete();
      if (page.find(key.array(), prefixLength, key.position())) {
        if (page.valueLength() == value.position()) {
          page.overwrite(value.array(), 0);
          cache.markPageDirty();
          return;
        }
        isInPage = true;
      }
    }
    if (!isInPage && hasSingle(key)) {
      putSingle(key, prefixLength, value);
      return;
    }
    writeItem(true, key, prefixLength, value.array(), value.position());
    if (!addItem(key, prefixLength, true)) {
      makeLarge(key.array(), prefixLength);
      putSingle(key, prefixLength, value);
    }
  }

  private void putSingle(BinaryOutput key, int prefixLength, BinaryOutput value) {
    beginSingleWrite(key, prefixLength);
    entries.put(key, value);
  }

  void remove(BinaryOutput key, int prefixLength) {
    database.checkOpen();
    if (findPage(key.array(), prefixLength)) {
      if (cache.isLarge()) {
        removeSingle(key, prefixLength);
        return;
      }
      if (page.find(key.array(), prefixLength, key.position())) {
        if (!page.isAbsent()) {
          page.setAbsent();
          cache.markPageDirty();
        }
        return;
      }
      if (cache.isComplete()) {
        return;
      }
    }
    if (hasSingle(key)) {
      removeSingle(key, prefixLength);
      return;
    }
    writeAbsentItem(true, key, prefixLength);
    if (!addItem(key, prefixLength, true)) {
      makeLarge(key.array(), prefixLength);
      removeSingle(key, prefixLength);
    }
  }

  private void removeSingle(BinaryOutput key, int prefixLength) {
    beginSingleWrite(key, prefixLength);
    entries.remove(key);
  }

  private void beginSingleWrite(BinaryOutput key, int prefixLength) {
    hasSingles = true;
    if (cache.isClean()) {
      dirtySingles.clear();
    }
    if (!cache.hasPending(column.id(), key.array(), key.position())) {
      dirtySingles.add(key.array(), prefixLength, key.position());
    }
  }

  boolean isEmpty(byte[] prefix) {
    database.checkOpen();
    if (findPage(prefix, prefix.length) && page.hasPresent()) {
      return false;
    }
    if (completePage(prefix)) {
      return !page.hasPresent();
    }
    scan(prefix, prefix, block, 1, false);
    return block.count() == 0;
  }

  /** Returns the page of a map with all its entries, or null if the map is large. */
  byte @Nullable [] page(byte[] prefix) {
    database.checkOpen();
    if (!completePage(prefix)) {
      return null;
    }
    int from = cache.valueAt();
    return Arrays.copyOfRange(cache.bytes(), from, from + cache.valueLength());
  }

  /**
   * Reads entries of a map that is large.
   *
   * @param from the first key that may be read
   * @return whether there may be more
   */
  boolean read(byte[] prefix, byte[] from, EntryBlock target, int countMax) {
    database.checkOpen();
    return scan(prefix, from, target, countMax, true);
  }

  /** Reads entries of a map that the database has, with those that were cached by themselves. */
  private boolean scan(
      byte[] prefix, byte[] from, EntryBlock target, int countMax, boolean withValues) {
    writeSingles(prefix);
    return database.readPrefix(column, prefix, from, target, countMax, withValues);
  }

  /** Writes what is dirty of a map but for its page; nothing of other maps, if it can be told. */
  private void writeSingles(byte[] prefix) {
    if (dirtySingles.isGivenUp()) {
      entries.flush();
      dirtySingles.clear();
      return;
    }
    BinaryInput userKeys = dirtySingles.of(prefix);
    if (userKeys != null) {
      while (userKeys.remaining() > 0) {
        writeSome(prefix, userKeys);
      }
      dirtySingles.remove(prefix);
    }
    // What was sealed is clean, and the database may not have it yet.
    database.writeSealed();
  }

  private void writeSome(byte[] prefix, BinaryInput userKeys) {
    int from = userKeys.position();
    batch.clear();
    while (userKeys.remaining() > 0 && batch.sizeBytes() < BATCH_BYTES) {
      readSingleKey(prefix, userKeys);
      cache.addPending(batch, column.id(), single.array(), single.position());
    }
    int to = userKeys.position();
    database.write(batch);
    userKeys.reset(userKeys.array(), from, userKeys.limit());
    while (userKeys.position() < to) {
      readSingleKey(prefix, userKeys);
      cache.clean(column.id(), single.array(), single.position());
    }
  }

  private void readSingleKey(byte[] prefix, BinaryInput userKeys) {
    int length = userKeys.readVarInt();
    single.reset();
    single.write(prefix, 0, prefix.length);
    single.write(userKeys.array(), userKeys.position(), length);
    userKeys.skip(length);
  }

  /** Removes all entries of a map. */
  void clear(byte[] prefix) {
    database.checkOpen();
    if (findPage(prefix, prefix.length) && cache.isComplete()) {
      clearPage();
      return;
    }
    if (scan(prefix, prefix, block, CLEARED_ONE_BY_ONE_MAX, false)) {
      entries.removeRange(prefix, EntryKeyFormat.endOf(prefix));
    } else {
      entries.removeAll(block);
    }
    cache.forgetPage(column.id(), prefix, prefix.length);
  }

  private void clearPage() {
    boolean isChanged = false;
    while (page.next()) {
      if (!page.isAbsent()) {
        page.setAbsent();
        isChanged = true;
      }
    }
    if (isChanged) {
      cache.markPageDirty();
    }
  }

  // ---- pages ----

  private void writeItem(
      boolean isDirty, BinaryOutput key, int prefixLength, byte[] value, int length) {
    item.reset();
    if (length <= PAGE_BYTES_MAX) {
      MapPage.write(
          column.format(),
          isDirty,
          key.array(),
          prefixLength,
          key.position(),
          value,
          0,
          length,
          item);
    }
  }

  private void writeAbsentItem(boolean isDirty, BinaryOutput key, int prefixLength) {
    item.reset();
    MapPage.writeAbsent(column.format(), isDirty, key.array(), prefixLength, key.position(), item);
  }

  /**
   * Adds the item to the page of its map, in place of the one of its user key.
   *
   * @return {@code false} if there is no room for it; nothing is changed then
   */
  private boolean addItem(BinaryOutput key, int prefixLength, boolean isDirty) {
    if (item.position() == 0) {
      return false;
    }
    content.reset();
    int state = isDirty ? EntryCache.DIRTY : 0;
    if (findPage(key.array(), prefixLength)) {
      boolean isComplete = cache.isComplete();
      state |= isComplete ? EntryCache.COMPLETE : 0;
      while (page.next()) {
        boolean isForgettable = isComplete && page.isAbsent() && !page.isDirty();
        if (!isForgettable && !page.isOf(key.array(), prefixLength, key.position())) {
          page.copyTo(content);
          state |= page.isDirty() ? EntryCache.DIRTY : 0;
        }
      }
    }
    content.write(item.array(), 0, item.position());
    if (!putPage(key.array(), prefixLength, state, true)) {
      return false;
    }
    if (hasSingles) {
      cache.forget(column.id(), key.array(), key.position());
    }
    return true;
  }

  private boolean putPage(byte[] prefix, int prefixLength, int state, boolean isGrowing) {
    entries.noteCached();
    return content.position() <= PAGE_BYTES_MAX
        && cache.putPage(column.id(), prefix, prefixLength, content, state, isGrowing);
  }

  /**
   * Sees to it that the page of a map holds all its entries, and opens it.
   *
   * @return {@code false} if the map is large
   */
  private boolean completePage(byte[] prefix) {
    if (findPage(prefix, prefix.length)) {
      if (cache.isLarge()) {
        return false;
      }
      if (cache.isComplete()) {
        return true;
      }
    } else if (!cache.hasRoom(prefix.length)) {
      return false;
    }
    if (hasSingles) {
      writeSingles(prefix);
    }
    boolean hasMore = database.readPrefix(column, prefix, prefix, block, PAGE_ENTRIES_MAX, true);
    if (hasMore || !putComplete(prefix)) {
      makeLarge(prefix, prefix.length);
      return false;
    }
    return findPage(prefix, prefix.length);
  }

  /** Puts what is in the page of a map and what was read, which is older, together. */
  private boolean putComplete(byte[] prefix) {
    content.reset();
    int state = EntryCache.COMPLETE;
    if (findPage(prefix, prefix.length)) {
      while (page.next()) {
        page.copyTo(content);
        state |= page.isDirty() ? EntryCache.DIRTY : 0;
      }
    }
    for (int i = 0; i < block.count() && content.position() <= PAGE_BYTES_MAX; i++) {
      int from = block.keyAt(i) + prefix.length;
      int to = block.keyAt(i) + block.keyLength(i);
      if (!findPage(prefix, prefix.length) || !page.find(block.bytes(), from, to)) {
        MapPage.write(
            column.format(),
            false,
            block.bytes(),
            from,
            to,
            block.bytes(),
            block.valueAt(i),
            block.valueLength(i),
            content);
      }
    }
    if (!putPage(prefix, prefix.length, state, false)) {
      return false;
    }
    for (int i = 0; hasSingles && i < block.count(); i++) {
      byte[] key = block.key(i);
      cache.forget(column.id(), key, key.length);
    }
    return true;
  }

  /** Notes that a map is large, and writes what its page has that the database has not. */
  private void makeLarge(byte[] prefix, int prefixLength) {
    hasSingles = true;
    batch.clear();
    cache.addPendingPage(batch, column.id(), prefix, prefixLength);
    database.write(batch);
    database.writeSealed();
    cache.putLarge(column.id(), prefix, prefixLength);
  }
}
