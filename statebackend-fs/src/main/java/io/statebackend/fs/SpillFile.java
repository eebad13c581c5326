// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A working file with the segments of a range of addresses, each at the place of its address.
 *
 * <p>It is scratch: nothing is synced, and what is in it means nothing to another process.
 * Thread-safe. An interrupt closes a channel under whoever uses it, and must not cost the state:
 * the file is opened again, and the interrupt stays set.
 */
final class SpillFile {
  /** Bounds the direct buffers that the JDK keeps for each thread that uses a channel. */
  private static final int IO_BYTES = 256 << 10;

  private final Path path;
  private final OpenFiles openFiles;
  private final long firstAddress;

  /** How many segments are in the file. Belongs to the owner. */
  int segmentCount;

  /** Guarded by this. */
  private @Nullable FileChannel channel;

  /** Guarded by this. */
  private boolean closed;

  /**
   * Creates no file yet.
   *
   * @param openFiles limits how many files are open
   * @param firstAddress the first address of the file's segments
   */
  SpillFile(Path path, OpenFiles openFiles, long firstAddress) {
    this.path = path;
    this.openFiles = openFiles;
    this.firstAddress = firstAddress;
  }

  private interface Transfer {
    int once(FileChannel channel, ByteBuffer buffer, long position) throws IOException;
  }

  private long position(long base, int block) {
    long firstBlock = (base - firstAddress) / (Segment.BLOCK_BYTES / RecordLayout.UNIT_BYTES);
    return (firstBlock + block) * Segment.STORED_BLOCK_BYTES;
  }

  /** Writes stored blocks from a block of a segment on. */
  void write(long base, int block, byte[] bytes, int length) {
    try {
      transfer(position(base, block), bytes, length, FileChannel::write);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot write a part of the log: file=%s, position=%d, length=%d, cause=%s; make room on the disk or use another directory"
              .formatted(path, position(base, block), length, e.getMessage()),
          e);
    }
  }

  /** Reads stored blocks from a block of a segment on. */
  void read(long base, int block, byte[] target, int length) {
    try {
      transfer(position(base, block), target, length, FileChannel::read);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot read a part of the log: file=%s, position=%d, length=%d, cause=%s"
              .formatted(path, position(base, block), length, e.getMessage()),
          e);
    }
  }

  CorruptStateException damaged(long base, int block, int expected, int actual) {
    return new CorruptStateException(
        "block has another checksum than when it was written: expected=%08x, actual=%08x"
            .formatted(expected, actual),
        path.toString(),
        position(base, block));
  }

  private void transfer(long position, byte[] bytes, int length, Transfer transfer)
      throws IOException {
    boolean wasInterrupted = false;
    int done = 0;
    try {
      while (done < length) {
        FileChannel open = open();
        try {
          int pieceBytes = Math.min(IO_BYTES, length - done);
          int count =
              transfer.once(open, ByteBuffer.wrap(bytes, done, pieceBytes), position + done);
          if (count < 0) {
            throw new CorruptStateException(
                "working file ends too early: needed=" + (length - done) + " bytes",
                path.toString(),
                position + done);
          }
          done += count;
        } catch (ClosedByInterruptException e) {
          wasInterrupted = true;
          Thread.interrupted();
          forget(open);
        } catch (ClosedChannelException e) {
          // Another thread was interrupted in it, or the file was closed, as opening it again
          // tells.
          forget(open);
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open;
    synchronized (this) {
      if (closed) {
        throw new StateClosedException("the store is closed: file=" + path);
      }
      open = channel;
      if (open != null) {
        return open;
      }
      open =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel = open;
    }
    openFiles.opened(this);
    return open;
  }

  /** Closes the file until it is needed again; who is reading it meanwhile opens it again. */
  void letGo() {
    FileChannel taken = takeChannel();
    if (taken == null) {
      return;
    }
    try {
      taken.close();
    } catch (IOException e) {
      throw new StateIoException("cannot close a working file: file=" + path, e);
    }
  }

  private synchronized @Nullable FileChannel takeChannel() {
    FileChannel taken = channel;
    channel = null;
    return taken;
  }

  private synchronized void forget(FileChannel broken) {
    if (channel == broken) {
      channel = null;
    }
  }

  /** Closes and deletes the file. */
  void delete() {
    FileChannel open;
    synchronized (this) {
      closed = true;
      open = channel;
      channel = null;
    }
    openFiles.forget(this);
    try {
      if (open != null) {
        open.close();
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new StateIoException("cannot delete a working file: file=" + path, e);
    }
  }
}
