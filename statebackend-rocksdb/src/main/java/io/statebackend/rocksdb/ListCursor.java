// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import java.nio.ByteBuffer;

/** Walks over the lists of a key group, a page of each at a time. */
final class ListCursor implements EntryCursor {
  private final KeyGroupScan scan;
  private final BinaryOutput page = new BinaryOutput();

  /** What is left of the list. */
  private final ListWindow rest = new ListWindow();

  ListCursor(KeyGroupScan scan) {
    this.scan = scan;
    scan.readLargeApart();
  }

  @Override
  public boolean next() {
    if (!rest.hasNext()) {
      if (!scan.next()) {
        return false;
      }
      ByteBuffer large = scan.largeValue();
      if (large == null) {
        rest.open(scan.bytes(), scan.valueAt(), scan.valueAt() + scan.valueLength());
      } else {
        rest.open(large);
      }
    }
    page.reset();
    do {
      int length = scan.format().valueLength();
      ListElements.copyElement(length, rest.next(length), page);
      rest.endElement();
    } while (rest.hasNext() && page.position() < PAGE_SIZE_BYTES);
    return true;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    scan.writeKey(out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    scan.writeNamespace(out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    out.write(page.array(), 0, page.position());
  }

  @Override
  public void close() {
    scan.close();
  }
}
