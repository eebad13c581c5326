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

  /** What was not given to the file yet: it costs a system call each time. */
  private final byte[] buffer;

  private int buffered;

  /** From where on the buffer has bytes of the place that are not in its checksum yet. */
  private int checksummed;

  private NativeFiles.@Nullable NewFile file;
  private long position;
  private long placeFrom;

  SnapshotFileWriter(NativeFiles files, int bufferBytes) {
    this.files = files;
    this.buffer = new byte[bufferBytes];
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
    checksummed = buffered;
    crc.reset();
  }

  /** Returns where in the file the next byte goes. */
  long position() {
    return position;
  }

  /** Appends bytes to the place. */
  void write(byte[] bytes, int from, int length) {
    if (length > buffer.length - buffered) {
      flush();
    }
    if (length > buffer.length) {
      crc.update(bytes, from, length);
      open().output().write(bytes, from, length);
    } else {
      System.arraycopy(bytes, from, buffer, buffered, length);
      buffered += length;
    }
    position += length;
  }

  private void flush() {
    updateChecksum();
    open().output().write(buffer, 0, buffered);
    buffered = 0;
    checksummed = 0;
  }

  private void updateChecksum() {
    crc.update(buffer, checksummed, buffered - checksummed);
    checksummed = buffered;
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
    updateChecksum();
    return new StoredSegment.Place(
        open().name(), placeFrom, (int) (position - placeFrom), (int) crc.getValue());
  }

  /** Commits the last file. */
  void finish() {
    NativeFiles.NewFile current = file;
    if (current != null) {
      flush();
      try (StorageOutput output = current.output()) {
        output.commit();
      }
      file = null;
      position = 0;
    }
  }

  /** Aborts a file that was not finished. */
  @Override
  public void close() {
    NativeFiles.NewFile current = file;
    if (current != null) {
      current.output().close();
    }
  }
}
