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
import java.nio.file.Path;

/** A file that is read by position. */
final class FileInput implements StorageInput {
  private final Path path;
  private final FileChannel channel;

  FileInput(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  public long length() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
    int end = buffer.limit();
    long at = position;
    try {
      while (buffer.position() < end) {
        buffer.limit(Math.min(end, buffer.position() + FileOutput.PIECE_SIZE_BYTES));
        int count = channel.read(buffer, at);
        if (count < 0) {
          throw new CorruptStateException(
              "file ends too early: expected length="
                  + (position + length)
                  + " or more, actual="
                  + channel.size(),
              path.toString(),
              at);
        }
        at += count;
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private RuntimeException failed(IOException e) {
    // An interrupt closes the channel as well; the thread's interrupt status stays set.
    return e instanceof ClosedChannelException && !(e instanceof ClosedByInterruptException)
        ? new StateClosedException("file was closed while it was read: file=" + path, e)
        : new StateIoException("cannot read: file=" + path + ", reason=" + e, e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StateIoException("cannot close: file=" + path, e);
    }
  }
}
