// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A table of maps: each value lies under key, namespace and user key. */
final class RocksDbMapTable<K, N, U, V> extends RocksDbTable<K, N> implements MapTable<K, N, U, V> {
  /** How many entries are read at once. */
  private static final int BLOCK_ENTRIES = 128;

  /** A map with more entries is cleared as a range. */
  private static final int CLEARED_ONE_BY_ONE_MAX = 512;

  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final EntryBlock cleared = new EntryBlock();

  RocksDbMapTable(
      StoredEntries entries,
      EntryKeyFormat<N> format,
      TypeSerializer<U> userKeys,
      TypeSerializer<V> values) {
    super(entries, format);
    this.userKeys = userKeys;
    this.values = values;
  }

  private BinaryOutput entryKey(KeyContext<K> key, N namespace, U userKey) {
    BinaryOutput entryKey = prefix(key, namespace);
    userKeys.serialize(userKey, entryKey);
    return entryKey;
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
    if (!entries().get(entryKey(key, namespace, userKey))) {
      return null;
    }
    BinaryInput stored = foundValue();
    V value = values.deserialize(stored);
    checkRead(stored);
    return value;
  }

  @Override
  public boolean contains(KeyContext<K> key, N namespace, U userKey) {
    return entries().get(entryKey(key, namespace, userKey));
  }

  @Override
  public void put(KeyContext<K> key, N namespace, U userKey, V value) {
    BinaryOutput bytes = newValue();
    values.serialize(value, bytes);
    entries().put(entryKey(key, namespace, userKey), bytes);
  }

  @Override
  public void remove(KeyContext<K> key, N namespace, U userKey) {
    entries().remove(entryKey(key, namespace, userKey));
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
    return new Entries(prefix(key, namespace).toByteArray());
  }

  @Override
  public boolean isEmpty(KeyContext<K> key, N namespace) {
    byte[] prefix = prefix(key, namespace).toByteArray();
    entries().read(prefix, prefix, cleared, 1, false);
    return cleared.count() == 0;
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    byte[] prefix = prefix(key, namespace).toByteArray();
    boolean isLarge = entries().read(prefix, prefix, cleared, CLEARED_ONE_BY_ONE_MAX, false);
    if (isLarge) {
      entries().removeRange(prefix, EntryKeyFormat.endOf(prefix));
    } else {
      entries().removeAll(cleared);
    }
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

  /**
   * Entries in the order of their keys, read block by block: nothing native is held between two
   * calls, so an iterator may be left behind.
   */
  private final class Entries implements Iterator<Map.Entry<U, V>> {
    private final byte[] prefix;
    private final EntryBlock block = new EntryBlock();
    private final BinaryInput in = new BinaryInput();
    private int next;
    private boolean hasMore;

    Entries(byte[] prefix) {
      this.prefix = prefix;
      read(prefix);
    }

    private void read(byte[] from) {
      next = 0;
      hasMore = entries().read(prefix, from, block, BLOCK_ENTRIES, true);
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
      U userKey = userKeys.deserialize(in);
      checkRead(in);
      in.reset(block.bytes(), keyEnd, keyEnd + block.valueLength(next));
      V value = values.deserialize(in);
      checkRead(in);
      next++;
      return Map.entry(userKey, value);
    }
  }
}
