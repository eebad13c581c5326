// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import org.jspecify.annotations.Nullable;

/** A record per value. */
final class FsValueTable<K, N, V> implements ValueTable<K, N, V> {
  private final FsTable<K, N> table;
  private final Log log;
  private final Records records;
  private final RecordLayout layout;
  private final KeyPart key;
  private final RecordView view;
  private final Warming warming;
  private final TypeSerializer<V> serializer;
  private final BinaryInput in = new BinaryInput();
  private final BinaryOutput out = new BinaryOutput();

  FsValueTable(FsTable<K, N> table, TypeSerializer<V> serializer, Warming warming) {
    this.table = table;
    this.log = table.log;
    this.records = table.heads;
    this.layout = records.layout();
    this.key = table.key;
    this.view = table.head;
    this.warming = warming;
    this.serializer = serializer;
  }

  @Override
  public @Nullable V get(KeyContext<K> context, N namespace) {
    int keyGroup = table.moveKey(context, namespace);
    if (!records.find(keyGroup, key, view)) {
      return null;
    }
    byte[] bytes = view.bytes();
    int from = layout.valueAt(bytes, view.at());
    in.reset(bytes, from, from + layout.valueLength(bytes, view.at()));
    V value = serializer.deserialize(in);
    if (view.isCold()) {
      warming.wasRead(records, keyGroup, key, view);
    }
    return value;
  }

  @Override
  public void put(KeyContext<K> context, N namespace, V value) {
    out.reset();
    serializer.serialize(value, out);
    int keyGroup = table.moveKey(context, namespace);
    put(keyGroup, out.array(), 0, out.position());
  }

  private void put(int keyGroup, byte[] value, int from, int length) {
    long sizeBytes = layout.sizeBytes(key.length(), length);
    if (!log.fits(sizeBytes)) {
      log.makeRoom(sizeBytes);
    }
    if (!records.find(keyGroup, key, view)) {
      int at = records.add(keyGroup, key, length, length);
      System.arraycopy(value, from, log.active().memoryNow(), at, length);
    } else if (records.hasRoom(view, length)) {
      byte[] bytes = view.bytes();
      layout.setValueLength(bytes, view.at(), length);
      System.arraycopy(value, from, bytes, layout.valueAt(bytes, view.at()), length);
    } else {
      int at = records.replace(keyGroup, key, view, length, length);
      System.arraycopy(value, from, log.active().memoryNow(), at, length);
    }
  }

  @Override
  public void clear(KeyContext<K> context, N namespace) {
    int keyGroup = table.moveKey(context, namespace);
    log.giveBackIfShort();
    if (records.find(keyGroup, key, view)) {
      records.remove(keyGroup, key, view);
    }
  }

  @Override
  public long entryCount() {
    return records.count();
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    while (entries.next()) {
      table.keyParts().move(key, entries.key(), entries.namespace());
      BinaryInput value = entries.value();
      put(keyGroup, value.array(), value.position(), value.remaining());
    }
  }
}
