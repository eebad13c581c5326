// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record per value. */
final class FsValueTable<K, N, V> implements ValueTable<K, N, V> {
  private final FsTable<K, N> table;
  private final Log log;
  private final SegmentTable segments;
  private final Records records;
  private final RecordLayout layout;
  private final KeyPart key;
  private final RecordView view;
  private final Warming warming;
  private final TypeSerializer<V> serializer;

  /** The serializer, if values are stored as their numbers. */
  private final @Nullable LongEncodedSerializer<V> numbers;

  private final BinaryOutput out = new BinaryOutput();
  private final byte[] numberBytes = new byte[Long.BYTES];

  FsValueTable(FsTable<K, N> table, TypeSerializer<V> serializer, Warming warming) {
    this.table = table;
    this.log = table.log;
    this.segments = log.segments();
    this.records = table.heads;
    this.layout = records.layout();
    this.key = table.key;
    this.view = table.head;
    this.warming = warming;
    this.serializer = serializer;
    this.numbers = Numbers.of(serializer);
  }

  @Override
  public @Nullable V get(KeyContext<K> context, N namespace) {
    long address = table.findInMemory(context);
    if (address == Records.NONE) {
      return null;
    }
    if (address != Records.UNSURE) {
      return read(segments.memoryNow(address), segments.offset(address));
    }
    int keyGroup = table.moveKey(context, namespace);
    if (!records.find(keyGroup, key, view)) {
      return null;
    }
    V value = read(view.bytes(), view.at());
    if (view.isCold()) {
      warming.wasRead(table.name(), records, keyGroup, key, view);
    }
    return value;
  }

  private V read(byte[] bytes, int at) {
    int from = layout.valueAt(bytes, at);
    LongEncodedSerializer<V> encoded = numbers;
    if (encoded != null) {
      return encoded.fromLong(Bytes.getLong(bytes, from));
    }
    // A new one: to store a reference into an old one would cost more.
    BinaryInput in = new BinaryInput();
    in.reset(bytes, from, from + layout.valueLength(bytes, at));
    return serializer.deserialize(in);
  }

  @Override
  public void put(KeyContext<K> context, N namespace, V value) {
    LongEncodedSerializer<V> encoded = numbers;
    if (encoded == null) {
      out.reset();
      serializer.serialize(value, out);
      put(table.moveKey(context, namespace), out.array(), 0, out.position());
      return;
    }
    long number = encoded.toLong(value);
    long address = table.findInMemory(context);
    if (address > 0 && log.isMutable(address)) {
      byte[] bytes = segments.memoryNow(address);
      Bytes.putLong(bytes, layout.valueAt(bytes, segments.offset(address)), number);
    } else {
      Bytes.putLong(numberBytes, 0, number);
      put(table.moveKey(context, namespace), numberBytes, 0, Long.BYTES);
    }
  }

  @Override
  public <A> void update(KeyContext<K> context, N namespace, Function<V, A> function, A argument) {
    long address = numbers == null ? Records.UNSURE : table.findInMemory(context);
    Segment active = log.active();
    int size = active.size;
    if (numbers != null && address > 0 && log.isMutable(address)) {
      byte[] bytes = segments.memoryNow(address);
      int at = layout.valueAt(bytes, segments.offset(address));
      V changed = function.apply(numbers.fromLong(Bytes.getLong(bytes, at)), argument);
      if (changed != null && isStill(active, size)) {
        Bytes.putLong(bytes, at, numbers.toLong(changed));
      } else {
        store(context, namespace, changed);
      }
      return;
    }
    int keyGroup = table.moveKey(context, namespace);
    boolean exists = records.find(keyGroup, key, view);
    V changed = function.apply(exists ? read(view.bytes(), view.at()) : null, argument);
    if (changed != null && isStill(active, size)) {
      out.reset();
      serializer.serialize(changed, out);
      put(keyGroup, exists, out.array(), 0, out.position());
    } else {
      store(context, namespace, changed);
    }
  }

  /**
   * Tells whether nothing was appended to the log meanwhile, so that what was found is still there.
   */
  private boolean isStill(Segment active, int size) {
    return log.active() == active && active.size == size;
  }

  private void store(KeyContext<K> context, N namespace, @Nullable V value) {
    if (value != null) {
      put(context, namespace, value);
    } else {
      clear(context, namespace);
    }
  }

  private void put(int keyGroup, byte[] value, int from, int length) {
    put(keyGroup, records.find(keyGroup, key, view), value, from, length);
  }

  private void put(int keyGroup, boolean exists, byte[] value, int from, int length) {
    if (exists && records.hasRoom(view, length)) {
      byte[] bytes = view.bytes();
      layout.setValueLength(bytes, view.at(), length);
      System.arraycopy(value, from, bytes, layout.valueAt(bytes, view.at()), length);
    } else {
      int at = append(keyGroup, exists, length);
      System.arraycopy(value, from, log.active().memoryNow(), at, length);
    }
  }

  /**
   * Appends a record without its value, in place of the one that the view is on.
   *
   * @return the index in {@link Log#active()}'s memory at which the value is to be written
   */
  private int append(int keyGroup, boolean exists, int length) {
    long sizeBytes = layout.sizeBytes(key.length(), length);
    boolean replaces = exists;
    if (!log.fits(sizeBytes)) {
      log.makeRoom(sizeBytes, table.name());
      replaces = records.find(keyGroup, key, view);
    }
    return replaces
        ? records.replace(keyGroup, key, view, length, length)
        : records.add(keyGroup, key, length, length);
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
  public EntryCursor walk(int keyGroup) {
    return table.walk(keyGroup);
  }

  @Override
  public List<N> namespaces(KeyContext<K> context) {
    return table.namespaces(context);
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
