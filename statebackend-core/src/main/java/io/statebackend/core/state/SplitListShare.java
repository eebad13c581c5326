// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.SnapshotWriter;
import java.util.List;

/**
 * The share of one subtask in an undeclared split list, as pages. The elements are not understood,
 * only counted, so that they are dealt out as those of a declared list are: whether a subtask
 * declares the list or not, each element has one owner and the order is kept.
 */
final class SplitListShare implements EntryCursor {
  private final List<RestoredState> parts;
  private final long end;
  private final BinaryOutput page = new BinaryOutput();

  /** The number of elements that were passed over or taken. */
  private long taken;

  private int nextPart;
  private EntrySource pages;
  private BinaryInput elements = new BinaryInput();

  private SplitListShare(List<RestoredState> parts, long first, long end) {
    this.parts = parts;
    this.end = end;
    this.pages = pagesOf(parts.get(nextPart++));
    while (taken < first && hasElement()) {
      elements.skip(elementLength());
      taken++;
    }
  }

  /** Finds the share; reads all parts once, to count their elements. */
  static SplitListShare of(List<RestoredState> parts, SubtaskPosition position) {
    long size = new SplitListShare(parts, Long.MAX_VALUE, Long.MAX_VALUE).taken;
    return new SplitListShare(parts, position.firstOfShare(size), position.endOfShare(size));
  }

  private static EntrySource pagesOf(RestoredState part) {
    return part.snapshot().entries(part.index(), SnapshotWriter.OPERATOR_STATE);
  }

  private boolean hasElement() {
    while (elements.remaining() == 0) {
      if (pages.next()) {
        elements = pages.value();
      } else if (nextPart < parts.size()) {
        pages = pagesOf(parts.get(nextPart++));
      } else {
        return false;
      }
    }
    return true;
  }

  private int elementLength() {
    return Field.length(parts.get(0).meta().value().fixedLength(), elements);
  }

  @Override
  public boolean next() {
    page.reset();
    int fixedLength = parts.get(0).meta().value().fixedLength();
    while (taken < end && page.position() < PAGE_SIZE_BYTES && hasElement()) {
      int length = elementLength();
      byte[] element = elements.readBytes(length);
      Field.writeBytes(fixedLength, element, 0, length, page);
      taken++;
    }
    return page.position() > 0;
  }

  @Override
  public void writeKey(BinaryOutput out) {}

  @Override
  public void writeNamespace(BinaryOutput out) {}

  @Override
  public void writeValue(BinaryOutput out) {
    out.write(page.array(), 0, page.position());
  }

  @Override
  public void close() {}
}
