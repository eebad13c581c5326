// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageInput;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the sections of a snapshot are: index and footer, as specified in
 * docs/format/snapshot-v1.md. Thread-safe.
 */
final class SnapshotIndex {
  private static final int ENTRY_LENGTH = 36;

  /** The footer, after which the file ends. */
  private static final class Footer {
    static final int MAGIC = ~0x5342534E;
    static final int CRC_OFFSET = 4 * Long.BYTES + Integer.BYTES;
    static final int MAGIC_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int LENGTH = MAGIC_OFFSET + Integer.BYTES;

    private Footer() {}
  }

  /**
   * The blocks of one state and key group.
   *
   * @param stateIndex which state of the header
   * @param keyGroup the key group, or {@link SnapshotWriter#OPERATOR_STATE}
   * @param offset where the first block begins
   * @param blockCount the number of blocks, 1 or more
   * @param entryCount the number of entries, 1 or more
   * @param storedLength the length of the blocks with their headers, in bytes
   */
  record Section(
      int stateIndex,
      int keyGroup,
      long offset,
      int blockCount,
      long entryCount,
      long storedLength) {

    /** Sections are in the order of this number. */
    long order() {
      return order(stateIndex, keyGroup);
    }

    static long order(int stateIndex, int keyGroup) {
      return ((long) keyGroup << Integer.SIZE) + stateIndex;
    }

    long end() {
      return offset + storedLength;
    }

    void write(BinaryOutput out) {
      out.writeInt(stateIndex);
      out.writeInt(keyGroup);
      out.writeLong(offset);
      out.writeInt(blockCount);
      out.writeLong(entryCount);
      out.writeLong(storedLength);
    }

    static Section read(BinaryInput in) {
      return new Section(
          in.readInt(), in.readInt(), in.readLong(), in.readInt(), in.readLong(), in.readLong());
    }
  }

  private final long[] orders;
  private final Section[] sections;

  private SnapshotIndex(Section[] sections) {
    this.sections = sections;
    this.orders = Arrays.stream(sections).mapToLong(Section::order).toArray();
  }

  /** Returns the section of a state and key group, or {@code null} if it has no entries. */
  @Nullable Section find(int stateIndex, int keyGroup) {
    int at = Arrays.binarySearch(orders, Section.order(stateIndex, keyGroup));
    return at < 0 ? null : sections[at];
  }

  /** Returns all sections, in the order of the file. */
  Iterable<Section> sections() {
    return Arrays.asList(sections);
  }

  /** Writes the footer of a file whose index, all of which was written before, is given. */
  static void writeFooter(BinaryOutput index, long indexOffset, long entryCount, BinaryOutput out) {
    int start = out.position();
    out.writeLong(indexOffset);
    out.writeLong(index.position());
    out.writeLong(entryCount);
    out.writeLong(indexOffset + index.position() + Footer.LENGTH);
    out.writeInt(Checksums.crc32c(index.array(), 0, index.position()));
    out.writeInt(Checksums.crc32c(out.array(), start, Footer.CRC_OFFSET));
    out.writeInt(Footer.MAGIC);
  }

  /** Reads index and footer of a file whose header ends at an offset, and checks that they fit. */
  static SnapshotIndex read(StorageInput in, String file, SnapshotHeader header, long headerEnd) {
    long fileLength = in.length();
    if (fileLength < headerEnd + Footer.LENGTH) {
      throw cutShort(fileLength, file);
    }
    long footerOffset = fileLength - Footer.LENGTH;
    byte[] footerBytes = new byte[Footer.LENGTH];
    in.read(footerOffset, footerBytes, 0, Footer.LENGTH);
    BinaryInput footer = new BinaryInput();
    footer.reset(footerBytes, Footer.CRC_OFFSET, Footer.LENGTH);
    int expectedFooterCrc = footer.readInt();
    if (footer.readInt() != Footer.MAGIC) {
      throw cutShort(fileLength, file);
    }
    int actualFooterCrc = Checksums.crc32c(footerBytes, 0, Footer.CRC_OFFSET);
    if (actualFooterCrc != expectedFooterCrc) {
      throw new CorruptStateException(
          "checksum of the footer of a snapshot is wrong: "
              + Checksums.mismatch(expectedFooterCrc, actualFooterCrc),
          file,
          footerOffset);
    }
    footer.reset(footerBytes, 0, Footer.CRC_OFFSET);
    long indexOffset = footer.readLong();
    long indexLength = footer.readLong();
    long entryCount = footer.readLong();
    long expectedFileLength = footer.readLong();
    if (expectedFileLength != fileLength) {
      throw new CorruptStateException(
          "snapshot has another length than its footer tells: expected="
              + expectedFileLength
              + ", actual="
              + fileLength,
          file,
          footerOffset);
    }
    if (indexOffset < headerEnd
        || indexOffset > footerOffset
        || indexLength != footerOffset - indexOffset
        || indexLength % ENTRY_LENGTH != 0
        || indexLength > Integer.MAX_VALUE - Long.BYTES) {
      throw new CorruptStateException(
          "index of a snapshot is not where it can be: indexOffset="
              + indexOffset
              + ", indexLength="
              + indexLength,
          file,
          footerOffset);
    }
    byte[] indexBytes = new byte[(int) indexLength];
    in.read(indexOffset, indexBytes, 0, indexBytes.length);
    int expectedCrc = footer.readInt();
    int actualCrc = Checksums.crc32c(indexBytes, 0, indexBytes.length);
    if (actualCrc != expectedCrc) {
      throw new CorruptStateException(
          "checksum of the index of a snapshot is wrong: "
              + Checksums.mismatch(expectedCrc, actualCrc),
          file,
          indexOffset);
    }
    Section[] sections = readSections(indexBytes);
    checkSections(sections, header, headerEnd, indexOffset, entryCount, file);
    return new SnapshotIndex(sections);
  }

  private static CorruptStateException cutShort(long fileLength, String file) {
    return new CorruptStateException(
        "snapshot is cut short, was never finished, or its last bytes are damaged: it does not end"
            + " in a footer",
        file,
        fileLength);
  }

  private static Section[] readSections(byte[] indexBytes) {
    Section[] sections = new Section[indexBytes.length / ENTRY_LENGTH];
    BinaryInput in = new BinaryInput(indexBytes);
    for (int i = 0; i < sections.length; i++) {
      sections[i] = Section.read(in);
    }
    return sections;
  }

  private static void checkSections(
      Section[] sections,
      SnapshotHeader header,
      long headerEnd,
      long indexOffset,
      long entryCount,
      String file) {
    long at = headerEnd;
    long entries = 0;
    for (int i = 0; i < sections.length; i++) {
      Section section = sections[i];
      if (!isPossible(section, header)
          || section.offset != at
          || section.storedLength > indexOffset - at
          || (i > 0 && section.order() <= sections[i - 1].order())) {
        throw new CorruptStateException(
            "index of a snapshot is wrong: section=" + section + ", expected offset=" + at,
            file,
            indexOffset + (long) i * ENTRY_LENGTH);
      }
      at = section.end();
      entries += section.entryCount;
    }
    if (at != indexOffset || entries != entryCount) {
      throw new CorruptStateException(
          "sections of a snapshot do not add up: expected end=%d, actual=%d, expected entries=%d,"
                  .formatted(indexOffset, at, entryCount)
              + " actual="
              + entries,
          file,
          indexOffset);
    }
  }

  private static boolean isPossible(Section section, SnapshotHeader header) {
    return section.stateIndex >= 0
        && section.stateIndex < header.states().size()
        && isKeyGroupOf(section.keyGroup, header, section.stateIndex)
        && section.blockCount > 0
        && section.entryCount >= section.blockCount
        && section.storedLength >= (long) section.blockCount * BlockHeader.LENGTH;
  }

  /** Tells whether a state can have entries in a key group. */
  static boolean isKeyGroupOf(int keyGroup, SnapshotHeader header, int stateIndex) {
    return header.states().get(stateIndex).kind().isKeyed()
        ? header.keyGroups().contains(keyGroup)
        : keyGroup == SnapshotWriter.OPERATOR_STATE;
  }
}
