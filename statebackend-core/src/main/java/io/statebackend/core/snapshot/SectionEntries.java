// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.storage.StorageInput;
import org.jspecify.annotations.Nullable;

/** The entries of one section, split without understanding them. Holds one block at a time. */
final class SectionEntries implements EntrySource {
  private static final byte[] EMPTY = {};

  private final StorageInput in;
  private final String file;
  private final SectionBlocks blocks;
  private final long entryCount;
  private final int keyLength;
  private final int namespaceLength;
  private final int contentLength;

  private final BinaryInput key = new BinaryInput();
  private final BinaryInput namespace = new BinaryInput();
  private final BinaryInput content = new BinaryInput();
  private final BinaryInput block = new BinaryInput();
  private byte[] stored = EMPTY;
  private byte[] raw = EMPTY;
  private @Nullable Lz4 lz4;
  private int entriesLeftInBlock;

  SectionEntries(
      StorageInput in, String file, SnapshotHeader header, SnapshotIndex.Section section) {
    this.in = in;
    this.file = file;
    this.blocks = new SectionBlocks(in, file, section);
    this.entryCount = section.entryCount();
    StateMeta state = header.states().get(section.stateIndex());
    this.keyLength = state.kind().isKeyed() ? header.key().fixedLength() : 0;
    this.namespaceLength = state.namespace().fixedLength();
    this.contentLength = state.contentLength();
  }

  @Override
  public boolean next() {
    if (entriesLeftInBlock == 0) {
      if (block.remaining() != 0) {
        throw damaged(new CorruptStateException("bytes left over: count=" + block.remaining()));
      }
      if (!blocks.next()) {
        return false;
      }
      readBlock();
    }
    entriesLeftInBlock--;
    try {
      split(keyLength, key);
      split(namespaceLength, namespace);
      split(contentLength, content);
    } catch (CorruptStateException e) {
      throw damaged(e);
    }
    return true;
  }

  private void split(int fixedLength, BinaryInput field) {
    int length = Field.length(fixedLength, block);
    int from = block.position();
    block.skip(length);
    field.reset(block.array(), from, from + length);
  }

  private CorruptStateException damaged(CorruptStateException cause) {
    BlockHeader header = blocks.header();
    return new CorruptStateException(
        "block cannot be split into its entries: "
            + cause.getMessage()
            + ", position="
            + block.position()
            + ", block="
            + header,
        file,
        blocks.payloadOffset(),
        cause);
  }

  private void readBlock() {
    BlockHeader header = blocks.header();
    stored = atLeast(header.storedLength(), stored);
    in.read(blocks.payloadOffset(), stored, 0, header.storedLength());
    blocks.checkPayload(Checksums.crc32c(stored, 0, header.storedLength()));
    switch (header.codec()) {
      case NONE -> block.reset(stored, 0, header.storedLength());
      case LZ4 -> {
        raw = atLeast(header.rawLength(), raw);
        if (!lz4().decompress(stored, header.storedLength(), raw, header.rawLength())) {
          throw new CorruptStateException(
              "block cannot be decompressed: block=" + header, file, blocks.payloadOffset());
        }
        block.reset(raw, 0, header.rawLength());
      }
    }
    entriesLeftInBlock = header.entryCount();
  }

  private Lz4 lz4() {
    Lz4 loaded = lz4;
    if (loaded == null) {
      loaded = Compression.loadLz4();
      lz4 = loaded;
    }
    return loaded;
  }

  private static byte[] atLeast(int length, byte[] buffer) {
    return buffer.length >= length ? buffer : new byte[length];
  }

  @Override
  public long entryCount() {
    return entryCount;
  }

  @Override
  public BinaryInput key() {
    return key;
  }

  @Override
  public BinaryInput namespace() {
    return namespace;
  }

  @Override
  public BinaryInput value() {
    return content;
  }
}
