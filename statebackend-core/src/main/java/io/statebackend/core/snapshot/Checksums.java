// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageInput;
import java.util.zip.CRC32C;

/** The CRC32C checksums of the formats. */
public final class Checksums {
  private static final int CHUNK_SIZE_BYTES = 1 << 20;

  private Checksums() {}

  /**
   * Returns the CRC32C of bytes.
   *
   * @param bytes the array
   * @param offset the first byte
   * @param length the number of bytes, 0 or more
   * @return the checksum
   */
  public static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /**
   * Reads a whole file and compares it with the metadata of a checkpoint.
   *
   * @param in the file
   * @param file its path, for messages
   * @param length the expected length in bytes
   * @param crc32c the expected checksum
   * @throws CorruptStateException if the file has another length or checksum
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public static void verifyFile(StorageInput in, String file, long length, int crc32c) {
    if (in.length() != length) {
      throw new CorruptStateException(
          "file has another length than the checkpoint tells: expected="
              + length
              + ", actual="
              + in.length(),
          file,
          Math.min(length, in.length()));
    }
    int actual = crc32c(in, 0, length);
    if (actual != crc32c) {
      throw new CorruptStateException(
          "file has another checksum than the checkpoint tells: " + mismatch(crc32c, actual),
          file,
          CorruptStateException.UNKNOWN_OFFSET);
    }
  }

  /** Returns the CRC32C of a part of a file, read piece by piece. */
  static int crc32c(StorageInput in, long position, long length) {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[(int) Math.min(CHUNK_SIZE_BYTES, length)];
    long end = position + length;
    for (long at = position; at < end; ) {
      int count = (int) Math.min(chunk.length, end - at);
      in.read(at, chunk, 0, count);
      crc.update(chunk, 0, count);
      at += count;
    }
    return (int) crc.getValue();
  }

  /** Compares checksums; returns what a message tells about them. */
  static String mismatch(int expected, int actual) {
    return "expected=%08x, actual=%08x".formatted(expected, actual);
  }
}
