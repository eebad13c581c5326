// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;

/** Walks over the values of a key group: they are stored as they are written. */
final class ValueCursor implements EntryCursor {
  private final KeyGroupScan scan;

  ValueCursor(KeyGroupScan scan) {
    this.scan = scan;
  }

  @Override
  public boolean next() {
    return scan.next();
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
    out.write(scan.bytes(), scan.valueAt(), scan.valueLength());
  }

  @Override
  public void close() {
    scan.close();
  }
}
