// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageInput;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the block headers of one section and checks them against the index. When it returns
 * a header, the payload of that block lies within the section. Not thread-safe.
 */
final class SectionBlocks {
  private final StorageInput in;
  private final String file;
  private final SnapshotIndex.Section section;
  private final byte[] headerBytes = new byte[BlockHeader.LENGTH];

  private @Nullable BlockHeader header;
  private long payloadOffset;
  private long nextOffset;
  private long entriesLeft;
  private int blocksLeft;

  SectionBlocks(StorageInput in, String file, SnapshotIndex.Section section) {
    this.in = in;
    this.file = file;
    this.section = section;
    nextOffset = section.offset();
    entriesLeft = section.entryCount();
    blocksLeft = section.blockCount();
  }

  /** Moves to the next block; returns {@code false} if there is none. */
  boolean next() {
    if (blocksLeft == 0) {
      if (nextOffset != section.end() || entriesLeft != 0) {
        throw wrong("blocks do not add up: bytes left=" + (section.end() - nextOffset));
      }
      return false;
    }
    long bytesLeft = section.end() - nextOffset;
    if (bytesLeft < BlockHeader.LENGTH) {
      throw wrong("no room for a block: bytes left=" + bytesLeft);
    }
    in.read(nextOffset, headerBytes, 0, BlockHeader.LENGTH);
    BlockHeader found = BlockHeader.read(headerBytes, file, nextOffset);
    if (found.stateIndex() != section.stateIndex()
        || found.keyGroup() != section.keyGroup()
        || found.entryCount() > entriesLeft
        || found.storedLength() > bytesLeft - BlockHeader.LENGTH) {
      throw wrong("block does not belong here: block=" + found);
    }
    header = found;
    payloadOffset = nextOffset + BlockHeader.LENGTH;
    nextOffset = payloadOffset + found.storedLength();
    entriesLeft -= found.entryCount();
    blocksLeft--;
    return true;
  }

  private CorruptStateException wrong(String what) {
    return new CorruptStateException(
        what
            + ", expected section="
            + section
            + ", blocks left="
            + blocksLeft
            + ", entries left="
            + entriesLeft,
        file,
        nextOffset);
  }

  /** Returns the header of the block that {@link #next} moved to. */
  BlockHeader header() {
    return requireNonNull(header, "next() comes first");
  }

  /** Returns where in the file the payload of that block begins. */
  long payloadOffset() {
    return payloadOffset;
  }

  /** Compares the checksum of that block's payload. */
  void checkPayload(int actualCrc) {
    int expectedCrc = header().payloadCrc32c();
    if (actualCrc != expectedCrc) {
      throw new CorruptStateException(
          "checksum of a block is wrong: "
              + Checksums.mismatch(expectedCrc, actualCrc)
              + ", length="
              + header().storedLength(),
          file,
          payloadOffset);
    }
  }
}
