// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.storage.StorageOutput;
import java.util.zip.CRC32C;

/** A new file that is written in few large pieces, with its length and checksum. */
final class ChecksummedOutput {
  private static final int BUFFER_SIZE_BYTES = 64 << 10;

  private final StorageOutput out;
  private final CRC32C crc = new CRC32C();
  private final byte[] buffer = new byte[BUFFER_SIZE_BYTES];
  private int buffered;
  private long length;

  ChecksummedOutput(StorageOutput out) {
    this.out = out;
  }

  /** Returns the number of bytes written so far, which is the offset of the next one. */
  long length() {
    return length;
  }

  int crc32c() {
    return (int) crc.getValue();
  }

  void write(byte[] bytes, int offset, int count) {
    crc.update(bytes, offset, count);
    length += count;
    if (count > buffer.length - buffered) {
      flush();
      if (count >= buffer.length) {
        out.write(bytes, offset, count);
        return;
      }
    }
    System.arraycopy(bytes, offset, buffer, buffered, count);
    buffered += count;
  }

  void flush() {
    out.write(buffer, 0, buffered);
    buffered = 0;
  }
}
