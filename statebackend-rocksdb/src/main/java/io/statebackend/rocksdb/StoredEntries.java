// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The entries of one table, in the cache and in the database. Tables read and write through it.
 *
 * <p>Dirty entries are only in the cache, and they are written before anything is scanned. Only the
 * owner uses it. What {@link #get} found is valid until the next call.
 */
final class StoredEntries {
  /** How much is loaded in one batch. */
  private static final int LOAD_BYTES = 256 << 10;

  private final Database database;
  private final EntryCache cache;
  private final Column column;
  private final Limits limits;
  private final Batch batch = new Batch();

  /** Whether the cache may have entries of the table. */
  private boolean isCached;

  private byte[] bytes = {};
  private int valueAt;
  private int valueLength;

  StoredEntries(Database database, EntryCache cache, Column column, Limits limits) {
    this.database = database;
    this.cache = cache;
    this.column = column;
    this.limits = limits;
  }

  Column column() {
    return column;
  }

  Limits limits() {
    return limits;
  }

  byte[] bytes() {
    return bytes;
  }

  int valueAt() {
    return valueAt;
  }

  int valueEnd() {
    return valueAt + valueLength;
  }

  /** Finds the value of a key; returns whether there is one. */
  boolean get(BinaryOutput key) {
    database.checkOpen();
    byte[] keyBytes = key.array();
    int keyLength = key.position();
    if (cache.find(column.id(), keyBytes, keyLength)) {
      return found(cache.bytes(), cache.valueAt(), cache.isAbsent() ? -1 : cache.valueLength());
    }
    int length = database.get(column, keyBytes, keyLength);
    isCached = true;
    if (length == Database.ABSENT) {
      cache.keepAbsent(column.id(), keyBytes, keyLength);
      return false;
    }
    cache.keep(column.id(), keyBytes, keyLength, database.buffer(), length);
    return found(database.buffer(), 0, length);
  }

  /** Notes where a value was found, or none if its length is negative; tells whether it was. */
  boolean found(byte[] source, int at, int length) {
    bytes = source;
    valueAt = at;
    valueLength = length;
    return length >= 0;
  }

  void put(BinaryOutput key, BinaryOutput value) {
    database.checkOpen();
    limits.checkKey(column, key.position());
    limits.checkValue(column, value.position());
    isCached = true;
    if (!cache.put(column.id(), key.array(), key.position(), value.array(), 0, value.position())) {
      batch.clear();
      batch.put(column, key.array(), 0, key.position(), value.array(), 0, value.position());
      writeThrough(key);
    }
  }

  void remove(BinaryOutput key) {
    database.checkOpen();
    isCached = true;
    if (!cache.remove(column.id(), key.array(), key.position())) {
      batch.clear();
      batch.delete(column, key.array(), 0, key.position());
      writeThrough(key);
    }
  }

  /** Appends elements to a list. */
  void append(BinaryOutput key, BinaryOutput elements) {
    database.checkOpen();
    limits.checkKey(column, key.position());
    isCached = true;
    if (!cache.append(column.id(), key.array(), key.position(), elements)) {
      batch.clear();
      cache.addPending(batch, column.id(), key.array(), key.position());
      batch.merge(column, key.array(), 0, key.position(), elements.array(), 0, elements.position());
      writeThrough(key);
    }
  }

  /** Writes what cannot be cached; what is cached under the key is of no use then. */
  private void writeThrough(BinaryOutput key) {
    database.write(batch);
    cache.forget(column.id(), key.array(), key.position());
  }

  /** Returns the length of what is stored under a key, 0 if there is nothing. */
  long lengthOf(byte[] key, int keyLength) {
    flush();
    return Math.max(0, database.lengthOf(column, key, keyLength));
  }

  /**
   * Opens a list, as it is now: later writes do not change what was opened. The operand that it may
   * have in the cache is written before.
   *
   * @return whether there is one
   */
  boolean openList(BinaryOutput key, ListWindow list) {
    database.checkOpen();
    if (cache.find(column.id(), key.array(), key.position())) {
      if (!cache.isOperand()) {
        if (cache.isAbsent()) {
          return false;
        }
        openCopy(list, cache.bytes(), cache.valueAt(), cache.valueLength());
        return true;
      }
      batch.clear();
      cache.addPending(batch, column.id(), key.array(), key.position());
      writeThrough(key);
    }
    // What was appended is not in the cache once it is sealed.
    database.writeSealed();
    ByteBuffer large =
        database.getUnlessSmall(column, key.array(), key.position(), ListWindow.LARGE_BYTES);
    if (large != null) {
      list.open(large);
      return true;
    }
    int length = database.foundLength();
    if (length == Database.ABSENT) {
      return false;
    }
    openCopy(list, database.buffer(), 0, length);
    return true;
  }

  /** Elements are made as they are asked for, so their bytes have to outlive the call. */
  private static void openCopy(ListWindow list, byte[] source, int at, int length) {
    list.open(Arrays.copyOfRange(source, at, at + length), 0, length);
  }

  /** Notes that the cache has something of the table. */
  void noteCached() {
    isCached = true;
  }

  /** Writes all that is dirty, of all tables. */
  void flush() {
    database.checkOpen();
    cache.flush();
    database.writeSealed();
  }

  /** Scans what lies beneath a prefix, after what is dirty of it was written. */
  Scan scan(byte[] prefix) {
    database.checkOpen();
    cache.flushPrefix(column.id(), prefix, prefix.length);
    database.writeSealed();
    return database.scan(column, prefix);
  }

  /** Removes entries that were scanned. */
  void removeAll(EntryBlock keys) {
    batch.clear();
    for (int i = 0; i < keys.count(); i++) {
      batch.delete(column, keys.bytes(), keys.keyAt(i), keys.keyLength(i));
    }
    database.write(batch);
    for (int i = 0; i < keys.count(); i++) {
      byte[] key = keys.key(i);
      cache.forget(column.id(), key, key.length);
    }
  }

  /** Removes all entries beneath a prefix without looking at them. */
  void removeRange(byte[] prefix, byte[] end) {
    batch.clear();
    batch.deleteRange(column, prefix, end);
    database.write(batch);
    cache.forgetPrefix(column.id(), prefix, prefix.length);
  }

  /** Begins to load: the cache knows nothing of what is loaded. */
  void beginLoad() {
    if (isCached) {
      flush();
      cache.forgetPrefix(column.id(), new byte[0], 0);
      isCached = false;
    }
    batch.clear();
  }

  void loadPut(BinaryOutput key, byte[] value, int at, int length) {
    limits.checkKey(column, key.position());
    limits.checkValue(column, length);
    batch.put(column, key.array(), 0, key.position(), value, at, length);
    writeLoaded();
  }

  void loadAppend(BinaryOutput key, BinaryOutput elements) {
    limits.checkKey(column, key.position());
    batch.merge(column, key.array(), 0, key.position(), elements.array(), 0, elements.position());
    writeLoaded();
  }

  private void writeLoaded() {
    if (batch.sizeBytes() > LOAD_BYTES) {
      database.write(batch);
    }
  }

  void endLoad() {
    database.write(batch);
  }
}
