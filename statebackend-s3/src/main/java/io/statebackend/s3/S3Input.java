// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.s3.ObjectStore.Part;
import io.statebackend.s3.ObjectStoreException.Reason;
import java.nio.file.NoSuchFileException;

/**
 * A file that is read by ranges. A window of it is kept; who reads on gets larger and larger ones,
 * who jumps gets little more than what was asked for.
 */
final class S3Input implements StorageInput {
  private static final int WINDOW_SIZE_BYTES_MIN = 64 << 10;
  private static final int WINDOW_SIZE_BYTES_MAX = 4 << 20;

  private final ObjectStore store;
  private final String key;
  private final String file;
  private final long length;
  private final String etag;
  private volatile Window window;
  private volatile boolean isClosed;

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

  private S3Input(ObjectStore store, String key, String file, Part first) {
    this.store = store;
    this.key = key;
    this.file = file;
    this.length = first.objectLength();
    this.etag = first.etag();
    this.window = new Window(0, first.content(), 2 * WINDOW_SIZE_BYTES_MIN);
  }

  /**
   * Opens a file.
   *
   * @param file its address, for messages
   * @throws StateIoException if it cannot be read; the cause is a {@link NoSuchFileException} if it
   *     is not there
   */
  static S3Input open(ObjectStore store, String key, String file) {
    try {
      return new S3Input(store, key, file, store.get(key, 0, WINDOW_SIZE_BYTES_MIN, null));
    } catch (ObjectStoreException e) {
      if (e.reason() == Reason.ABSENT) {
        NoSuchFileException absent = new NoSuchFileException(file);
        absent.initCause(e);
        throw new StateIoException("cannot open, it is not there: file=" + file, absent);
      }
      throw new StateIoException("cannot open: file=" + file + ", reason=" + e.getMessage(), e);
    }
  }

  @Override
  public long length() {
    checkNotClosed();
    return length;
  }

  @Override
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
    int ahead = isNext ? before.nextSize : WINDOW_SIZE_BYTES_MIN;
    long size = Math.min(Math.max(ahead, Math.min(wanted, WINDOW_SIZE_BYTES_MAX)), length - at);
    int nextSize = isNext ? Math.min(2 * ahead, WINDOW_SIZE_BYTES_MAX) : 2 * WINDOW_SIZE_BYTES_MIN;
    Window fetched = new Window(at, get(at, (int) size), nextSize);
    checkNotClosed();
    window = fetched;
    return fetched;
  }

  private byte[] get(long from, int size) {
    return get(store, key, file, etag, from, size);
  }

  /** Gets a range of a version of a file, whole. */
  static byte[] get(ObjectStore store, String key, String file, String etag, long from, int size) {
    Part part;
    try {
      part = store.get(key, from, size, etag);
    } catch (ObjectStoreException e) {
      String what =
          e.reason() == Reason.CHANGED
              ? "cannot read, another file has taken its place since it was opened: file="
              : "cannot read: file=";
      throw new StateIoException(
          what + file + ", position=" + from + ", reason=" + e.getMessage(), e);
    }
    if (part.content().length != size) {
      throw new StateIoException(
          "the store has answered with another length: file=%s, position=%d, expected=%d, actual=%d"
              .formatted(file, from, size, part.content().length));
    }
    return part.content();
  }

  String etag() {
    return etag;
  }

  private void checkNotClosed() {
    if (isClosed) {
      throw new StateClosedException("file is closed: file=" + file);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    window = new Window(0, new byte[0], WINDOW_SIZE_BYTES_MIN);
  }
}
