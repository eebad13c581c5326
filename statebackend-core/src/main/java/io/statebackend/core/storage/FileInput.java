// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read by position.
 *
 * <p>An interrupt of a thread that reads closes the channel for all threads. The file is then
 * opened again, so that only the interrupted thread fails.
 */
final class FileInput implements StorageInput {
  private final Path path;

  /** Distinguishes the file from another one of the same name, or {@code null} if nothing does. */
  private final @Nullable Object fileKey;

  private volatile FileChannel channel;

  /** Guarded by {@code this}. */
  private boolean isClosed;

  private FileInput(Path path, @Nullable Object fileKey, FileChannel channel) {
    this.path = path;
    this.fileKey = fileKey;
    this.channel = channel;
  }

  /**
   * Opens a file. Anything but a regular file is refused before it is opened, because opening a
   * pipe waits for a writer.
   */
  static FileInput open(Path path) throws IOException {
    Object fileKey = FileTree.requireRegular(path).fileKey();
    return new FileInput(path, fileKey, FileChannel.open(path, StandardOpenOption.READ));
  }

  @Override
  public long length() {
    return call(FileChannel::size);
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
    int end = buffer.limit();
    long at = position;
    while (buffer.position() < end) {
      buffer.limit(Math.min(end, buffer.position() + FileOutput.PIECE_SIZE_BYTES));
      long from = at;
      int count = call(open -> open.read(buffer, from));
      if (count < 0) {
        throw new CorruptStateException(
            "file ends too early: expected length="
                + (position + length)
                + " or more, actual="
                + length(),
            path.toString(),
            at);
      }
      at += count;
    }
  }

  private interface Call<T> {
    T on(FileChannel channel) throws IOException;
  }

  /**
   * Does something with the channel, and repeats it if another thread's interrupt has closed it.
   */
  private <T> T call(Call<T> call) {
    while (true) {
      FileChannel used = channel;
      try {
        return call.on(used);
      } catch (ClosedByInterruptException e) {
        // The thread's interrupt status stays set.
        throw cannotRead(e);
      } catch (ClosedChannelException e) {
        reopen(used, e);
      } catch (IOException e) {
        throw cannotRead(e);
      }
    }
  }

  private synchronized void reopen(FileChannel closed, ClosedChannelException cause) {
    if (isClosed) {
      throw new StateClosedException("file was closed while it was read: file=" + path, cause);
    }
    if (channel != closed) {
      return; // Another thread was faster.
    }
    try {
      Object found = FileTree.requireRegular(path).fileKey();
      if (!Objects.equals(fileKey, found)) {
        throw new FileSystemException(
            path.toString(),
            null,
            "an interrupt had closed it, and another file has taken its place since it was opened");
      }
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }

  private StateIoException cannotRead(IOException e) {
    return new StateIoException("cannot read: file=" + path + ", reason=" + e, e);
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    try {
      channel.close();
    } catch (IOException e) {
      throw new StateIoException("cannot close: file=" + path, e);
    }
  }
}
