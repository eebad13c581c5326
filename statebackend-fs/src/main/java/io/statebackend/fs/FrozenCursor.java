// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;

/**
 * Iterates over a key group of a frozen table: over the index, chunk by chunk, and for each list or
 * map over its pages.
 */
final class FrozenCursor implements EntryCursor {
  private final FsFrozenStore image;
  private final TableFormat format;
  private final KeyPartFormat keyParts;
  private final RecordLayout headLayout;
  private final RecordLayout pageLayout;
  private final long[][] directory;
  private final long[][] pageDirectory;
  private final FrozenReader head;
  private final FrozenReader page;
  private final KeyPart pageKey;

  private int directoryIndex;
  private int slotIndex = IndexChunk.SLOTS_INDEX;

  /** The pages of the current list or map, and the next of them. */
  private int pageCount;

  private int nextPage;

  /** Whether elements that lie in the head itself come after the pages. */
  private boolean tailPending;

  /** Where the value or page of the entry is. */
  private byte[] valueBytes = {};

  private int valueFrom;
  private int valueLength;
  private boolean closed;

  /** Makes a cursor for an image that counts it already. */
  FrozenCursor(
      FsFrozenStore image,
      FrozenTable table,
      int groupIndex,
      FrozenReader head,
      FrozenReader page,
      KeyPart pageKey) {
    this.image = image;
    this.format = table.format();
    this.keyParts = format.keyParts();
    this.headLayout = format.headLayout(table.id());
    this.pageLayout = format.pageLayout(table.id());
    this.directory = table.heads()[groupIndex];
    this.pageDirectory = format.hasPages() ? table.pages()[groupIndex] : new long[0][];
    this.head = head;
    this.page = page;
    this.pageKey = pageKey;
  }

  @Override
  public boolean next() {
    checkOpen();
    while (true) {
      while (nextPage < pageCount) {
        if (moveToPage(nextPage++)) {
          return true;
        }
      }
      if (tailPending) {
        tailPending = false;
        moveToTail();
        return true;
      }
      if (!moveToNextHead()) {
        return false;
      }
    }
  }

  private boolean moveToNextHead() {
    while (directoryIndex < directory.length) {
      long[] chunk = directory[directoryIndex];
      while (slotIndex < chunk.length && IndexChunk.isFirstAt(chunk, directoryIndex)) {
        long slot = chunk[slotIndex++];
        if (slot != 0) {
          head.moveTo(IndexChunk.addressOf(slot));
          beginHead();
          return true;
        }
      }
      slotIndex = IndexChunk.SLOTS_INDEX;
      directoryIndex++;
    }
    return false;
  }

  private void beginHead() {
    byte[] bytes = head.bytes();
    nextPage = 0;
    pageCount = 0;
    tailPending = true;
    if (format.hasPages()) {
      pageCount = PagedValue.pageCount(bytes, headLayout.valueAt(bytes, head.at()));
      int headLength = headLayout.valueLength(bytes, head.at());
      tailPending = PagedValue.hasEntries(format.kind(), pageCount, headLength);
    }
  }

  private void moveToTail() {
    int skipped = format.hasPages() ? PagedValue.ENTRIES_OFFSET : 0;
    valueBytes = head.bytes();
    valueFrom = headLayout.valueAt(valueBytes, head.at()) + skipped;
    valueLength = headLayout.valueLength(valueBytes, head.at()) - skipped;
  }

  private boolean moveToPage(int number) {
    byte[] bytes = head.bytes();
    int keyFrom = head.at() + headLayout.keyOffset();
    pageKey.pageOf(bytes, keyFrom, headLayout.keyLength(bytes, head.at()), number);
    long[] chunk = IndexGroup.chunk(pageDirectory, pageKey.hash());
    long tag = IndexChunk.tag(pageKey.hash());
    for (int i = IndexChunk.home(chunk, tag); chunk[i] != 0; i = IndexChunk.next(chunk, i)) {
      if (IndexChunk.tagOf(chunk[i]) == tag) {
        page.moveTo(IndexChunk.addressOf(chunk[i]));
        valueBytes = page.bytes();
        if (pageLayout.hasKey(valueBytes, page.at(), pageKey)) {
          valueFrom = pageLayout.valueAt(valueBytes, page.at());
          valueLength = pageLayout.valueLength(valueBytes, page.at());
          return true;
        }
      }
    }
    if (format.kind() == TableFormat.Kind.LIST) {
      throw new CorruptStateException(
          "page is not in the index: table=%s, page=%d".formatted(format.name(), number));
    }
    // A page of a map that has become empty.
    return false;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    byte[] bytes = head.bytes();
    int from = head.at() + headLayout.keyOffset();
    keyParts.writeKeyOf(bytes, from, headLayout.keyLength(bytes, head.at()), out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    byte[] bytes = head.bytes();
    int from = head.at() + headLayout.keyOffset();
    keyParts.writeNamespaceOf(bytes, from, headLayout.keyLength(bytes, head.at()), out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    out.write(valueBytes, valueFrom, valueLength);
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the cursor is closed");
    }
    try {
      image.checkOpen();
    } catch (StateClosedException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      image.release();
    }
  }
}
