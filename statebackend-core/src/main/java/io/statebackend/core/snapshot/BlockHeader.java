// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;

/**
 * What precedes the payload of a block, as specified in docs/format/snapshot-v1.md.
 *
 * @param stateIndex which state of the header
 * @param keyGroup the key group, or {@link SnapshotWriter#OPERATOR_STATE}
 * @param entryCount the number of entries, 1 or more
 * @param rawLength the length of the payload after decompression, in bytes
 * @param storedLength the length of the payload in the file, in bytes
 * @param codec how the payload is compressed
 * @param payloadCrc32c the checksum of the payload as stored
 */
record BlockHeader(
    int stateIndex,
    int keyGroup,
    int entryCount,
    int rawLength,
    int storedLength,
    Compression codec,
    int payloadCrc32c) {
  static final int MAGIC = 0x5342424B;

  private static final int CRC_OFFSET = 8 * Integer.BYTES;
  static final int LENGTH = CRC_OFFSET + Integer.BYTES;

  void write(BinaryOutput out) {
    int start = out.position();
    out.writeInt(MAGIC);
    out.writeInt(stateIndex);
    out.writeInt(keyGroup);
    out.writeInt(entryCount);
    out.writeInt(rawLength);
    out.writeInt(storedLength);
    out.writeInt(codec.id() << 24);
    out.writeInt(payloadCrc32c);
    out.writeInt(Checksums.crc32c(out.array(), start, CRC_OFFSET));
  }

  /** Reads a header that lies at an offset of a file, and checks it by itself. */
  static BlockHeader read(byte[] bytes, String file, long offset) {
    BinaryInput in = new BinaryInput(bytes);
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new CorruptStateException(
          "no block of a snapshot begins here: expected magic=%08x, actual=%08x"
              .formatted(MAGIC, magic),
          file,
          offset);
    }
    int stateIndex = in.readInt();
    int keyGroup = in.readInt();
    int entryCount = in.readInt();
    int rawLength = in.readInt();
    int storedLength = in.readInt();
    int codecAndReserved = in.readInt();
    int payloadCrc32c = in.readInt();
    int expectedCrc = in.readInt();
    int actualCrc = Checksums.crc32c(bytes, 0, CRC_OFFSET);
    if (actualCrc != expectedCrc) {
      throw new CorruptStateException(
          "checksum of a block header is wrong: " + Checksums.mismatch(expectedCrc, actualCrc),
          file,
          offset);
    }
    int codec = codecAndReserved >>> 24;
    if (!Compression.isId(codec) || codec << 24 != codecAndReserved) {
      throw new IncompatibleStateException(
          ("block of a snapshot is stored in a way that this library does not read: found"
               + " codec=%08x, supported=00000000 (none), 01000000 (LZ4), file=%s, offset=%d; use"
               + " the library that wrote it, or a newer one")
              .formatted(codecAndReserved, file, offset));
    }
    BlockHeader header =
        new BlockHeader(
            stateIndex,
            keyGroup,
            entryCount,
            rawLength,
            storedLength,
            Compression.ofId(codec),
            payloadCrc32c);
    if (entryCount < 1 || !header.hasPossibleLengths()) {
      throw new CorruptStateException("not a possible block: " + header, file, offset);
    }
    return header;
  }

  private boolean hasPossibleLengths() {
    if (rawLength < 0 || storedLength < 0) {
      return false;
    }
    return switch (codec) {
      case NONE -> rawLength == storedLength;
      case LZ4 -> storedLength < rawLength && rawLength <= (long) storedLength * Lz4.RATIO_MAX;
    };
  }

  BlockHeader withStateIndex(int index) {
    return new BlockHeader(
        index, keyGroup, entryCount, rawLength, storedLength, codec, payloadCrc32c);
  }
}
