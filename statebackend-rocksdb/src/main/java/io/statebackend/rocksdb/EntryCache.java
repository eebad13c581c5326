// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A bounded write-back cache of entries in serialized form, on the heap. Entries that are used
 * often cross into native code only when they are evicted or an image is taken.
 *
 * <pre>
 * chunk := entry*                             chunks are filled one after the other, and evicted so
 * entry := hash:i32 keyLength:u16 capacity:u16 valueLength:u16 flags:u8 -:u8 column:i32 key value
 * slot  := hash:32 address:32                 an open-addressed index of all entries
 * </pre>
 *
 * <p>Only the owner uses it. Methods that find or create an entry leave the cache positioned on it.
 */
final class EntryCache implements DirtyUserKeys.Memory, AutoCloseable {
  /*
   * Eviction. The oldest chunk is evicted as a whole: entries that were used since it was last
   * looked at move to its beginning, up to half of it, the others go. What is dirty among these is
   * written in one batch, in the order of its keys, before anything is changed; so an operation
   * that fails has done nothing. That is CLOCK with chunks for pages: a hit costs one bit, and
   * memory never fragments. Making room (prepare) therefore comes first in each operation, and all
   * that follows cannot fail. It may evict what the cache stands on, so entries are located again.
   *
   * Absence. That a key has no value is an entry too, so that counting up a new key reads the
   * database once, and removals are written back like values.
   *
   * Operands. For lists an entry holds what is to be appended to the stored list. It is never clean:
   * once it is written, or sealed, it is gone, as appending it again would double it.
   *
   * Sealing. An image takes what is dirty as batches, chunk by chunk, the oldest first, and the
   * entries stay, clean, while the database does not have them yet. Three rules keep that right:
   *
   *   1. sealedAs tells for each chunk which batch was sealed of it. Before the chunk is evicted,
   *      the batches up to that one are written. So what is not in the cache is in the database.
   *   2. An entry that moves to another chunk while its sealed form is not written yet takes the
   *      number along (putPage): the chunk that it is in then waits for the same batch. An entry
   *      that is replaced by put is dirty again, and its batch comes after those that are sealed.
   *   3. Nothing else is written to the database before the image is settled: target.write sees to
   *      that. While that would have to wait, what is dirty stays in the chunk that is evicted as
   *      if it were used, up to half of it; only if there is no room for it the owner waits.
   *
   * Counts. dirtyCounts[c] is the number of entries of chunk c that are dirty and not dead, and
   * dirtyTotal their sum. Whoever sets or clears the flag changes both.
   */

  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);
  private static final byte[] NO_BYTES = {};

  static final int DIRTY = 1;
  private static final int USED = 2;
  private static final int DEAD = 4;
  private static final int ABSENT = 8;

  /** The value is appended to the stored one and does not replace it. */
  private static final int OPERAND = 16;

  /** What a map consists of, as {@link MapPage} says; or, of a large one, nothing. */
  private static final int PAGE = 32;

  /** The page has all entries of the map. */
  static final int COMPLETE = 64;

  /** The map is large. */
  private static final int LARGE = 128;

  private static final int KEY_LENGTH = Integer.BYTES;
  private static final int CAPACITY = KEY_LENGTH + Short.BYTES;
  private static final int VALUE_LENGTH = CAPACITY + Short.BYTES;
  private static final int FLAGS = VALUE_LENGTH + Short.BYTES;
  private static final int COLUMN = FLAGS + Short.BYTES;
  private static final int HEADER_BYTES = COLUMN + Integer.BYTES;
  private static final int ALIGNMENT = 8;

  private static final int CHUNK_BYTES_MIN = 1 << 10;

  /** Chunks are small if a budget has fewer than {@link #LARGE_CHUNKS_MIN} larger ones. */
  private static final int SMALL_CHUNK_BYTES = 64 << 10;

  private static final int LARGE_CHUNK_BYTES = 512 << 10;

  /** The minimum number of small chunks in a budget. */
  private static final int SMALL_CHUNKS_MIN = 16;

  /** The minimum number of chunks in a budget that are not small, for as many stores. */
  private static final int LARGE_CHUNKS_MIN = 512;

  /** An entry may take this fraction of a chunk; larger ones are not cached. */
  private static final int ENTRIES_PER_CHUNK_MIN = 8;

  /** The maximum size of a cached entry, for chunks of any size. */
  private static final int ENTRY_BYTES_MAX = SMALL_CHUNK_BYTES / ENTRIES_PER_CHUNK_MIN;

  /** Addresses are positive, and fit into half of a slot. */
  private static final int ADDRESSES_MAX = Integer.MAX_VALUE;

  private static final int INDEX_SLOTS_MIN = 256;
  private static final int PAGE_BYTES_MIN = 48;
  private static final int NO_ENTRY = -1;

  /** What is sealed may take this part of what the chunks do, besides them. */
  private static final int SEALED_SHARE = 4;

  /** What others take of the budget may be this part of what the chunks do. */
  private static final int OTHERS_SHARE = 16;

  private final CacheBudget.Account account;
  private final Columns columns;
  private final Target target;
  private final int chunkBytes;

  /** How many bits of an address tell the place in a chunk, whose size is a power of two. */
  private final int placeBits;

  private final Batch batch = new Batch();
  private final MapPage page = new MapPage();

  /** Entries of the chunk that is evicted. */
  private final KeySort victims = new KeySort();

  /** Hash and address + 1, or 0 for a free slot. */
  private long[] index = {};

  private int entryCount;

  /** Taken one after the other, and evicted so, in a circle. */
  private final byte[][] chunks;

  /** The used bytes of each chunk. */
  private final int[] sizes;

  /** The dirty entries of each chunk. */
  private final int[] dirtyCounts;

  /**
   * For each chunk, the batch with what was sealed of it, or 0. Until that is written the database
   * knows less than the cache, so the chunk is not evicted before.
   */
  private final int[] sealedAs;

  /** Which chunks may have entries of a key. */
  private final KeyFilter keys;

  private @Nullable SealedWrites sealed;

  private int chunkCount;
  private long takenByOthersBytes;
  private int oldest;
  private int newest = NO_ENTRY;
  private long dirtyTotal;

  // Where the cache stands: on an entry of a chunk.
  private byte[] bytes = {};
  private int at;
  private int chunk;

  private static VarHandle view(Class<?> arrayType) {
    return MethodHandles.byteArrayViewVarHandle(arrayType, ByteOrder.nativeOrder());
  }

  /** Knows the columns by what entries call them. */
  interface Columns {
    Column ofId(int id);
  }

  /** Where what is dirty is written. */
  interface Target {
    /** Does the writes of a batch, after those that were sealed. */
    void write(Batch batch);

    /** Tells whether a write would wait for nothing. */
    boolean isSettled();

    /** Waits for what a write would wait for. */
    void settle();
  }

  EntryCache(CacheBudget budget, Columns columns, Target target) {
    this.account = budget.open();
    this.columns = columns;
    this.target = target;
    this.chunkBytes = chunkBytes(budget.limitBytes());
    this.placeBits = Integer.numberOfTrailingZeros(chunkBytes / ALIGNMENT);
    int chunkCountMax =
        (int) Math.min(budget.limitBytes() / chunkBytes, ADDRESSES_MAX / (chunkBytes / ALIGNMENT));
    this.chunks = new byte[chunkCountMax][];
    this.sizes = new int[chunkCountMax];
    this.dirtyCounts = new int[chunkCountMax];
    this.sealedAs = new int[chunkCountMax];
    this.keys = new KeyFilter(account, chunkCountMax, chunkBytes);
  }

  private static int chunkBytes(long budgetBytes) {
    long small = Math.min(SMALL_CHUNK_BYTES, budgetBytes / SMALL_CHUNKS_MIN);
    long large = Math.min(LARGE_CHUNK_BYTES, budgetBytes / LARGE_CHUNKS_MIN);
    return (int) Long.highestOneBit(Math.max(CHUNK_BYTES_MIN, Math.max(small, large)));
  }

  // ---- where the cache stands ----

  byte[] bytes() {
    return bytes;
  }

  boolean isAbsent() {
    return (bytes[at + FLAGS] & ABSENT) != 0;
  }

  boolean isComplete() {
    return (bytes[at + FLAGS] & COMPLETE) != 0;
  }

  boolean isLarge() {
    return (bytes[at + FLAGS] & LARGE) != 0;
  }

  /** Tells whether the value is to be appended to the stored one. */
  boolean isOperand() {
    return (bytes[at + FLAGS] & OPERAND) != 0;
  }

  int valueAt() {
    return at + HEADER_BYTES + keyLength(bytes, at);
  }

  int valueLength() {
    return valueLength(bytes, at);
  }

  // ---- operations ----

  /** Finds an entry and notes that it is used. */
  boolean find(int column, byte[] key, int keyLength) {
    if (!locate(hash(column, key, keyLength), column, key, keyLength)) {
      return false;
    }
    if ((bytes[at + FLAGS] & USED) == 0) {
      bytes[at + FLAGS] |= USED;
    }
    return true;
  }

  /** Keeps a value that was read from the database, if there is room. */
  void keep(int column, byte[] key, int keyLength, byte[] value, int valueLength) {
    if (prepare(keyLength, valueLength)) {
      insert(hash(column, key, keyLength), column, key, keyLength, valueLength, 0);
      write(value, 0, valueLength);
    }
  }

  /** Keeps that a key was not found in the database, if there is room. */
  void keepAbsent(int column, byte[] key, int keyLength) {
    if (prepare(keyLength, 0)) {
      insert(hash(column, key, keyLength), column, key, keyLength, 0, ABSENT);
    }
  }

  /**
   * Puts a value, to be written later.
   *
   * @return {@code false} if it cannot be cached: nothing is changed then; it is to be written at
   *     once, and the entry to be forgotten
   */
  boolean put(int column, byte[] key, int keyLength, byte[] value, int valueAt, int valueLength) {
    return replace(column, key, keyLength, value, valueAt, valueLength, 0);
  }

  /** Removes a value, to be written later; otherwise as {@link #put}. */
  boolean remove(int column, byte[] key, int keyLength) {
    return replace(column, key, keyLength, key, 0, 0, ABSENT);
  }

  private boolean replace(
      int column, byte[] key, int keyLength, byte[] value, int valueAt, int length, int flags) {
    int hash = hash(column, key, keyLength);
    if (locate(hash, column, key, keyLength) && length <= capacity(bytes, at)) {
      overwrite(value, valueAt, length, flags);
      return true;
    }
    if (!prepare(keyLength, length)) {
      return false;
    }
    forget(column, key, keyLength);
    insert(hash, column, key, keyLength, length, flags | DIRTY);
    write(value, valueAt, length);
    return true;
  }

  private void overwrite(byte[] value, int from, int length, int flags) {
    markDirty();
    bytes[at + FLAGS] = (byte) (flags | DIRTY | USED);
    setShort(bytes, at + VALUE_LENGTH, 0);
    write(value, from, length);
  }

  /**
   * Appends to a list, to be written later.
   *
   * @return {@code false} if it cannot be cached: nothing is changed then; what {@link #addPending}
   *     gives is to be written first, then the elements, then the entry is to be forgotten
   */
  boolean append(int column, byte[] key, int keyLength, BinaryOutput elements) {
    int hash = hash(column, key, keyLength);
    int addedLength = elements.position();
    if (!locate(hash, column, key, keyLength)) {
      if (!prepare(keyLength, addedLength)) {
        return false;
      }
      insert(hash, column, key, keyLength, roomFor(keyLength, addedLength), OPERAND | DIRTY);
      write(elements.array(), 0, addedLength);
      return true;
    }
    int length = appendedLength(addedLength);
    if (length > capacity(bytes, at)) {
      if (!prepare(keyLength, length)) {
        return false;
      }
      if (!locate(hash, column, key, keyLength)) {
        // Making room has written it, and dropped it.
        return append(column, key, keyLength, elements);
      }
      move(hash, column, key, keyLength, roomFor(keyLength, length));
    }
    markDirty();
    if (isAbsent()) {
      bytes[at + FLAGS] &= ~ABSENT;
    } else {
      write(ListElements.SEPARATORS, 0, 1);
    }
    bytes[at + FLAGS] |= USED;
    write(elements.array(), 0, addedLength);
    return true;
  }

  private int appendedLength(int addedLength) {
    return isAbsent() ? addedLength : valueLength() + 1 + addedLength;
  }

  /**
   * Returns the capacity that an operand of a length is given: room to grow, within what may be.
   */
  private int roomFor(int keyLength, int length) {
    return Math.max(length, Math.min(Math.max(48, 2 * length), capacityMax(keyLength)));
  }

  /** Gives the entry that the cache stands on a larger place, which there is room for. */
  private void move(int hash, int column, byte[] key, int keyLength, int capacity) {
    byte[] source = bytes;
    int from = valueAt();
    int length = valueLength();
    int flags = bytes[at + FLAGS];
    kill();
    insert(hash, column, key, keyLength, capacity, flags | DIRTY);
    write(source, from, length);
  }

  /** Adds what is to be written for an entry, if there is one that is dirty. */
  void addPending(Batch target, int column, byte[] key, int keyLength) {
    if (locate(hash(column, key, keyLength), column, key, keyLength) && isDirty(bytes, at)) {
      addTo(target, bytes, at);
    }
  }

  /** Tells whether there is an entry that is dirty. */
  boolean hasPending(int column, byte[] key, int keyLength) {
    return locate(hash(column, key, keyLength), column, key, keyLength) && isDirty(bytes, at);
  }

  /** Notes that what {@link #addPending} gave is written; for a value, which stays, clean. */
  void clean(int column, byte[] key, int keyLength) {
    if (hasPending(column, key, keyLength)) {
      bytes[at + FLAGS] &= ~DIRTY;
      dirtyCounts[chunk]--;
      dirtyTotal--;
    }
  }

  // ---- pages, which are entries of a column of their own ----

  private static int pagesOf(int column) {
    return ~column;
  }

  /** Finds the page of a map and notes that it is used. */
  boolean findPage(int column, byte[] prefix, int prefixLength) {
    return find(pagesOf(column), prefix, prefixLength);
  }

  /** Notes that the page that the cache stands on has items to be written. */
  void markPageDirty() {
    markDirty();
  }

  /** Tells whether there may be room for the page of a map. */
  boolean hasRoom(int prefixLength) {
    return chunks.length > 0 && capacityMax(prefixLength) > 0;
  }

  /**
   * Puts a page in place of the one that may be there.
   *
   * @param state {@link #DIRTY} if items are to be written, {@link #COMPLETE} if nothing is missing
   * @param isGrowing whether there will be more of it
   * @return {@code false} if there is no room for it; nothing is changed then
   */
  boolean putPage(
      int column,
      byte[] prefix,
      int prefixLength,
      BinaryOutput content,
      int state,
      boolean isGrowing) {
    int pages = pagesOf(column);
    int hash = hash(pages, prefix, prefixLength);
    int length = content.position();
    if (locate(hash, pages, prefix, prefixLength) && length <= capacity(bytes, at)) {
      if ((state & DIRTY) != 0) {
        markDirty();
      }
      bytes[at + FLAGS] = (byte) (PAGE | state | USED);
      setShort(bytes, at + VALUE_LENGTH, 0);
      write(content.array(), 0, length);
      return true;
    }
    if (!prepare(prefixLength, length)) {
      return false;
    }
    int sealedBatch = 0;
    if (locate(hash, pages, prefix, prefixLength)) {
      sealedBatch = sealedAs[chunk];
      kill();
    }
    int wanted = isGrowing ? Math.max(PAGE_BYTES_MIN, length + length / 4) : length;
    int capacity = Math.max(length, Math.min(wanted, capacityMax(prefixLength)));
    insert(hash, pages, prefix, prefixLength, capacity, PAGE | state);
    write(content.array(), 0, length);
    // What was sealed of it stays with it.
    sealedAs[newest] = Math.max(sealedAs[newest], sealedBatch);
    return true;
  }

  /** Notes that a map is large, if there is room for that. Its page has nothing to be written. */
  void putLarge(int column, byte[] prefix, int prefixLength) {
    int pages = pagesOf(column);
    forget(pages, prefix, prefixLength);
    if (prepare(prefixLength, 0)) {
      int hash = hash(pages, prefix, prefixLength);
      insert(hash, pages, prefix, prefixLength, 0, PAGE | LARGE);
    }
  }

  /** Adds what is to be written of the page of a map, if there is one. */
  void addPendingPage(Batch batchToFill, int column, byte[] prefix, int prefixLength) {
    addPending(batchToFill, pagesOf(column), prefix, prefixLength);
  }

  /** Drops the page of a map without writing it. */
  void forgetPage(int column, byte[] prefix, int prefixLength) {
    forget(pagesOf(column), prefix, prefixLength);
  }

  private void addItemsTo(Batch batchToFill, byte[] source, int entry) {
    int key = entry + HEADER_BYTES;
    int keyLength = keyLength(source, entry);
    Column column = openPage(source, entry);
    while (page.next()) {
      if (page.isDirty()) {
        batchToFill.putOrDelete(column, source, key, keyLength, page);
      }
    }
  }

  private Column openPage(byte[] source, int entry) {
    Column column = columnOf(source, entry);
    int from = entry + HEADER_BYTES + keyLength(source, entry);
    page.open(column.format(), source, from, from + valueLength(source, entry));
    return column;
  }

  private void cleanItems(byte[] source, int entry) {
    openPage(source, entry);
    while (page.next()) {
      page.setClean();
    }
  }

  // ---- forgetting and writing ----

  /** Drops an entry without writing it. */
  void forget(int column, byte[] key, int keyLength) {
    if (locate(hash(column, key, keyLength), column, key, keyLength)) {
      kill();
    }
  }

  /** Returns the column of an entry, a page too. */
  private Column columnOf(byte[] source, int entry) {
    int id = getInt(source, entry + COLUMN);
    return columns.ofId(id < 0 ? ~id : id);
  }

  private static boolean isOf(int column, int entryColumn) {
    return entryColumn == column || entryColumn == pagesOf(column);
  }

  /**
   * Drops all entries of a column, pages too, whose keys begin with a prefix, without writing them.
   */
  void forgetPrefix(int column, byte[] prefix, int prefixLength) {
    long key = KeyFilter.hashOf(columns.ofId(column), prefix, prefixLength);
    for (int i = 0; i < chunkCount; i++) {
      byte[] source = chunks[i];
      int size = keys.mayHave(i, key) ? sizes[i] : 0;
      for (int entry = 0; entry < size; entry += entryBytes(source, entry)) {
        if ((source[entry + FLAGS] & DEAD) == 0
            && isBeneath(source, entry, column, prefix, prefixLength)) {
          moveTo(i, entry);
          kill();
        }
      }
    }
  }

  /** Tells whether an entry, a page too, is of a column and its key begins with a prefix. */
  private static boolean isBeneath(
      byte[] source, int entry, int column, byte[] prefix, int prefixLength) {
    int key = entry + HEADER_BYTES;
    return isOf(column, getInt(source, entry + COLUMN))
        && keyLength(source, entry) >= prefixLength
        && Arrays.equals(source, key, key + prefixLength, prefix, 0, prefixLength);
  }

  /**
   * Writes what is dirty of a column, pages too, beneath a prefix; values stay, clean. Looks at all
   * chunks that have something dirty and may have something of the key.
   */
  void flushPrefix(int column, byte[] prefix, int prefixLength) {
    long key = KeyFilter.hashOf(columns.ofId(column), prefix, prefixLength);
    for (int i = 0; dirtyTotal > 0 && i < chunkCount; i++) {
      if (dirtyCounts[i] > 0 && keys.mayHave(i, key)) {
        flushPrefix(i, column, prefix, prefixLength);
      }
    }
  }

  private void flushPrefix(int number, int column, byte[] prefix, int prefixLength) {
    byte[] source = chunks[number];
    batch.clear();
    for (int entry = 0; entry < sizes[number]; entry += entryBytes(source, entry)) {
      if (isDirty(source, entry) && isBeneath(source, entry, column, prefix, prefixLength)) {
        addTo(batch, source, entry);
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    target.write(batch);
    for (int entry = 0; entry < sizes[number]; entry += entryBytes(source, entry)) {
      if (isDirty(source, entry) && isBeneath(source, entry, column, prefix, prefixLength)) {
        if ((source[entry + FLAGS] & OPERAND) != 0) {
          moveTo(number, entry);
          kill();
        } else {
          if ((source[entry + FLAGS] & PAGE) != 0) {
            cleanItems(source, entry);
          }
          source[entry + FLAGS] &= ~DIRTY;
          dirtyCounts[number]--;
          dirtyTotal--;
        }
      }
    }
  }

  boolean isClean() {
    return dirtyTotal == 0;
  }

  /** Writes all that is dirty; values stay, clean. */
  void flush() {
    for (int i = 0; dirtyTotal > 0 && i < chunkCount; i++) {
      if (dirtyCounts[i] > 0) {
        collectDirtyInOrder(i);
        target.write(batch);
        clean(i);
      }
    }
  }

  /**
   * Hands what is dirty over, to be written before anything else is; values stay, clean. The oldest
   * chunks come first, as they are evicted first; what would be too much is written at once.
   *
   * @param writes takes it; what was sealed before is written by then
   */
  void seal(SealedWrites writes) {
    Arrays.fill(sealedAs, 0, chunkCount, 0);
    sealed = writes;
    long sealedBytesMax = (long) chunkCount * chunkBytes / SEALED_SHARE;
    for (int n = 0; n < chunkCount; n++) {
      int i = (oldest + n) % chunkCount;
      if (dirtyCounts[i] > 0) {
        if (writes.sizeBytes() < sealedBytesMax) {
          collectDirty(i);
          sealedAs[i] = writes.add(batch.toBytes());
        } else {
          collectDirtyInOrder(i);
          target.write(batch);
        }
        clean(i);
      }
    }
  }

  private void collectDirty(int number) {
    batch.clear();
    byte[] source = chunks[number];
    for (int entry = 0; entry < sizes[number]; entry += entryBytes(source, entry)) {
      if (isDirty(source, entry)) {
        addTo(batch, source, entry);
      }
    }
  }

  /** Collects what is written at once, in the order of the keys. */
  private void collectDirtyInOrder(int number) {
    byte[] source = chunks[number];
    victims.begin(source);
    for (int entry = 0; entry < sizes[number]; entry += entryBytes(source, entry)) {
      if (isDirty(source, entry)) {
        victims.add(0, entry, entry + HEADER_BYTES, keyLength(source, entry));
      }
    }
    collectVictims(source);
  }

  /** Puts victims into the batch, in the order of their keys. */
  private void collectVictims(byte[] source) {
    batch.clear();
    victims.sort();
    for (int i = 0; i < victims.count(); i++) {
      addTo(batch, source, victims.at(i));
    }
  }

  /** Notes that what is dirty in a chunk is written, or sealed. */
  private void clean(int number) {
    byte[] source = chunks[number];
    for (int entry = 0; entry < sizes[number]; entry += entryBytes(source, entry)) {
      if (isDirty(source, entry)) {
        if ((source[entry + FLAGS] & OPERAND) != 0) {
          moveTo(number, entry);
          kill();
        } else {
          if ((source[entry + FLAGS] & PAGE) != 0) {
            cleanItems(source, entry);
          }
          source[entry + FLAGS] &= ~DIRTY;
        }
      }
    }
    dirtyTotal -= dirtyCounts[number];
    dirtyCounts[number] = 0;
  }

  /** Returns what it takes of the budget; may be asked for by any thread. */
  long usedBytes() {
    return account.usedBytes();
  }

  /** Ends the account; nothing is written. The memory goes with the store. */
  @Override
  public void close() {
    account.close();
  }

  // ---- entries ----

  private static boolean isDirty(byte[] source, int entry) {
    return (source[entry + FLAGS] & (DIRTY | DEAD)) == DIRTY;
  }

  private void addTo(Batch target, byte[] source, int entry) {
    if ((source[entry + FLAGS] & PAGE) != 0) {
      addItemsTo(target, source, entry);
      return;
    }
    Column column = columnOf(source, entry);
    int key = entry + HEADER_BYTES;
    int keyLength = keyLength(source, entry);
    int flags = source[entry + FLAGS];
    int value = key + keyLength;
    if ((flags & ABSENT) != 0) {
      target.delete(column, source, key, keyLength);
    } else if ((flags & OPERAND) != 0) {
      target.merge(column, source, key, keyLength, source, value, valueLength(source, entry));
    } else {
      target.put(column, source, key, keyLength, source, value, valueLength(source, entry));
    }
  }

  /** Notes that the entry that the cache stands on is to be written. */
  private void markDirty() {
    if ((bytes[at + FLAGS] & DIRTY) == 0) {
      bytes[at + FLAGS] |= DIRTY;
      dirtyCounts[chunk]++;
      dirtyTotal++;
    }
  }

  /** Takes the entry that the cache stands on out of the index; its room is got back later. */
  private void kill() {
    if (isDirty(bytes, at)) {
      dirtyCounts[chunk]--;
      dirtyTotal--;
    }
    bytes[at + FLAGS] = DEAD;
    removeSlot(getInt(bytes, at), address(chunk, at));
  }

  /**
   * Makes room for a new entry, by evicting others. That is what can fail, and comes before
   * anything is changed.
   */
  private boolean prepare(int keyLength, int capacity) {
    return capacity <= capacityMax(keyLength)
        && makeRoom(sizeBytes(keyLength, capacity))
        && makeSlot()
        && makeRoom(sizeBytes(keyLength, capacity));
  }

  private int capacityMax(int keyLength) {
    int bytesMax = Math.min(ENTRY_BYTES_MAX, chunkBytes / ENTRIES_PER_CHUNK_MIN);
    return bytesMax - HEADER_BYTES - keyLength;
  }

  /** Makes an entry without a value, and stands on it. There is room for it. */
  private void insert(int hash, int column, byte[] key, int keyLength, int capacity, int flags) {
    int entry = sizes[newest];
    int sizeBytes = Math.min(sizeBytes(keyLength, capacity), chunkBytes - entry);
    sizes[newest] += sizeBytes;
    moveTo(newest, entry);
    setInt(bytes, entry, hash);
    setShort(bytes, entry + KEY_LENGTH, keyLength);
    setShort(bytes, entry + CAPACITY, sizeBytes - HEADER_BYTES - keyLength);
    setShort(bytes, entry + VALUE_LENGTH, 0);
    bytes[entry + FLAGS] = (byte) flags;
    setInt(bytes, entry + COLUMN, column);
    System.arraycopy(key, 0, bytes, entry + HEADER_BYTES, keyLength);
    keys.add(newest, columns.ofId(column < 0 ? ~column : column), key, 0);
    if ((flags & DIRTY) != 0) {
      dirtyCounts[newest]++;
      dirtyTotal++;
    }
    addSlot(hash, address(newest, entry));
    entryCount++;
  }

  /** Appends to the value of the entry that the cache stands on. */
  private void write(byte[] source, int from, int length) {
    int before = valueLength();
    System.arraycopy(source, from, bytes, valueAt() + before, length);
    setShort(bytes, at + VALUE_LENGTH, before + length);
  }

  private static int sizeBytes(int keyLength, int capacity) {
    return (HEADER_BYTES + keyLength + capacity + ALIGNMENT - 1) & -ALIGNMENT;
  }

  private static int entryBytes(byte[] source, int entry) {
    return HEADER_BYTES + keyLength(source, entry) + capacity(source, entry);
  }

  private static int keyLength(byte[] source, int entry) {
    return getShort(source, entry + KEY_LENGTH);
  }

  private static int capacity(byte[] source, int entry) {
    return getShort(source, entry + CAPACITY);
  }

  private static int valueLength(byte[] source, int entry) {
    return getShort(source, entry + VALUE_LENGTH);
  }

  // ---- chunks ----

  /** Makes the newest chunk have room for an entry; returns whether it has. */
  private boolean makeRoom(int sizeBytes) {
    if (newest != NO_ENTRY && sizes[newest] + sizeBytes <= chunkBytes) {
      return true;
    }
    while (chunkCount > 1 && account.isAboveShare()) {
      giveChunkBack();
    }
    if (chunkCount < chunks.length && account.take(chunkBytes)) {
      chunks[chunkCount] = new byte[chunkBytes];
      sizes[chunkCount] = 0;
      dirtyCounts[chunkCount] = 0;
      sealedAs[chunkCount] = 0;
      keys.clear(chunkCount);
      newest = chunkCount++;
      return true;
    }
    if (chunkCount == 0) {
      return false;
    }
    evictOldest();
    return true;
  }

  /**
   * Takes memory out of the budget for what is known of entries beside them, a part of what the
   * chunks take; evicts entries if necessary.
   */
  @Override
  public boolean take(long wanted) {
    if ((takenByOthersBytes + wanted) * OTHERS_SHARE > (long) chunkCount * chunkBytes) {
      return false;
    }
    while (!account.take(wanted)) {
      if (chunkCount == 1) {
        return false;
      }
      giveChunkBack();
    }
    takenByOthersBytes += wanted;
    return true;
  }

  @Override
  public void giveBack(long unwanted) {
    account.giveBack(unwanted);
    takenByOthersBytes -= unwanted;
  }

  private void evictOldest() {
    int evicted = oldest;
    evict(evicted, chunkBytes / 2);
    oldest = evicted + 1 == chunkCount ? 0 : evicted + 1;
    newest = evicted;
  }

  private void giveChunkBack() {
    int last = chunkCount - 1;
    evict(last, 0);
    chunks[last] = NO_BYTES;
    keys.drop(last);
    chunkCount = last;
    oldest = oldest == last ? 0 : oldest;
    newest = newest == last ? (oldest == 0 ? last - 1 : oldest - 1) : newest;
    account.giveBack(chunkBytes);
  }

  /**
   * Writes what is dirty in a chunk and was not used, and drops what was not used. While writing
   * would have to wait, what is dirty stays as if it were used.
   *
   * @param keptBytesMax how much of what was used stays; the rest goes as well
   */
  private void evict(int evicted, int keptBytesMax) {
    if (sealedAs[evicted] > 0 && sealed != null) {
      sealed.write(sealedAs[evicted]);
      sealedAs[evicted] = 0;
    }
    int kept = USED;
    int keptEnd = NO_ENTRY;
    if (!target.isSettled()) {
      kept = USED | DIRTY;
      keptEnd = collectVictims(evicted, keptBytesMax, kept);
      if (!batch.isEmpty()) {
        target.settle();
        kept = USED;
        keptEnd = NO_ENTRY;
      }
    }
    if (keptEnd == NO_ENTRY) {
      keptEnd = collectVictims(evicted, keptBytesMax, kept);
      target.write(batch);
    }
    drop(evicted, keptEnd, kept);
  }

  /** Drops the entries of a chunk but those before a place that have one of some flags. */
  private void drop(int evicted, int keptEnd, int kept) {
    byte[] source = chunks[evicted];
    int end = 0;
    int dirty = 0;
    int size = sizes[evicted];
    keys.clear(evicted);
    for (int entry = 0; entry < size; ) {
      int entryBytes = entryBytes(source, entry);
      int flags = source[entry + FLAGS];
      if ((flags & DEAD) == 0) {
        if (entry < keptEnd && (flags & kept) != 0) {
          dirty += flags & DIRTY;
          moveSlot(getInt(source, entry), address(evicted, entry), address(evicted, end));
          System.arraycopy(source, entry, source, end, entryBytes);
          source[end + FLAGS] &= ~USED;
          keys.add(evicted, columnOf(source, end), source, end + HEADER_BYTES);
          end += entryBytes;
        } else {
          removeSlot(getInt(source, entry), address(evicted, entry));
        }
      }
      entry += entryBytes;
    }
    sizes[evicted] = end;
    dirtyTotal += dirty - dirtyCounts[evicted];
    dirtyCounts[evicted] = dirty;
  }

  /**
   * Collects the dirty ones among those entries of a chunk that are to go, in the order of their
   * keys: each finds its place in the memory of RocksDB near to that of the one before.
   *
   * @param kept an entry with one of these flags stays, if there is room
   * @return where the entries end of which such ones stay
   */
  private int collectVictims(int evicted, int keptBytesMax, int kept) {
    byte[] source = chunks[evicted];
    victims.begin(source);
    int keptBytes = 0;
    int keptEnd = sizes[evicted];
    for (int entry = 0; entry < sizes[evicted]; ) {
      int entryBytes = entryBytes(source, entry);
      int flags = source[entry + FLAGS];
      if ((flags & DEAD) == 0) {
        boolean isKept = entry < keptEnd && (flags & kept) != 0;
        if (isKept && keptBytes + entryBytes > keptBytesMax) {
          keptEnd = entry;
          isKept = false;
        }
        if (isKept) {
          keptBytes += entryBytes;
        } else if ((flags & DIRTY) != 0) {
          victims.add(0, entry, entry + HEADER_BYTES, keyLength(source, entry));
        }
      }
      entry += entryBytes;
    }
    collectVictims(source);
    return keptEnd;
  }

  private void moveTo(int newChunk, int entry) {
    chunk = newChunk;
    bytes = chunks[newChunk];
    at = entry;
  }

  // ---- index ----

  private int address(int chunkNumber, int entry) {
    return (chunkNumber << placeBits) + entry / ALIGNMENT;
  }

  private boolean locate(int hash, int column, byte[] key, int keyLength) {
    long[] slots = index;
    int mask = slots.length - 1;
    if (mask < 0) {
      return false;
    }
    int places = (1 << placeBits) - 1;
    for (int i = hash & mask; slots[i] != 0; i = (i + 1) & mask) {
      long slot = slots[i];
      if ((int) (slot >>> 32) == hash) {
        int address = (int) slot - 1;
        byte[] source = chunks[address >>> placeBits];
        int entry = (address & places) * ALIGNMENT;
        if (getInt(source, entry + COLUMN) == column
            && keyLength(source, entry) == keyLength
            && hasKey(source, entry + HEADER_BYTES, key, keyLength)) {
          chunk = address >>> placeBits;
          bytes = source;
          at = entry;
          return true;
        }
      }
    }
    return false;
  }

  /** Most keys are short, so they are compared without a call for whole arrays. */
  private static boolean hasKey(byte[] source, int keyAt, byte[] key, int keyLength) {
    int i = 0;
    for (; i + Long.BYTES <= keyLength; i += Long.BYTES) {
      if (getLong(source, keyAt + i) != getLong(key, i)) {
        return false;
      }
    }
    for (; i < keyLength; i++) {
      if (source[keyAt + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  private void addSlot(int hash, int address) {
    int mask = index.length - 1;
    int slot = hash & mask;
    while (index[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    index[slot] = slotOf(hash, address);
  }

  private static long slotOf(int hash, int address) {
    return (long) hash << 32 | (address + 1);
  }

  private int findSlot(int hash, int address) {
    int mask = index.length - 1;
    long wanted = slotOf(hash, address);
    int slot = hash & mask;
    while (index[slot] != wanted) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void moveSlot(int hash, int from, int to) {
    index[findSlot(hash, from)] = slotOf(hash, to);
  }

  /** Frees a slot, and closes the gap: what comes after it is found without marks of removal. */
  private void removeSlot(int hash, int address) {
    int mask = index.length - 1;
    int gap = findSlot(hash, address);
    for (int slot = (gap + 1) & mask; index[slot] != 0; slot = (slot + 1) & mask) {
      int home = (int) (index[slot] >>> 32) & mask;
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        index[gap] = index[slot];
        gap = slot;
      }
    }
    index[gap] = 0;
    entryCount--;
  }

  /** Makes room for one entry more in the index, by evicting if there is no memory for it. */
  private boolean makeSlot() {
    while (entryCount >= index.length - index.length / 4) {
      int slots = Math.max(INDEX_SLOTS_MIN, 2 * index.length);
      if (account.take((long) slots * Long.BYTES)) {
        growIndex(slots);
      } else if (index.length == 0) {
        return false;
      } else {
        evictOldest();
      }
    }
    return true;
  }

  private void growIndex(int slots) {
    long[] before = index;
    index = new long[slots];
    for (long slot : before) {
      if (slot != 0) {
        addSlot((int) (slot >>> 32), (int) slot - 1);
      }
    }
    account.giveBack((long) before.length * Long.BYTES);
  }

  private static int hash(int column, byte[] key, int keyLength) {
    long hash = column * 0x9e3779b97f4a7c15L + keyLength;
    int i = 0;
    for (; i + Long.BYTES <= keyLength; i += Long.BYTES) {
      hash = (hash ^ getLong(key, i)) * 0xbf58476d1ce4e5b9L;
      hash ^= hash >>> 32;
    }
    for (; i < keyLength; i++) {
      hash = (hash ^ key[i]) * 0x94d049bb133111ebL;
    }
    hash ^= hash >>> 29;
    return (int) ((hash * 0xbf58476d1ce4e5b9L) >>> 32);
  }

  private static int getInt(byte[] source, int offset) {
    return (int) INT.get(source, offset);
  }

  private static void setInt(byte[] target, int offset, int value) {
    INT.set(target, offset, value);
  }

  private static int getShort(byte[] source, int offset) {
    return Short.toUnsignedInt((short) SHORT.get(source, offset));
  }

  private static void setShort(byte[] target, int offset, int value) {
    SHORT.set(target, offset, (short) value);
  }

  private static long getLong(byte[] source, int offset) {
    return (long) LONG.get(source, offset);
  }
}
