// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.storage.StorageInput;

/**
 * The beginning of every file: magic and version, then a body, all under checksums. Specified in
 * docs/format/snapshot-v1.md.
 *
 * <p>The first {@value #PREAMBLE_LENGTH} bytes have the same shape in every version, so that a file
 * of a newer version is told apart from a damaged one.
 *
 * @param format what the file is, for messages
 * @param magic the first four bytes
 * @param version the version that is written and read
 */
record Envelope(String format, int magic, int version) {
  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  private static final int FLAGS_OFFSET = VERSION_OFFSET + Short.BYTES;
  private static final int BODY_LENGTH_OFFSET = FLAGS_OFFSET + Short.BYTES;
  private static final int CRC_OFFSET = BODY_LENGTH_OFFSET + Integer.BYTES;
  static final int PREAMBLE_LENGTH = CRC_OFFSET + Integer.BYTES;

  /** The length of everything except the body. */
  static final int OVERHEAD = PREAMBLE_LENGTH + Integer.BYTES;

  /** Writes an envelope around a body. */
  void write(BinaryOutput body, BinaryOutput out) {
    int start = out.position();
    out.writeInt(magic);
    out.writeShort(version);
    out.writeShort(0);
    out.writeInt(body.position());
    out.writeInt(Checksums.crc32c(out.array(), start, CRC_OFFSET));
    out.write(body.array(), 0, body.position());
    out.writeInt(Checksums.crc32c(body.array(), 0, body.position()));
  }

  /**
   * Reads the envelope that a file begins with.
   *
   * @return the body; it begins at {@link #PREAMBLE_LENGTH} of the file and of the array
   */
  BinaryInput read(StorageInput in, String file) {
    int bodyLength = bodyLength(in, file);
    byte[] bytes = new byte[OVERHEAD + bodyLength];
    in.read(0, bytes, 0, bytes.length);
    return body(bytes, bodyLength, file);
  }

  /** Checks the first bytes of a file, and returns the length of the body that they tell. */
  int bodyLength(StorageInput in, String file) {
    long fileLength = in.length();
    byte[] preamble = new byte[(int) Math.min(PREAMBLE_LENGTH, fileLength)];
    in.read(0, preamble, 0, preamble.length);
    return checkPreamble(preamble, fileLength, file);
  }

  /**
   * Reads an envelope that is all of a file. Takes memory for the body only when its beginning is
   * right.
   */
  BinaryInput readAll(StorageInput in, String file) {
    BinaryInput body = read(in, file);
    long leftOver = in.length() - OVERHEAD - body.remaining();
    if (leftOver != 0) {
      throw bytesLeftOver(leftOver, OVERHEAD + body.remaining(), file);
    }
    return body;
  }

  /** Reads an envelope that is all of a file. */
  BinaryInput read(byte[] bytes, String file) {
    int bodyLength = checkPreamble(bytes, bytes.length, file);
    if (bytes.length != OVERHEAD + bodyLength) {
      throw bytesLeftOver(bytes.length - OVERHEAD - bodyLength, OVERHEAD + bodyLength, file);
    }
    return body(bytes, bodyLength, file);
  }

  private CorruptStateException bytesLeftOver(long count, long offset, String file) {
    return new CorruptStateException(format + " has bytes left over: count=" + count, file, offset);
  }

  private int checkPreamble(byte[] bytes, long fileLength, String file) {
    if (bytes.length < PREAMBLE_LENGTH) {
      throw cutShort(PREAMBLE_LENGTH, fileLength, file);
    }
    BinaryInput in = new BinaryInput(bytes);
    int actualMagic = in.readInt();
    if (actualMagic != magic) {
      throw new CorruptStateException(
          "not a %s: expected magic=%08x, actual=%08x".formatted(format, magic, actualMagic),
          file,
          MAGIC_OFFSET);
    }
    int actualVersion = Short.toUnsignedInt(in.readShort());
    int flags = Short.toUnsignedInt(in.readShort());
    int bodyLength = in.readInt();
    int expectedCrc = in.readInt();
    int actualCrc = Checksums.crc32c(bytes, 0, CRC_OFFSET);
    if (actualCrc != expectedCrc) {
      throw new CorruptStateException(
          "checksum of the first bytes of a "
              + format
              + " is wrong: "
              + Checksums.mismatch(expectedCrc, actualCrc),
          file,
          CRC_OFFSET);
    }
    checkVersion(actualVersion, flags, file);
    if (bodyLength < 0 || bodyLength > fileLength - OVERHEAD) {
      throw cutShort(OVERHEAD + Integer.toUnsignedLong(bodyLength), fileLength, file);
    }
    return bodyLength;
  }

  private void checkVersion(int found, int flags, String file) {
    String problem;
    if (found > version) {
      problem = "was written by a newer version of this library; use that one, or a newer one";
    } else if (found < version) {
      problem =
          "is of an older version, which this library does not read; restore it with a library that"
              + " does, and take a savepoint with one that writes a version that is supported";
    } else if (flags != 0) {
      problem =
          "is of a version that this library reads, but has flags that it does not know; use the"
              + " library that wrote it, or a newer one";
    } else {
      return;
    }
    throw new IncompatibleStateException(
        "%s %s: found version=%d, flags=%04x, supported version=%d, flags=0000, file=%s"
            .formatted(format, problem, found, flags, version, file));
  }

  private CorruptStateException cutShort(long expectedLength, long length, String file) {
    return new CorruptStateException(
        "%s is cut short: expected length=%d or more, actual=%d"
            .formatted(format, expectedLength, length),
        file,
        length);
  }

  private BinaryInput body(byte[] bytes, int bodyLength, String file) {
    int crcOffset = PREAMBLE_LENGTH + bodyLength;
    BinaryInput in = new BinaryInput();
    in.reset(bytes, crcOffset, crcOffset + Integer.BYTES);
    int expectedCrc = in.readInt();
    int actualCrc = Checksums.crc32c(bytes, PREAMBLE_LENGTH, bodyLength);
    if (actualCrc != expectedCrc) {
      throw new CorruptStateException(
          "checksum of the first part of a "
              + format
              + " is wrong: "
              + Checksums.mismatch(expectedCrc, actualCrc),
          file,
          PREAMBLE_LENGTH);
    }
    in.reset(bytes, PREAMBLE_LENGTH, crcOffset);
    return in;
  }
}
