// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;

/** Walks over the maps of a key group: entries of one map, which lie side by side, make a page. */
final class MapCursor implements EntryCursor {
  private final KeyGroupScan scan;
  private final BinaryOutput key = new BinaryOutput();
  private final BinaryOutput namespace = new BinaryOutput();

  /** Key group, key and namespace of the page. */
  private final BinaryOutput prefix = new BinaryOutput();

  private final BinaryOutput page = new BinaryOutput();

  /** Whether the scan stands on an entry that is in no page yet. */
  private boolean hasEntry;

  private boolean isBegun;

  MapCursor(KeyGroupScan scan) {
    this.scan = scan;
  }

  @Override
  public boolean next() {
    if (!isBegun) {
      isBegun = true;
      hasEntry = scan.next();
    }
    if (!hasEntry) {
      return false;
    }
    beginPage();
    int userKeyLength = scan.format().userKeyLength();
    int valueLength = scan.format().valueLength();
    do {
      int userKey = scan.keyAt() + prefix.position();
      checkLength("user key", userKeyLength, scan.keyEnd() - userKey);
      checkLength("value", valueLength, scan.valueLength());
      Field.writeBytes(userKeyLength, scan.bytes(), userKey, scan.keyEnd() - userKey, page);
      Field.writeBytes(valueLength, scan.bytes(), scan.valueAt(), scan.valueLength(), page);
      hasEntry = scan.next();
    } while (hasEntry && page.position() < PAGE_SIZE_BYTES && scan.keyBeginsWith(prefix));
    return true;
  }

  private void checkLength(String what, int fixedLength, int found) {
    if (fixedLength >= 0 && found != fixedLength) {
      throw new CorruptStateException(
          "stored %s has another length than all have: state=%s, expected=%d, actual=%d"
              .formatted(what, scan.format().name(), fixedLength, found));
    }
  }

  private void beginPage() {
    key.reset();
    scan.writeKey(key);
    namespace.reset();
    scan.writeNamespace(namespace);
    prefix.reset();
    prefix.write(scan.bytes(), scan.keyAt(), scan.prefixLength());
    page.reset();
  }

  @Override
  public void writeKey(BinaryOutput out) {
    out.write(key.array(), 0, key.position());
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    out.write(namespace.array(), 0, namespace.position());
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
