// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Makes files that a later version of the library would write. */
final class NewerFormat {
  private static final int VERSION_OFFSET = 4;
  private static final int CRC_OFFSET = 12;

  private NewerFormat() {}

  /** Returns a file with version 9 in its preamble, whose checksum is right. */
  static byte[] of(byte[] file) {
    ByteBuffer changed = ByteBuffer.wrap(file.clone());
    changed.putShort(VERSION_OFFSET, (short) 9);
    CRC32C crc = new CRC32C();
    crc.update(changed.array(), 0, CRC_OFFSET);
    changed.putInt(CRC_OFFSET, (int) crc.getValue());
    return changed.array();
  }
}
