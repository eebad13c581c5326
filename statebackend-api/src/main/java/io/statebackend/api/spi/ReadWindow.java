// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;

/**
 * Reads a remote file by ranges, for storages whose every request takes its time. A window of the
 * file is kept, 4 MiB at most; who reads on gets larger and larger ones, who jumps gets little more
 * than what was asked for.
 *
 * <p>Thread-safe if the source is.
 */
public final class ReadWindow {
  /** How much of a file is worth a request of its own, in bytes: the size of the first window. */
  public static final int SIZE_BYTES_MIN = 64 << 10;

  private static final int SIZE_BYTES_MAX = 4 << 20;

  private final String file;
  private final long length;
  private final Source source;
  private volatile Window window;
  private volatile boolean isClosed;

  /** Gets ranges of a file. */
  public interface Source {

    /**
     * Gets a range.
     *
     * @param from where it begins, in bytes
     * @param size how long it is, in bytes, 1 or more; it is within the file
     * @return an array of that size, which is not changed any more
     * @throws io.statebackend.api.StateIoException if that fails
     */
    byte[] get(long from, int size);
  }

  /** A part of the file. Immutable. */
  private static final class Window {
    final long from;
    final byte[] content;
    final int nextSize;

    Window(long from, byte[] content, int nextSize) {
      this.from = from;
      this.content = content;
      this.nextSize = nextSize;
    }

    long end() {
      return from + content.length;
    }

    boolean has(long position) {
      return position >= from && position < end();
    }
  }

  /**
   * Begins to read a file.
   *
   * @param file its name, for messages
   * @param length how long it is, in bytes
   * @param first what it begins with, or an empty array if that was not read
   * @param source gets what is read later
   */
  public ReadWindow(String file, long length, byte[] first, Source source) {
    this.file = requireNonNull(file, "file");
    this.length = length;
    this.source = requireNonNull(source, "source");
    this.window = new Window(0, first, first.length == 0 ? SIZE_BYTES_MIN : 2 * SIZE_BYTES_MIN);
  }

  /**
   * Returns the length of the file.
   *
   * @return the length in bytes
   * @throws StateClosedException if it was closed
   */
  public long length() {
    checkNotClosed();
    return length;
  }

  /**
   * Reads bytes, as many as are asked for.
   *
   * @param position where in the file, in bytes
   * @param target the array to read into
   * @param offset where in the array
   * @param count the number of bytes, 0 or more
   * @throws CorruptStateException if the file ends before
   * @throws io.statebackend.api.StateIoException if the source fails
   * @throws StateClosedException if it was closed
   */
  public void read(long position, byte[] target, int offset, int count) {
    checkNotClosed();
    if (position > length - count) {
      throw new CorruptStateException(
          "file ends too early: expected length="
              + (position + count)
              + " or more, actual="
              + length,
          file,
          position);
    }
    long end = position + count;
    for (long at = position; at < end; ) {
      Window current = window;
      if (!current.has(at)) {
        current = fetch(current, at, end - at);
      }
      int inWindow = (int) (at - current.from);
      int piece = (int) Math.min(end - at, current.content.length - inWindow);
      System.arraycopy(current.content, inWindow, target, offset + (int) (at - position), piece);
      at += piece;
    }
  }

  /** Gets what begins at a position. */
  private Window fetch(Window before, long at, long wanted) {
    boolean isNext = at == before.end();
    int ahead = isNext ? before.nextSize : SIZE_BYTES_MIN;
    long size = Math.min(Math.max(ahead, Math.min(wanted, SIZE_BYTES_MAX)), length - at);
    int nextSize = isNext ? Math.min(2 * ahead, SIZE_BYTES_MAX) : 2 * SIZE_BYTES_MIN;
    Window fetched = new Window(at, source.get(at, (int) size), nextSize);
    checkNotClosed();
    window = fetched;
    return fetched;
  }

  private void checkNotClosed() {
    if (isClosed) {
      throw new StateClosedException("file is closed: file=" + file);
    }
  }

  /** Gives the window back. Closing twice does nothing. */
  public void close() {
    isClosed = true;
    window = new Window(0, new byte[0], SIZE_BYTES_MIN);
  }
}
