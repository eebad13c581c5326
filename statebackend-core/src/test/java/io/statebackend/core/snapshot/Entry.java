// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;

/** An entry as its three serialized parts, in hexadecimal. */
record Entry(String key, String namespace, String content) {

  static Entry ofLongs(long key, long value) {
    return new Entry(hex(TestSerializer.LONG, key), "", hex(TestSerializer.LONG, value));
  }

  static <T> String hex(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  /** Returns a page of elements, as {@link EntryCursor} describes it. */
  @SafeVarargs
  static <E> String page(TypeSerializer<E> serializer, E... elements) {
    BinaryOutput out = new BinaryOutput();
    for (E element : elements) {
      Field.write(serializer, element, out);
    }
    return HexFormat.of().formatHex(out.toByteArray());
  }

  /** Returns a page of one pair, as {@link EntryCursor} describes it. */
  static <U, V> String pair(
      TypeSerializer<U> userKeySerializer, U userKey, TypeSerializer<V> serializer, V value) {
    return page(userKeySerializer, userKey) + page(serializer, value);
  }

  static Entry ofOperator(String page) {
    return new Entry("", hex(VoidNamespace.serializer(), VoidNamespace.INSTANCE), page);
  }

  static EntryCursor cursor(List<Entry> entries) {
    return cursor(entries.iterator());
  }

  static EntryCursor cursor(Iterator<Entry> entries) {
    return new EntryCursor() {
      private Entry entry;

      @Override
      public boolean next() {
        if (!entries.hasNext()) {
          return false;
        }
        entry = entries.next();
        return true;
      }

      @Override
      public void writeKey(BinaryOutput out) {
        write(entry.key, out);
      }

      @Override
      public void writeNamespace(BinaryOutput out) {
        write(entry.namespace, out);
      }

      @Override
      public void writeValue(BinaryOutput out) {
        write(entry.content, out);
      }

      private void write(String hex, BinaryOutput out) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        out.write(bytes, 0, bytes.length);
      }

      @Override
      public void close() {}
    };
  }

  static List<Entry> drain(EntrySource source) {
    List<Entry> entries = new ArrayList<>();
    while (source.next()) {
      entries.add(new Entry(rest(source.key()), rest(source.namespace()), rest(source.value())));
    }
    return entries;
  }

  private static String rest(BinaryInput in) {
    return HexFormat.of().formatHex(in.readBytes(in.remaining()));
  }
}
