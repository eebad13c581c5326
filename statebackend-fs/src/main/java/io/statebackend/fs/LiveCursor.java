// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The order of a walk
 *
 * Chunks of the index are walked over in the order of their tags with the bits reversed. The last d
 * bits of the tags are the same within a chunk of depth d, so in that order a chunk is a run of tags,
 * and the two halves of one that is split lie side by side in the same place. The walk notes only how
 * far it came, and looks the next chunk up when it gets there.
 *
 * Within a chunk it goes through a copy of the slots. An entry that was rewritten since is no more at
 * the address that was copied, but its tag is the same: whatever has that tag now is added.
 */

/**
 * Iterates over a key group of a table that the owner changes meanwhile: chunk by chunk of the
 * index, and page by page of each list or map, which is looked up again for each page. Only the
 * owner uses it.
 */
final class LiveCursor implements EntryCursor {
  private static final int READ_AHEAD_BLOCKS = 4;
  private static final int TAG_END = 1 << IndexChunk.TAG_BITS;

  private final Log log;
  private final TableFormat format;
  private final KeyPartFormat keyParts;
  private final Records heads;
  private final @Nullable Records pages;
  private final int keyGroup;
  private final RecordView head;
  private final RecordView page;
  private final KeyPart key;
  private final KeyPart pageKey;

  /** The first tag, with its bits reversed, that the walk did not come to yet. */
  private int position;

  /** The slots of the chunk, and those that were added because they took the place of others. */
  private long[] slots = {};

  private int slotCount;
  private int slotIndex;

  /** The pages that the list or map had, and the next of them. */
  private int pageCount;

  private int nextPage;

  /** Whether what lies in the head itself is still to come; then the list or map is not left. */
  private boolean tailPending;

  private byte[] valueBytes = {};
  private int valueFrom;
  private int valueLength;
  private boolean closed;

  LiveCursor(TableRecords table, Log log, KeyPart key, KeyPart pageKey, int keyGroup) {
    this.log = log;
    this.format = table.format();
    this.keyParts = format.keyParts();
    this.heads = table.heads();
    this.pages = format.hasPages() ? table.pages() : null;
    this.keyGroup = keyGroup;
    this.head = new RecordView(log.segments(), READ_AHEAD_BLOCKS);
    this.page = new RecordView(log.segments(), READ_AHEAD_BLOCKS);
    this.key = key;
    this.pageKey = pageKey;
  }

  @Override
  public boolean next() {
    log.checkOpen();
    if (closed) {
      return false;
    }
    while (true) {
      if (tailPending && moveWithin()) {
        return true;
      }
      if (slotIndex < slotCount) {
        begin(slots[slotIndex++]);
      } else if (position < TAG_END) {
        enterChunk();
      } else {
        return false;
      }
    }
  }

  private void enterChunk() {
    IndexGroup group = heads.group(keyGroup);
    int tag = Integer.reverse(position) >>> (Integer.SIZE - IndexChunk.TAG_BITS);
    long[] chunk = group.chunk((long) tag << IndexChunk.ADDRESS_BITS);
    int depth =
        IndexChunk.count(chunk) == 0
            ? Integer.numberOfTrailingZeros(group.directory().length)
            : IndexChunk.depth(chunk);
    position = (position | ((1 << (IndexChunk.TAG_BITS - depth)) - 1)) + 1;
    slotCount = 0;
    slotIndex = 0;
    for (int i = IndexChunk.SLOTS_INDEX; i < chunk.length; i++) {
      if (chunk[i] != 0) {
        addSlot(chunk[i]);
      }
    }
  }

  private void addSlot(long slot) {
    if (slotCount == slots.length) {
      slots = Arrays.copyOf(slots, Math.max(16, 2 * slotCount));
    }
    slots[slotCount] = slot;
    slotCount++;
  }

  private void begin(long slot) {
    IndexGroup group = heads.group(keyGroup);
    long hash = IndexChunk.tagOf(slot) << IndexChunk.ADDRESS_BITS;
    if (!group.contains(hash, IndexChunk.addressOf(slot))) {
      addSuccessors(group.chunk(hash), IndexChunk.tagOf(slot));
      return;
    }
    head.moveTo(IndexChunk.addressOf(slot));
    nextPage = 0;
    pageCount = 0;
    tailPending = true;
    if (pages != null) {
      heads.layout().moveTo(key, head.bytes(), head.at());
    }
  }

  private void addSuccessors(long[] chunk, long tag) {
    for (int i = IndexChunk.home(chunk, tag); chunk[i] != 0; i = IndexChunk.next(chunk, i)) {
      if (IndexChunk.tagOf(chunk[i]) == tag && !isKnown(chunk[i])) {
        addSlot(chunk[i]);
      }
    }
  }

  private boolean isKnown(long slot) {
    for (int i = 0; i < slotCount; i++) {
      if (slots[i] == slot) {
        return true;
      }
    }
    return false;
  }

  /** Moves to the next part of the entry, if there is one. */
  private boolean moveWithin() {
    Records pageRecords = pages;
    if (pageRecords == null) {
      tailPending = false;
      moveToTail(0);
      return true;
    }
    if (!heads.find(keyGroup, key, head)) {
      tailPending = false;
      return false;
    }
    int pageCountNow = PagedValue.pageCount(head.bytes(), heads.valueAt(head));
    if (pageCountNow < pageCount && format.kind() == TableFormat.Kind.MAP) {
      nextPage = 0; // A map that shrinks moves pairs to pages that were passed.
    }
    pageCount = pageCountNow;
    while (nextPage < pageCount) {
      pageKey.pageOf(key.bytes(), 0, key.length(), nextPage++);
      if (pageRecords.find(keyGroup, pageKey, page)) {
        valueBytes = page.bytes();
        valueFrom = pageRecords.valueAt(page);
        valueLength = pageRecords.valueLength(page);
        return true;
      }
    }
    tailPending = false;
    if (PagedValue.hasEntries(format.kind(), pageCount, heads.valueLength(head))) {
      moveToTail(PagedValue.ENTRIES_OFFSET);
      return true;
    }
    return false;
  }

  private void moveToTail(int skipped) {
    valueBytes = head.bytes();
    valueFrom = heads.valueAt(head) + skipped;
    valueLength = heads.valueLength(head) - skipped;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    byte[] bytes = head.bytes();
    int from = head.at() + heads.layout().keyOffset();
    keyParts.writeKeyOf(bytes, from, heads.layout().keyLength(bytes, head.at()), out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    byte[] bytes = head.bytes();
    int from = head.at() + heads.layout().keyOffset();
    keyParts.writeNamespaceOf(bytes, from, heads.layout().keyLength(bytes, head.at()), out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    out.write(valueBytes, valueFrom, valueLength);
  }

  @Override
  public void close() {
    closed = true;
  }
}
