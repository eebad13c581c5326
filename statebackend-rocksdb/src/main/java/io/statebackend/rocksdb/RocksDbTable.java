// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The common part of the tables: the keys of entries begin with a key and a namespace. */
abstract sealed class RocksDbTable<K, N> implements Table<K, N>
    permits RocksDbValueTable, RocksDbListTable, RocksDbMapTable {
  /** How large the buffer for a value may be that is kept for the next one. */
  private static final int KEPT_BYTES_MAX = 1 << 20;

  private final StoredEntries entries;
  private final EntryKeys<N> format;
  private final BinaryOutput key = new BinaryOutput();
  private final BinaryInput in = new BinaryInput();
  private BinaryOutput value = new BinaryOutput();

  RocksDbTable(StoredEntries entries, EntryKeys<N> format) {
    this.entries = entries;
    this.format = format;
  }

  StoredEntries entries() {
    return entries;
  }

  /** Returns the bytes of a key and namespace; valid until the next call. */
  BinaryOutput prefix(KeyContext<K> context, N namespace) {
    key.reset();
    format.writePrefix(context, namespace, key);
    return key;
  }

  /** Returns an empty output for a value; valid until the next call. */
  BinaryOutput newValue() {
    if (value.array().length > KEPT_BYTES_MAX) {
      value = new BinaryOutput();
    }
    value.reset();
    return value;
  }

  /** Returns a window on the value that was found; valid until the next call. */
  BinaryInput foundValue() {
    in.reset(entries.bytes(), entries.valueAt(), entries.valueEnd());
    return in;
  }

  /** Checks that a value was read to its end. */
  void checkRead(BinaryInput read) {
    if (read.remaining() != 0) {
      throw new CorruptStateException(
          "serializer read less than was written: state=%s, remaining=%d"
              .formatted(entries.column().format().name(), read.remaining()));
    }
  }

  /**
   * {@inheritDoc} What is dirty of the key in the cache is written, and nothing else; then each
   * namespace takes one look at the database.
   */
  @Override
  public List<N> namespaces(KeyContext<K> context) {
    key.reset();
    format.writeKey(context, key);
    byte[] prefix = key.toByteArray();
    List<N> found = new ArrayList<>();
    EntryBlock first = new EntryBlock();
    try (Scan scan = entries.scan(prefix)) {
      scan.seek(prefix);
      scan.read(first, 1, false);
      while (first.count() > 0) {
        byte[] entry = first.key(0);
        int length = format.namespaceLength(entry, prefix.length, entry.length);
        found.add(format.readNamespace(entry, prefix.length, entry.length));
        scan.seek(EntryKeyFormat.endOf(Arrays.copyOf(entry, prefix.length + length)));
        scan.read(first, 1, false);
      }
    }
    return found;
  }

  @Override
  public void load(int keyGroup, EntrySource source) {
    entries.beginLoad();
    while (source.next()) {
      key.reset();
      format.writePrefix(keyGroup, source, key);
      load(key, source.value());
    }
    entries.endLoad();
  }

  /** Loads the value, or a page, of a key and namespace. */
  abstract void load(BinaryOutput prefix, BinaryInput stored);
}
