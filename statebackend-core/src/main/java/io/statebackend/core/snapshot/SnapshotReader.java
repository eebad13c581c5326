// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.storage.StorageInput;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a portable snapshot, as specified in docs/format/snapshot-v1.md.
 *
 * <p>Header, index and footer are read and checked when it is opened, each block when it is
 * reached; nothing is handed out before its checksum was checked. Thread-safe, but each source of
 * entries belongs to one thread.
 */
public final class SnapshotReader implements AutoCloseable {
  private final StorageInput in;
  private final String file;
  private final SnapshotHeader header;
  private final SnapshotIndex index;

  private SnapshotReader(StorageInput in, String file, SnapshotHeader header, SnapshotIndex index) {
    this.in = in;
    this.file = file;
    this.header = header;
    this.index = index;
  }

  /**
   * Opens a snapshot.
   *
   * @param in the file, which the reader owns from now on; it is closed if opening fails
   * @param file the name of the file, for messages
   * @return the snapshot
   * @throws io.statebackend.api.CorruptStateException if the file is damaged or no snapshot
   * @throws io.statebackend.api.IncompatibleStateException if it is of a version or in a form that
   *     this library does not read
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public static SnapshotReader open(StorageInput in, String file) {
    boolean opened = false;
    try {
      HeaderFormat.Found found = HeaderFormat.read(in, file);
      SnapshotIndex index = SnapshotIndex.read(in, file, found.header(), found.end());
      SnapshotReader reader = new SnapshotReader(in, file, found.header(), index);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  /**
   * Returns what the snapshot tells about itself.
   *
   * @return the header
   */
  public SnapshotHeader header() {
    return header;
  }

  /**
   * Returns the name of the file, for messages.
   *
   * @return what {@link #open} was given
   */
  public String file() {
    return file;
  }

  /**
   * Returns the number of entries of a state in a key group.
   *
   * @param stateIndex the index of the state in the header
   * @param keyGroup the key group, or {@link SnapshotWriter#OPERATOR_STATE}
   * @return the number, 0 or more; pages of lists and maps are counted one by one
   */
  public long entryCount(int stateIndex, int keyGroup) {
    SnapshotIndex.Section section = index.find(stateIndex, keyGroup);
    return section == null ? 0 : section.entryCount();
  }

  /**
   * Returns the number of entries of a state. Costs a pass over the index.
   *
   * @param stateIndex the index of the state in the header
   * @return the number, 0 or more; pages of lists and maps are counted one by one
   */
  public long entryCount(int stateIndex) {
    long count = 0;
    for (SnapshotIndex.Section section : index.sections()) {
      if (section.stateIndex() == stateIndex) {
        count += section.entryCount();
      }
    }
    return count;
  }

  /**
   * Returns the number of entries of all states. Costs a pass over the index.
   *
   * @return the number, 0 or more; pages of lists and maps are counted one by one
   */
  public long entryCount() {
    long count = 0;
    for (SnapshotIndex.Section section : index.sections()) {
      count += section.entryCount();
    }
    return count;
  }

  /**
   * Returns what the entries of a state in a key group take in the file.
   *
   * @param stateIndex the index of the state in the header
   * @param keyGroup the key group, or {@link SnapshotWriter#OPERATOR_STATE}
   * @return the length of its blocks with their headers in bytes, 0 or more
   */
  public long storedLength(int stateIndex, int keyGroup) {
    SnapshotIndex.Section section = index.find(stateIndex, keyGroup);
    return section == null ? 0 : section.storedLength();
  }

  /**
   * How much of a snapshot is one state's.
   *
   * @param entryCount the number of entries; pages of lists and maps are counted one by one
   * @param rawLength the length of the entries before compression, in bytes
   * @param storedLength what they take in the file, in bytes
   */
  public record StateLength(long entryCount, long rawLength, long storedLength) {
    private static final StateLength NONE = new StateLength(0, 0, 0);

    private StateLength plus(BlockHeader block) {
      return new StateLength(
          entryCount + block.entryCount(),
          rawLength + block.rawLength(),
          storedLength + BlockHeader.LENGTH + block.storedLength());
    }
  }

  /**
   * Adds up how much of the snapshot is whose. Reads the header of each block, so it costs a small
   * read for every {@code 256 KiB}.
   *
   * @return one answer for each state of the header, in its order
   * @throws io.statebackend.api.CorruptStateException if a header is damaged
   * @throws io.statebackend.api.StateIoException if the file cannot be read
   */
  public List<StateLength> measure() {
    StateLength[] lengths = new StateLength[header.states().size()];
    Arrays.fill(lengths, StateLength.NONE);
    for (SnapshotIndex.Section section : index.sections()) {
      SectionBlocks blocks = blocks(section);
      while (blocks.next()) {
        lengths[section.stateIndex()] = lengths[section.stateIndex()].plus(blocks.header());
      }
    }
    return List.of(lengths);
  }

  /**
   * Returns the entries of a state in a key group. One block is held in memory at a time.
   *
   * @param stateIndex the index of the state in the header
   * @param keyGroup the key group, or {@link SnapshotWriter#OPERATOR_STATE}
   * @return the entries, none if the snapshot has none; not to be used after the reader is closed
   */
  public EntrySource entries(int stateIndex, int keyGroup) {
    SnapshotIndex.Section section = index.find(stateIndex, keyGroup);
    return section == null ? NoEntries.INSTANCE : new SectionEntries(in, file, header, section);
  }

  /** Returns the blocks of a section. */
  SectionBlocks blocks(SnapshotIndex.Section section) {
    return new SectionBlocks(in, file, section);
  }

  SnapshotIndex index() {
    return index;
  }

  StorageInput input() {
    return in;
  }

  /**
   * Reads all blocks and checks their checksums, and that they are the ones of the index. The rest
   * of the file was checked when it was opened.
   *
   * @throws io.statebackend.api.CorruptStateException if the file is damaged
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public void verify() {
    for (SnapshotIndex.Section section : index.sections()) {
      SectionBlocks blocks = blocks(section);
      while (blocks.next()) {
        blocks.checkPayload(
            Checksums.crc32c(in, blocks.payloadOffset(), blocks.header().storedLength()));
      }
    }
  }

  /** Closes the file. Closing twice does nothing. */
  @Override
  public void close() {
    in.close();
  }

  /** The entries of a section that is not there. */
  private static final class NoEntries implements EntrySource {
    static final NoEntries INSTANCE = new NoEntries();

    @Override
    public boolean next() {
      return false;
    }

    @Override
    public long entryCount() {
      return 0;
    }

    @Override
    public BinaryInput key() {
      throw noEntry();
    }

    @Override
    public BinaryInput namespace() {
      throw noEntry();
    }

    @Override
    public BinaryInput value() {
      throw noEntry();
    }

    private static IllegalStateException noEntry() {
      return new IllegalStateException("no entry here: next() did not return true");
    }
  }
}
