// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;

/** Walks over the lists of a key group, a page of each at a time. */
final class ListCursor implements EntryCursor {
  private final KeyGroupScan scan;
  private final BinaryOutput page = new BinaryOutput();

  /** What is left of the list. */
  private final BinaryInput rest = new BinaryInput();

  ListCursor(KeyGroupScan scan) {
    this.scan = scan;
  }

  @Override
  public boolean next() {
    if (rest.remaining() == 0) {
      if (!scan.next()) {
        return false;
      }
      rest.reset(scan.bytes(), scan.valueAt(), scan.valueAt() + scan.valueLength());
    }
    page.reset();
    do {
      ListElements.copyElement(scan.format().valueLength(), rest, page);
      ListElements.skipSeparator(rest);
    } while (rest.remaining() > 0 && page.position() < PAGE_SIZE_BYTES);
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
