// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A table of lists. Each list is one value under its key and namespace, and elements are appended
 * without reading it. {@link ListSizes} ensures that it stays readable.
 */
final class RocksDbListTable<K, N, E> extends RocksDbTable<K, N> implements ListTable<K, N, E> {
  private final TypeSerializer<E> serializer;
  private final ListSizes sizes;

  RocksDbListTable(
      StoredEntries entries, EntryKeys<N> format, TypeSerializer<E> serializer, ListSizes sizes) {
    super(entries, format);
    this.serializer = serializer;
    this.sizes = sizes;
  }

  @Override
  public Iterator<E> iterator(KeyContext<K> key, N namespace) {
    ListWindow window = new ListWindow();
    if (!entries().openList(prefix(key, namespace), window)) {
      return Collections.emptyIterator();
    }
    return new Elements<>(serializer, window);
  }

  @Override
  public void add(KeyContext<K> key, N namespace, E element) {
    BinaryOutput elements = newValue();
    Field.write(serializer, element, elements);
    append(prefix(key, namespace), elements);
  }

  @Override
  public void addAll(KeyContext<K> key, N namespace, Collection<? extends E> added) {
    append(prefix(key, namespace), serialized(added));
  }

  @Override
  public void set(KeyContext<K> key, N namespace, Collection<? extends E> replacement) {
    BinaryOutput elements = serialized(replacement);
    BinaryOutput prefix = prefix(key, namespace);
    entries().put(prefix, elements);
    sizes.replace(prefix.array(), prefix.position(), elements.position());
  }

  private BinaryOutput serialized(Collection<? extends E> added) {
    BinaryOutput elements = newValue();
    for (E element : added) {
      ListElements.append(serializer, element, elements);
    }
    return elements;
  }

  private void append(BinaryOutput prefix, BinaryOutput elements) {
    checkSize(prefix, elements);
    entries().append(prefix, elements);
  }

  private void checkSize(BinaryOutput prefix, BinaryOutput elements) {
    long length =
        sizes.add(prefix.array(), prefix.position(), elements.position() + 1L, entries()::lengthOf);
    if (length > entries().limits().valueBytesMax()) {
      throw entries().limits().listTooLong(entries().column(), length);
    }
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    BinaryOutput prefix = prefix(key, namespace);
    entries().remove(prefix);
    sizes.clear(prefix.array(), prefix.position());
  }

  @Override
  void load(BinaryOutput prefix, BinaryInput page) {
    BinaryOutput elements = newValue();
    ListElements.appendPage(serializer.fixedLength(), page, elements);
    checkSize(prefix, elements);
    entries().loadAppend(prefix, elements);
  }

  private static final class Elements<E> implements Iterator<E> {
    private final TypeSerializer<E> serializer;
    private final ListWindow list;

    Elements(TypeSerializer<E> serializer, ListWindow list) {
      this.serializer = serializer;
      this.list = list;
    }

    @Override
    public boolean hasNext() {
      return list.hasNext();
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      E element = Field.read(serializer, list.next(serializer.fixedLength()));
      list.endElement();
      return element;
    }
  }
}
