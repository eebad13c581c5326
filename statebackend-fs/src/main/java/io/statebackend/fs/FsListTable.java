// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Each list has a head with the elements that were added last. When these are more than a page,
 * they become a page of their own. So adding costs the same, whatever the length of the list.
 */
final class FsListTable<K, N, E> implements ListTable<K, N, E> {
  private final FsTable<K, N> table;
  private final Log log;
  private final Records heads;
  private final Pages allPages;
  private final Records pages;
  private final RecordLayout headLayout;
  private final RecordLayout pageLayout;
  private final KeyPart key;
  private final KeyPart pageKey;
  private final RecordView head;
  private final RecordView page;
  private final TypeSerializer<E> serializer;
  private final BinaryOutput out = new BinaryOutput();

  FsListTable(FsTable<K, N> table, TypeSerializer<E> serializer) {
    this.table = table;
    this.log = table.log;
    this.heads = table.heads;
    this.allPages = new Pages(table);
    this.pages = allPages.records;
    this.headLayout = heads.layout();
    this.pageLayout = pages.layout();
    this.key = table.key;
    this.pageKey = allPages.key;
    this.head = table.head;
    this.page = allPages.view;
    this.serializer = serializer;
  }

  @Override
  public void add(KeyContext<K> context, N namespace, E element) {
    out.reset();
    Field.write(serializer, element, out);
    append(table.moveKey(context, namespace), out.array(), 0, out.position());
  }

  @Override
  public void addAll(KeyContext<K> context, N namespace, Collection<? extends E> elements) {
    // All are serialized before any is stored, and stored page by page.
    out.reset();
    for (E element : elements) {
      Field.write(serializer, element, out);
    }
    appendAll(table.moveKey(context, namespace), out.array(), 0, out.position());
  }

  @Override
  public void set(KeyContext<K> context, N namespace, Collection<? extends E> elements) {
    out.reset();
    for (E element : elements) {
      Field.write(serializer, element, out);
    }
    int keyGroup = table.moveKey(context, namespace);
    allPages.clear(keyGroup);
    appendAll(keyGroup, out.array(), 0, out.position());
  }

  /** Appends elements in serialized form, a page at a time. */
  private void appendAll(int keyGroup, byte[] elements, int from, int to) {
    int fixedLength = serializer.fixedLength();
    int pieceFrom = from;
    int at = from;
    while (at < to) {
      int end = Fields.checkedEnd(elements, at, to, fixedLength);
      if (end - pieceFrom > PagedValue.PAGE_BYTES && at > pieceFrom) {
        append(keyGroup, elements, pieceFrom, at - pieceFrom);
        pieceFrom = at;
      }
      at = end;
    }
    append(keyGroup, elements, pieceFrom, to - pieceFrom);
  }

  /** Appends elements that are a page at most, or a single one. */
  private void append(int keyGroup, byte[] elements, int from, int length) {
    while (!tryAppend(keyGroup, elements, from, length)) {
      // Room was made, so what was looked up has to be looked up again.
    }
  }

  private boolean tryAppend(int keyGroup, byte[] elements, int from, int length) {
    if (!heads.find(keyGroup, key, head)) {
      return tryBegin(keyGroup, elements, from, length);
    }
    byte[] bytes = head.bytes();
    int used = headLayout.valueLength(bytes, head.at());
    int valueAt = headLayout.valueAt(bytes, head.at());
    boolean fitsPage = used - PagedValue.ENTRIES_OFFSET + length <= PagedValue.PAGE_BYTES;
    if (!fitsPage && used > PagedValue.ENTRIES_OFFSET) {
      return tryTurnPage(keyGroup, elements, from, length);
    }
    if (heads.hasRoom(head, used + length)) {
      System.arraycopy(elements, from, bytes, valueAt + used, length);
      headLayout.setValueLength(bytes, head.at(), used + length);
      return true;
    }
    int capacity = PagedValue.capacityFor(used + length);
    if (!hasRoomFor(headLayout.sizeBytes(key.length(), capacity))) {
      return false;
    }
    int at = heads.replace(keyGroup, key, head, used + length, capacity);
    byte[] target = log.active().memoryNow();
    System.arraycopy(bytes, valueAt, target, at, used);
    System.arraycopy(elements, from, target, at + used, length);
    return true;
  }

  /** Tells whether records fit; if not, makes room for another try. */
  private boolean hasRoomFor(long sizeBytes) {
    if (log.fits(sizeBytes)) {
      return true;
    }
    log.makeRoom(sizeBytes, table.name());
    return false;
  }

  private boolean tryBegin(int keyGroup, byte[] elements, int from, int length) {
    int used = PagedValue.ENTRIES_OFFSET + length;
    int capacity = PagedValue.capacityFor(used);
    if (!hasRoomFor(headLayout.sizeBytes(key.length(), capacity))) {
      return false;
    }
    int at = heads.add(keyGroup, key, used, capacity);
    writeHead(at, 0, elements, from, length);
    return true;
  }

  private void writeHead(int at, int pageCount, byte[] elements, int from, int length) {
    byte[] target = log.active().memoryNow();
    PagedValue.setPageCount(target, at, pageCount);
    System.arraycopy(elements, from, target, at + PagedValue.ENTRIES_OFFSET, length);
  }

  /** Makes the elements of the head a page, and begins a head with others. */
  private boolean tryTurnPage(int keyGroup, byte[] elements, int from, int length) {
    byte[] bytes = head.bytes();
    int valueAt = headLayout.valueAt(bytes, head.at());
    int pageLength = headLayout.valueLength(bytes, head.at()) - PagedValue.ENTRIES_OFFSET;
    int pageNumber = PagedValue.pageCount(bytes, valueAt);
    pageKey.pageOf(key.bytes(), 0, key.length(), pageNumber);
    int used = PagedValue.ENTRIES_OFFSET + length;
    int capacity = PagedValue.capacityFor(used);
    boolean inPlace = heads.hasRoom(head, used);
    long pageBytes = pageLayout.sizeBytes(pageKey.length(), pageLength);
    long headBytes = inPlace ? 0 : headLayout.sizeBytes(key.length(), capacity);
    if (!hasRoomFor(pageBytes + headBytes)) {
      return false;
    }
    // A page is there already if clearing an earlier list failed half way.
    int pageAt =
        pages.find(keyGroup, pageKey, page)
            ? pages.replace(keyGroup, pageKey, page, pageLength, pageLength)
            : pages.add(keyGroup, pageKey, pageLength, pageLength);
    System.arraycopy(
        bytes, valueAt + PagedValue.ENTRIES_OFFSET, log.active().memoryNow(), pageAt, pageLength);
    if (inPlace) {
      PagedValue.setPageCount(bytes, valueAt, pageNumber + 1);
      System.arraycopy(elements, from, bytes, valueAt + PagedValue.ENTRIES_OFFSET, length);
      headLayout.setValueLength(bytes, head.at(), used);
    } else {
      int at = heads.replace(keyGroup, key, head, used, capacity);
      writeHead(at, pageNumber + 1, elements, from, length);
    }
    return true;
  }

  @Override
  public void clear(KeyContext<K> context, N namespace) {
    allPages.clear(table.moveKey(context, namespace));
  }

  @Override
  public Iterator<E> iterator(KeyContext<K> context, N namespace) {
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return Collections.emptyIterator();
    }
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    byte[] tail =
        Arrays.copyOfRange(
            bytes,
            valueAt + PagedValue.ENTRIES_OFFSET,
            valueAt + headLayout.valueLength(bytes, head.at()));
    if (pageCount == 0) {
      return new Elements(null, keyGroup, 0, tail);
    }
    return new Elements(allPages.iterators.begin(key), keyGroup, pageCount, tail);
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
  public void load(int keyGroup, EntrySource entries) {
    while (entries.next()) {
      table.keyParts().move(key, entries.key(), entries.namespace());
      BinaryInput elements = entries.value();
      appendAll(keyGroup, elements.array(), elements.position(), elements.limit());
    }
  }

  /**
   * Iterates over the pages that a list had, looked up one by one, and then over a copy of the
   * rest.
   */
  private final class Elements implements Iterator<E> {
    private final PagedIterators.@Nullable Walk walk;
    private final int keyGroup;
    private final int pageCount;
    private final byte[] tail;
    private final BinaryInput in = new BinaryInput();
    private int nextPage;
    private boolean tailPending = true;

    Elements(PagedIterators.@Nullable Walk walk, int keyGroup, int pageCount, byte[] tail) {
      this.walk = walk;
      this.keyGroup = keyGroup;
      this.pageCount = pageCount;
      this.tail = tail;
    }

    @Override
    public boolean hasNext() {
      while (in.remaining() == 0) {
        if (walk != null && nextPage < pageCount) {
          if (walk.isEnded()) {
            return false;
          }
          readPage(walk.key());
        } else if (tailPending) {
          tailPending = false;
          in.reset(tail, 0, tail.length);
        } else {
          return false;
        }
      }
      return true;
    }

    private void readPage(KeyPart listKey) {
      if (!allPages.find(keyGroup, listKey, nextPage)) {
        throw new CorruptStateException(
            "page of a list is not in the index: state=%s, page=%d"
                .formatted(table.name(), nextPage));
      }
      nextPage++;
      int from = pages.valueAt(page);
      byte[] copy = Arrays.copyOfRange(page.bytes(), from, from + pages.valueLength(page));
      in.reset(copy, 0, copy.length);
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the list has no more elements");
      }
      return Field.read(serializer, in);
    }
  }
}
