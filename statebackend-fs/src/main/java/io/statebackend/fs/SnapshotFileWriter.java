// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageOutput;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the new files of a native snapshot: places one behind the other, and a new file when one
 * has become large.
 */
final class SnapshotFileWriter implements AutoCloseable {
  private static final long FILE_BYTES = 64L << 20;

  private final NativeFiles files;
  private final CRC32C crc = new CRC32C();
  private NativeFiles.@Nullable NewFile file;
  private long position;
  private long placeFrom;

  SnapshotFileWriter(NativeFiles files) {
    this.files = files;
  }

  /** Begins a place. */
  void begin() {
    if (position > FILE_BYTES) {
      finish();
    }
    if (file == null) {
      file = files.create();
      SnapshotFileHeader.write(file.output());
      position = SnapshotFileHeader.SIZE_BYTES;
    }
    beginPart();
  }

  /** Begins a place in the same file as the last one. */
  void beginPart() {
    placeFrom = position;
    crc.reset();
  }

  /** Returns where in the file the next byte goes. */
  long position() {
    return position;
  }

  /** Appends bytes to the place. */
  void write(byte[] bytes, int from, int length) {
    open().output().write(bytes, from, length);
    crc.update(bytes, from, length);
    position += length;
  }

  private NativeFiles.NewFile open() {
    NativeFiles.NewFile current = file;
    if (current == null) {
      throw new IllegalStateException("no place was begun");
    }
    return current;
  }

  /** Ends the place. */
  StoredSegment.Place end() {
    return new StoredSegment.Place(
        open().name(), placeFrom, (int) (position - placeFrom), (int) crc.getValue());
  }

  /** Commits the last file. */
  void finish() {
    NativeFiles.NewFile current = file;
    if (current != null) {
      try (StorageOutput output = current.output()) {
        output.commit();
      }
      file = null;
      position = 0;
    }
  }

  /** Gives up a file that was not finished. */
  @Override
  public void close() {
    NativeFiles.NewFile current = file;
    if (current != null) {
      current.output().close();
    }
  }
}
