// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;

/**
 * The first bytes of each file of a native snapshot, as docs/format/fs-snapshot-v1.md specifies.
 */
final class SnapshotFileHeader {
  static final int SIZE_BYTES = Long.BYTES;

  /** The magic "SBFS", version 1, and two bytes of 0. */
  private static final long HEADER = 0x53424653_0001_0000L;

  private SnapshotFileHeader() {}

  static void write(StorageOutput output) {
    byte[] bytes = new byte[SIZE_BYTES];
    Bytes.putLong(bytes, 0, HEADER);
    output.write(bytes, 0, SIZE_BYTES);
  }

  /**
   * Checks that a file begins as it should.
   *
   * @throws CorruptStateException if it does not
   */
  static void check(StorageInput input, String file) {
    byte[] bytes = new byte[SIZE_BYTES];
    input.read(0, bytes, 0, SIZE_BYTES);
    long header = Bytes.getLong(bytes, 0);
    if (header != HEADER) {
      throw new CorruptStateException(
          "not a file of the fs engine, version 1: expected=%016x, actual=%016x"
              .formatted(HEADER, header),
          file,
          0);
    }
  }
}
