// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A table of maps: each value is stored under key, namespace and user key, in the form of {@link
 * MapEntries}.
 */
final class RocksDbMapTable<K, N, U, V> extends RocksDbTable<K, N> implements MapTable<K, N, U, V> {
  /** How many entries are read at once. */
  private static final int BLOCK_ENTRIES = 128;

  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final MapEntries maps;
  private final BinaryInput in = new BinaryInput();
  private final BinaryInput valueIn = new BinaryInput();

  RocksDbMapTable(
      StoredEntries entries,
      MapEntries maps,
      EntryKeys<N> format,
      TypeSerializer<U> userKeys,
      TypeSerializer<V> values) {
    super(entries, format);
    this.maps = maps;
    this.userKeys = userKeys;
    this.values = values;
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
    BinaryOutput entryKey = prefix(key, namespace);
    int prefixLength = entryKey.position();
    userKeys.serialize(userKey, entryKey);
    if (!maps.get(entryKey, prefixLength)) {
      return null;
    }
    in.reset(maps.bytes(), maps.valueAt(), maps.valueEnd());
    V value = values.deserialize(in);
    checkRead(in);
    return value;
  }

  @Override
  public boolean contains(KeyContext<K> key, N namespace, U userKey) {
    BinaryOutput entryKey = prefix(key, namespace);
    int prefixLength = entryKey.position();
    userKeys.serialize(userKey, entryKey);
    return maps.get(entryKey, prefixLength);
  }

  @Override
  public void put(KeyContext<K> key, N namespace, U userKey, V value) {
    BinaryOutput bytes = newValue();
    values.serialize(value, bytes);
    BinaryOutput entryKey = prefix(key, namespace);
    int prefixLength = entryKey.position();
    userKeys.serialize(userKey, entryKey);
    maps.put(entryKey, prefixLength, bytes);
  }

  @Override
  public void remove(KeyContext<K> key, N namespace, U userKey) {
    BinaryOutput entryKey = prefix(key, namespace);
    int prefixLength = entryKey.position();
    userKeys.serialize(userKey, entryKey);
    maps.remove(entryKey, prefixLength);
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
    byte[] prefix = prefix(key, namespace).toByteArray();
    byte[] page = maps.page(prefix);
    return page == null ? new LargeEntries(prefix) : new PageEntries(page);
  }

  @Override
  public boolean isEmpty(KeyContext<K> key, N namespace) {
    return maps.isEmpty(prefix(key, namespace).toByteArray());
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    maps.clear(prefix(key, namespace).toByteArray());
  }

  @Override
  void load(BinaryOutput prefix, BinaryInput page) {
    int end = prefix.position();
    while (page.remaining() > 0) {
      int userKeyLength = Field.length(userKeys.fixedLength(), page);
      prefix.write(page.array(), page.position(), userKeyLength);
      page.skip(userKeyLength);
      int valueLength = Field.length(values.fixedLength(), page);
      entries().loadPut(prefix, page.array(), page.position(), valueLength);
      page.skip(valueLength);
      prefix.truncate(end);
    }
  }

  private Map.Entry<U, V> entry(BinaryInput userKeyBytes, BinaryInput valueBytes) {
    U userKey = userKeys.deserialize(userKeyBytes);
    checkRead(userKeyBytes);
    V value = values.deserialize(valueBytes);
    checkRead(valueBytes);
    return Map.entry(userKey, value);
  }

  /** Entries of a small map, as they were. */
  private final class PageEntries implements Iterator<Map.Entry<U, V>> {
    private final MapPage page = new MapPage();
    private boolean hasNext;

    PageEntries(byte[] bytes) {
      page.open(entries().column().format(), bytes, 0, bytes.length);
      hasNext = page.hasPresent();
    }

    @Override
    public boolean hasNext() {
      return hasNext;
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext) {
        throw new NoSuchElementException();
      }
      int valueAt = page.valueAt();
      in.reset(page.bytes(), page.userKeyAt(), valueAt);
      valueIn.reset(page.bytes(), valueAt, valueAt + page.valueLength());
      Map.Entry<U, V> entry = entry(in, valueIn);
      hasNext = page.hasPresent();
      return entry;
    }
  }

  /**
   * Entries in the order of their keys, read block by block: nothing native is held between two
   * calls, so an iterator may be left behind.
   */
  private final class LargeEntries implements Iterator<Map.Entry<U, V>> {
    private final byte[] prefix;
    private final EntryBlock block = new EntryBlock();
    private int next;
    private boolean hasMore;

    LargeEntries(byte[] prefix) {
      this.prefix = prefix;
      read(prefix);
    }

    private void read(byte[] from) {
      next = 0;
      hasMore = maps.read(prefix, from, block, BLOCK_ENTRIES);
    }

    @Override
    public boolean hasNext() {
      if (next == block.count() && hasMore) {
        byte[] last = block.key(next - 1);
        // The least key after the last one is that key with a zero behind it.
        read(Arrays.copyOf(last, last.length + 1));
      }
      return next < block.count();
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int keyEnd = block.keyAt(next) + block.keyLength(next);
      in.reset(block.bytes(), block.keyAt(next) + prefix.length, keyEnd);
      valueIn.reset(block.bytes(), keyEnd, keyEnd + block.valueLength(next));
      next++;
      return entry(in, valueIn);
    }
  }
}
