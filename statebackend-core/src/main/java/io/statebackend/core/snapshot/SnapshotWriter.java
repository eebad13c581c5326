// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a portable snapshot, as specified in docs/format/snapshot-v1.md.
 *
 * <p>Sections are written in the order of key groups, and within a key group in the order of the
 * states; operator state comes first. Holds one block in memory. After a write failed, the writer
 * can only be closed. Not thread-safe, but {@link #close()} may be called by another thread.
 */
public final class SnapshotWriter implements AutoCloseable {

  /** The key group of operator state. */
  public static final int OPERATOR_STATE = -1;

  /** A block is ended by the entry that takes it to this length. */
  private static final int BLOCK_SIZE_BYTES = 256 << 10;

  /** Buffers that a large entry made longer than this are not kept. */
  private static final int KEPT_SIZE_BYTES = 8 << 20;

  private final StorageOutput storage;
  private final ChecksummedOutput out;
  private final SnapshotHeader header;
  private final @Nullable Lz4 lz4;

  private final BinaryOutput index = new BinaryOutput(4 << 10);
  private final BinaryOutput small = new BinaryOutput(BlockHeader.LENGTH);
  private BinaryOutput block = newBlock();
  private byte[] compressed = {};
  private byte[] copyBuffer = {};
  private int entriesInBlock;

  private int stateIndex;
  private int keyGroup = Integer.MIN_VALUE;
  private long sectionOffset;
  private int sectionBlockCount;
  private long sectionEntryCount;
  private long entryCount;

  /** Whether a write is under way, or was when something failed. */
  private boolean isBetweenWrites = true;

  private SnapshotWriter(StorageOutput storage, SnapshotHeader header) {
    this.storage = storage;
    this.out = new ChecksummedOutput(storage);
    this.header = header;
    this.lz4 = header.compression() == Compression.LZ4 ? Compression.loadLz4() : null;
    BinaryOutput bytes = new BinaryOutput(1 << 10);
    HeaderFormat.write(header, bytes);
    out.write(bytes.array(), 0, bytes.position());
  }

  private static BinaryOutput newBlock() {
    return new BinaryOutput(BLOCK_SIZE_BYTES + (BLOCK_SIZE_BYTES >> 2));
  }

  /**
   * Begins a snapshot.
   *
   * @param out where to write it, which the writer owns from now on; it is closed if this fails
   * @param header what the snapshot is of
   * @return the writer; the caller finishes and closes it
   * @throws io.statebackend.api.StateIoException if writing fails
   * @throws IllegalStateException if the library that the compression needs is missing
   */
  public static SnapshotWriter open(StorageOutput out, SnapshotHeader header) {
    boolean opened = false;
    try {
      SnapshotWriter writer = new SnapshotWriter(out, header);
      opened = true;
      return writer;
    } finally {
      if (!opened) {
        out.close();
      }
    }
  }

  /**
   * Writes entries of one state and key group. May be called several times in a row for the same
   * section, whose entries then follow each other.
   *
   * @param stateIndex the index of the state in the header
   * @param keyGroup the key group, or {@link #OPERATOR_STATE}
   * @param entries the entries, read to their end; the caller closes the cursor
   * @throws IllegalArgumentException if the section does not exist or comes too late
   * @throws IllegalStateException if a serializer failed, naming the state; the cause is its error
   * @throws io.statebackend.api.StateIoException if writing fails
   */
  public void write(int stateIndex, int keyGroup, EntryCursor entries) {
    beginWrite(stateIndex, keyGroup);
    StateMeta state = header.states().get(stateIndex);
    try {
      writeEntries(state, entries);
    } catch (StateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          ("state cannot be serialized: state=%s, kind=%s, operator=%s, subtask=%d, keyGroup=%d:"
                  + " %s")
              .formatted(
                  state.name(), state.kind(), header.operatorId(), header.subtask(), keyGroup, e),
          e);
    }
    isBetweenWrites = true;
  }

  private void writeEntries(StateMeta state, EntryCursor entries) {
    int keyLength = state.kind().isKeyed() ? header.key().fixedLength() : 0;
    int namespaceLength = state.namespace().fixedLength();
    int contentLength = state.contentLength();
    boolean isFixed = keyLength >= 0 && namespaceLength >= 0 && contentLength >= 0;
    int entryLength = keyLength + namespaceLength + contentLength;
    while (entries.next()) {
      BinaryOutput target = block;
      int entryStart = target.position();
      int start = Field.begin(keyLength, target);
      entries.writeKey(target);
      Field.end(keyLength, start, target);
      start = Field.begin(namespaceLength, target);
      entries.writeNamespace(target);
      Field.end(namespaceLength, start, target);
      start = Field.begin(contentLength, target);
      entries.writeValue(target);
      Field.end(contentLength, start, target);
      entriesInBlock++;
      int room = BLOCK_SIZE_BYTES - target.position();
      if (isFixed && room > 0) {
        writeFollowing(entries, entryLength, room);
        entryStart = target.position() - entryLength;
      }
      if (target.position() >= BLOCK_SIZE_BYTES) {
        endBlockWithLargeEntry(entryStart);
      }
    }
  }

  private void writeFollowing(EntryCursor entries, int entryLength, int bytesMax) {
    int start = block.position();
    int count = entries.writeFollowing(block, bytesMax);
    if (block.position() - start != (long) count * entryLength) {
      throw new IllegalStateException(
          "engine wrote entries of another length: entries=%d, entryLength=%d, written=%d"
              .formatted(count, entryLength, block.position() - start));
    }
    entriesInBlock += count;
  }

  /** Ends the block, and gives its last entry a block of its own if that alone is large enough. */
  private void endBlockWithLargeEntry(int lastEntryStart) {
    int length = block.position();
    if (lastEntryStart > 0 && length - lastEntryStart >= BLOCK_SIZE_BYTES) {
      writeBlock(0, lastEntryStart, entriesInBlock - 1);
      writeBlock(lastEntryStart, length, 1);
      resetBlock();
    } else {
      endBlock();
    }
  }

  private void endBlock() {
    if (entriesInBlock > 0) {
      writeBlock(0, block.position(), entriesInBlock);
      resetBlock();
    }
  }

  private void resetBlock() {
    entriesInBlock = 0;
    block.reset();
    if (block.array().length > KEPT_SIZE_BYTES) {
      block = newBlock();
    }
  }

  private void writeBlock(int from, int to, int entries) {
    int rawLength = to - from;
    byte[] payload = block.array();
    int payloadFrom = from;
    int storedLength = rawLength;
    Compression codec = Compression.NONE;
    int shrunkLength = compress(from, rawLength);
    if (shrunkLength < rawLength) {
      payload = compressed;
      payloadFrom = 0;
      storedLength = shrunkLength;
      codec = Compression.LZ4;
    }
    int payloadCrc = Checksums.crc32c(payload, payloadFrom, storedLength);
    writeBlockHeader(
        new BlockHeader(stateIndex, keyGroup, entries, rawLength, storedLength, codec, payloadCrc));
    out.write(payload, payloadFrom, storedLength);
    if (compressed.length > KEPT_SIZE_BYTES) {
      compressed = new byte[0];
    }
  }

  /** Compresses a part of the block; returns its new length, or the old one if it is left as is. */
  private int compress(int from, int rawLength) {
    if (lz4 == null) {
      return rawLength;
    }
    int lengthMax = lz4.compressedLengthMax(rawLength);
    if (lengthMax == 0) {
      return rawLength;
    }
    if (compressed.length < lengthMax) {
      compressed = new byte[lengthMax];
    }
    return lz4.compress(block.array(), from, rawLength, compressed);
  }

  private void writeBlockHeader(BlockHeader blockHeader) {
    small.reset();
    blockHeader.write(small);
    out.write(small.array(), 0, small.position());
    sectionBlockCount++;
    sectionEntryCount += blockHeader.entryCount();
  }

  /**
   * Copies the entries of one state and key group from another snapshot without understanding them.
   * May be called several times in a row for the same section, as {@link #write} may.
   *
   * @param stateIndex the index of the state in the header
   * @param keyGroup the key group, or {@link #OPERATOR_STATE}
   * @param from the other snapshot; the forms of its keys are the caller's to compare
   * @param fromStateIndex the index of the state in its header
   * @throws IllegalArgumentException if the section does not exist or comes too late, or the state
   *     has another form in the other snapshot
   * @throws io.statebackend.api.CorruptStateException if the other snapshot is damaged
   * @throws io.statebackend.api.StateIoException if reading or writing fails
   */
  public void copy(int stateIndex, int keyGroup, SnapshotReader from, int fromStateIndex) {
    checkSameForm(stateIndex, from, fromStateIndex);
    beginWrite(stateIndex, keyGroup);
    SnapshotIndex.Section section = from.index().find(fromStateIndex, keyGroup);
    if (section != null) {
      endBlock();
      SectionBlocks blocks = from.blocks(section);
      while (blocks.next()) {
        writeBlockHeader(blocks.header().withStateIndex(stateIndex));
        copyPayload(blocks, from.input());
      }
    }
    isBetweenWrites = true;
  }

  private void checkSameForm(int stateIndex, SnapshotReader from, int fromStateIndex) {
    StateMeta target = header.states().get(stateIndex);
    StateMeta source = from.header().states().get(fromStateIndex);
    boolean isSame =
        target.kind() == source.kind()
            && target.namespace().equals(source.namespace())
            && target.userKey().equals(source.userKey())
            && target.value().equals(source.value())
            && (!target.kind().isKeyed()
                || header.key().fixedLength() == from.header().key().fixedLength());
    if (!isSame) {
      throw new IllegalArgumentException(
          "state can only be copied in the form it has: expected="
              + target
              + ", actual="
              + source
              + ", file="
              + from.file());
    }
  }

  private void copyPayload(SectionBlocks blocks, StorageInput in) {
    if (copyBuffer.length == 0) {
      copyBuffer = new byte[BLOCK_SIZE_BYTES];
    }
    CRC32C crc = new CRC32C();
    long at = blocks.payloadOffset();
    for (int left = blocks.header().storedLength(); left > 0; ) {
      int count = Math.min(left, copyBuffer.length);
      in.read(at, copyBuffer, 0, count);
      crc.update(copyBuffer, 0, count);
      out.write(copyBuffer, 0, count);
      at += count;
      left -= count;
    }
    blocks.checkPayload((int) crc.getValue());
  }

  private void beginWrite(int stateIndex, int keyGroup) {
    checkUsable();
    if (stateIndex < 0
        || stateIndex >= header.states().size()
        || !SnapshotIndex.isKeyGroupOf(keyGroup, header, stateIndex)) {
      throw new IllegalArgumentException(
          "the snapshot has no such section: stateIndex="
              + stateIndex
              + ", keyGroup="
              + keyGroup
              + ", states="
              + header.states().size()
              + ", keyGroups="
              + header.keyGroups());
    }
    long order = SnapshotIndex.Section.order(stateIndex, keyGroup);
    long currentOrder = SnapshotIndex.Section.order(this.stateIndex, this.keyGroup);
    if (order < currentOrder) {
      throw new IllegalArgumentException(
          "sections are written by key group, then by state: stateIndex="
              + stateIndex
              + ", keyGroup="
              + keyGroup
              + " comes after stateIndex="
              + this.stateIndex
              + ", keyGroup="
              + this.keyGroup);
    }
    isBetweenWrites = false;
    if (order > currentOrder) {
      endSection();
      this.stateIndex = stateIndex;
      this.keyGroup = keyGroup;
      sectionOffset = out.length();
    }
  }

  private void checkUsable() {
    if (!isBetweenWrites) {
      throw new IllegalStateException(
          "the snapshot was finished, or writing it failed: operator="
              + header.operatorId()
              + ", subtask="
              + header.subtask());
    }
  }

  private void endSection() {
    endBlock();
    if (sectionBlockCount > 0) {
      new SnapshotIndex.Section(
              stateIndex,
              keyGroup,
              sectionOffset,
              sectionBlockCount,
              sectionEntryCount,
              out.length() - sectionOffset)
          .write(index);
      entryCount += sectionEntryCount;
      sectionBlockCount = 0;
      sectionEntryCount = 0;
    }
  }

  /**
   * Ends the snapshot and commits the file.
   *
   * @return what was written
   * @throws IllegalStateException if it was finished before, or a write failed
   * @throws io.statebackend.api.StateIoException if writing fails; the file is not there then
   */
  public SnapshotFile finish() {
    checkUsable();
    isBetweenWrites = false;
    endSection();
    long indexOffset = out.length();
    out.write(index.array(), 0, index.position());
    BinaryOutput footer = new BinaryOutput();
    SnapshotIndex.writeFooter(index, indexOffset, entryCount, footer);
    out.write(footer.array(), 0, footer.position());
    out.flush();
    storage.commit();
    return new SnapshotFile(out.length(), out.crc32c(), entryCount);
  }

  /** Closes the file. If it was not finished, nothing of it stays. Closing twice does nothing. */
  @Override
  public void close() {
    storage.close();
  }
}
