// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A new file while it is written, under a name of its own until it is committed. */
final class FileOutput implements StorageOutput {

  /**
   * The end of a file's name until it is committed. No part of a path in a storage can contain it,
   * and nobody else gives files such names. So files with such names may be deleted.
   */
  static final String ASIDE_SUFFIX = ".uncommitted~";

  /**
   * The maximum size of one read or write: for each call, the JDK keeps a native buffer of that
   * size per thread.
   */
  static final int PIECE_SIZE_BYTES = 1 << 20;

  /** Is told what happens to a file that is written. */
  interface Listener {

    /** Called after the file appeared under its name. */
    void committed(Path file);

    /** Called once, when the file is no longer being written, committed or not. */
    void ended(Path file);

    /** Called after that if it was not committed. */
    void abandoned(Path file);
  }

  private final Path file;
  private final Path aside;
  private final FileChannel channel;
  private final Listener listener;

  /** Guarded by {@code this}. Writes are not, so that close() does not wait for them. */
  private boolean isEnded;

  private FileOutput(Path file, Path aside, FileChannel channel, Listener listener) {
    this.file = file;
    this.aside = aside;
    this.channel = channel;
    this.listener = listener;
  }

  /** Begins a file in a directory that exists. */
  static FileOutput create(Path file, Listener listener) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ASIDE_SUFFIX);
    // An existing file of that name is not written to: it may be a link to another place.
    Files.deleteIfExists(aside);
    FileChannel channel =
        FileChannel.open(
            aside,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            FileTree.ownersFile(aside));
    return new FileOutput(file, aside, channel, listener);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    int end = buffer.limit();
    try {
      do {
        buffer.limit(Math.min(end, buffer.position() + PIECE_SIZE_BYTES));
        channel.write(buffer);
      } while (buffer.position() < end);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private RuntimeException failed(IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return new StateIoException(
          "file is there already, somebody has made it since this one was begun: file="
              + file
              + "; see who else writes there",
          e);
    }
    if (e instanceof NoSuchFileException) {
      return new StateIoException(
          "cannot write: file="
              + file
              + ", reason="
              + e
              + "; it was deleted while it was written, or a directory above it: nothing of it is"
              + " kept, see who deletes what is in the storage",
          e);
    }
    // An interrupt closes the channel as well; the thread's interrupt status stays set.
    return e instanceof ClosedChannelException && !(e instanceof ClosedByInterruptException)
        ? new StateClosedException("file was committed or closed: file=" + file, e)
        : new StateIoException(
            "cannot write: file="
                + file
                + ", reason="
                + e
                + "; nothing of it is kept, see that the disk has room and can be written",
            e);
  }

  @Override
  public synchronized void commit() {
    if (isEnded) {
      throw new StateClosedException("file was committed or closed: file=" + file);
    }
    try {
      channel.force(true);
      channel.close();
      // An atomic move replaces an existing file. Between this check and the move a file that
      // somebody
      // else puts there would be lost; the file system offers nothing that closes the gap.
      if (FileTree.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(file.toString());
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      RuntimeException failure = failed(e);
      closeAfter(failure);
      throw failure;
    } catch (RuntimeException | Error e) {
      closeAfter(e);
      throw e;
    }
    isEnded = true;
    try {
      listener.committed(file);
    } finally {
      listener.ended(file);
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  @Override
  public synchronized void close() {
    if (isEnded) {
      return;
    }
    isEnded = true;
    try {
      try {
        channel.close();
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw new StateIoException(
          "cannot delete an unfinished file: file="
              + aside
              + ", reason="
              + e
              + "; it is deleted when the storage is opened again",
          e);
    } finally {
      listener.ended(file);
      listener.abandoned(file);
    }
  }
}
