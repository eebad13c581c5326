// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** A portable snapshot whose checksums are made right again, by docs/format/snapshot-v1.md. */
final class SealedSnapshot {
  private static final int BODY_LENGTH_OFFSET = 8;
  private static final int BODY_OFFSET = 16;

  private static final int BLOCK_MAGIC = 0x5342424B;
  private static final int BLOCK_STORED_LENGTH_OFFSET = 20;
  private static final int BLOCK_PAYLOAD_CRC_OFFSET = 28;
  private static final int BLOCK_HEADER_CRC_OFFSET = 32;
  private static final int BLOCK_HEADER_LENGTH = 36;

  private static final int CHANGED_BYTES_MAX = 8;

  private final ByteBuffer bytes;

  /** Where the blocks begin. */
  private final List<Integer> blocks = new ArrayList<>();

  /**
   * Finds the blocks, as far as they can be followed.
   *
   * @param bytes the file; changed in place
   */
  SealedSnapshot(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
    long block = (long) BODY_OFFSET + this.bytes.getInt(BODY_LENGTH_OFFSET) + Integer.BYTES;
    while (isBlock(block)) {
      blocks.add((int) block);
      block += BLOCK_HEADER_LENGTH + storedLength((int) block);
    }
  }

  private boolean isBlock(long offset) {
    return offset >= 0
        && offset + BLOCK_HEADER_LENGTH <= bytes.limit()
        && bytes.getInt((int) offset) == BLOCK_MAGIC
        && storedLength((int) offset) >= 0
        && offset + BLOCK_HEADER_LENGTH + storedLength((int) offset) <= bytes.limit();
  }

  private int storedLength(int block) {
    return bytes.getInt(block + BLOCK_STORED_LENGTH_OFFSET);
  }

  byte[] bytes() {
    return bytes.array();
  }

  /** Changes some bytes of the entries in one block. */
  void change(Random random) {
    int block = blocks.get(random.nextInt(blocks.size()));
    for (int i = 1 + random.nextInt(CHANGED_BYTES_MAX); i > 0; i--) {
      int at = block + BLOCK_HEADER_LENGTH + random.nextInt(storedLength(block));
      byte changed =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> -1; // also a number that goes on, where one has a variable length
            case 2 -> (byte) (bytes.get(at) ^ 1 << random.nextInt(Byte.SIZE));
            default -> (byte) random.nextInt();
          };
      bytes.put(at, changed);
    }
    seal(block);
  }

  /** Makes the checksums of all blocks right. */
  void seal() {
    blocks.forEach(this::seal);
  }

  private void seal(int block) {
    bytes.putInt(
        block + BLOCK_PAYLOAD_CRC_OFFSET,
        crc32c(bytes.array(), block + BLOCK_HEADER_LENGTH, storedLength(block)));
    bytes.putInt(
        block + BLOCK_HEADER_CRC_OFFSET, crc32c(bytes.array(), block, BLOCK_HEADER_CRC_OFFSET));
  }

  static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
