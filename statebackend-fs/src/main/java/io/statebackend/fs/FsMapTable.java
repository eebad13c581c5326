// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Each map has a head, and a larger map also has pages ({@link PagedMap}). */
final class FsMapTable<K, N, U, V> implements MapTable<K, N, U, V> {
  private final FsTable<K, N> table;
  private final Log log;
  private final SegmentTable segments;
  private final Records heads;
  private final RecordLayout headLayout;
  private final PagedMap maps;
  private final MapEntries<U, V> entries;
  private final KeyPart key;
  private final RecordView head;
  private final RecordView page;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final Pairs pairs;

  /** The serializer, if user keys are stored as their numbers. */
  private final @Nullable LongEncodedSerializer<U> userKeyNumbers;

  /** The serializer, if values are stored as their numbers. */
  private final @Nullable LongEncodedSerializer<V> valueNumbers;

  FsMapTable(FsTable<K, N> table, TypeSerializer<U> userKeys, TypeSerializer<V> values) {
    this.table = table;
    this.log = table.log;
    this.segments = log.segments();
    this.heads = table.heads;
    this.headLayout = heads.layout();
    this.key = table.key;
    this.head = table.head;
    this.userKeys = userKeys;
    this.values = values;
    this.pairs = new Pairs(userKeys.fixedLength(), values.fixedLength());
    this.maps = new PagedMap(table, pairs);
    this.page = maps.allPages.view;
    this.entries = new MapEntries<>(table, maps, pairs, userKeys, values);
    this.userKeyNumbers = Numbers.of(userKeys);
    this.valueNumbers = Numbers.of(values);
  }

  private BinaryOutput beginPair(U userKey) {
    BinaryOutput pair = maps.beginPair();
    Field.write(userKeys, userKey, pair);
    maps.endUserKey();
    return pair;
  }

  /**
   * Finds a small map in memory, by the short way ({@link Records#findInMemory}), in which user
   * keys are compared as numbers.
   *
   * @return the address of the head, {@link Records#NONE}, or {@link Records#UNSURE}
   */
  private long findSmallInMemory(KeyContext<K> context) {
    long address = userKeyNumbers == null ? Records.UNSURE : table.findInMemory(context);
    if (address > 0) {
      byte[] bytes = segments.memoryNow(address);
      if (PagedValue.pageCount(bytes, headLayout.valueAt(bytes, segments.offset(address))) > 0) {
        return Records.UNSURE;
      }
    }
    return address;
  }

  /** Finds a pair in a head that {@link #findSmallInMemory} has found. */
  private int findInSmall(LongEncodedSerializer<U> numbers, long address, U userKey) {
    byte[] bytes = segments.memoryNow(address);
    int at = segments.offset(address);
    int from = headLayout.valueAt(bytes, at);
    return pairs.findLong(
        bytes,
        from + PagedValue.ENTRIES_OFFSET,
        from + headLayout.valueLength(bytes, at),
        numbers.toLong(userKey));
  }

  @Override
  public @Nullable V get(KeyContext<K> context, N namespace, U userKey) {
    LongEncodedSerializer<U> numbers = userKeyNumbers;
    long address = findSmallInMemory(context);
    if (address == Records.NONE) {
      return null;
    }
    if (address != Records.UNSURE && numbers != null) {
      int at = findInSmall(numbers, address, userKey);
      return value(segments.memoryNow(address), at, Long.BYTES);
    }
    BinaryOutput unused = beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return null;
    }
    if (maps.pageCount() == 0) {
      return value(head.bytes(), maps.findInHead(), maps.keyFieldLength());
    }
    return maps.findPageOfKey(keyGroup)
        ? value(page.bytes(), maps.findInPage(), maps.keyFieldLength())
        : null;
  }

  private @Nullable V value(byte[] bytes, int pairAt, int keyLength) {
    if (pairAt == Pairs.NOT_FOUND) {
      return null;
    }
    LongEncodedSerializer<V> numbers = valueNumbers;
    if (numbers != null) {
      return numbers.fromLong(Bytes.getLong(bytes, pairAt + keyLength));
    }
    // A new one: to store a reference into an old one would cost more.
    BinaryInput in = new BinaryInput();
    in.reset(bytes, pairAt + keyLength, bytes.length);
    return Field.read(values, in);
  }

  @Override
  public boolean contains(KeyContext<K> context, N namespace, U userKey) {
    LongEncodedSerializer<U> numbers = userKeyNumbers;
    long address = findSmallInMemory(context);
    if (address == Records.NONE) {
      return false;
    }
    if (address != Records.UNSURE && numbers != null) {
      return findInSmall(numbers, address, userKey) != Pairs.NOT_FOUND;
    }
    BinaryOutput unused = beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return false;
    }
    if (maps.pageCount() == 0) {
      return maps.findInHead() != Pairs.NOT_FOUND;
    }
    return maps.findPageOfKey(keyGroup) && maps.findInPage() != Pairs.NOT_FOUND;
  }

  @Override
  public void put(KeyContext<K> context, N namespace, U userKey, V value) {
    Field.write(values, value, beginPair(userKey));
    maps.put(table.moveKey(context, namespace));
  }

  @Override
  public void remove(KeyContext<K> context, N namespace, U userKey) {
    BinaryOutput unused = beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    log.giveBackIfShort();
    maps.remove(keyGroup);
  }

  @Override
  public void clear(KeyContext<K> context, N namespace) {
    maps.allPages.clear(table.moveKey(context, namespace));
  }

  @Override
  public boolean isEmpty(KeyContext<K> context, N namespace) {
    return !table.find(context, namespace);
  }

  @Override
  public EntryCursor walk(int keyGroup) {
    return table.walk(keyGroup);
  }

  @Override
  public List<N> namespaces(KeyContext<K> context) {
    return table.namespaces(context);
  }

  @Override
  public long entryCount() {
    return heads.count();
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> context, N namespace) {
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return Collections.emptyIterator();
    }
    return entries.iterator(keyGroup);
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    while (entries.next()) {
      table.keyParts().move(key, entries.key(), entries.namespace());
      BinaryInput source = entries.value();
      byte[] bytes = source.array();
      for (int at = source.position(); at < source.limit(); ) {
        int end = pairs.checkedEnd(bytes, at, source.limit());
        maps.setPair(bytes, at, end - at, pairs.keyEnd(bytes, at) - at);
        maps.put(keyGroup);
        at = end;
      }
    }
  }
}
