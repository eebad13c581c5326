// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.ReadWindow;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.s3.ObjectStore.Part;
import io.statebackend.s3.ObjectStoreException.Reason;
import java.nio.file.NoSuchFileException;

/** A file that is read by ranges, all of the version that was opened. */
final class S3Input implements StorageInput {
  private final ReadWindow window;
  private final String etag;

  private S3Input(ObjectStore store, String key, String file, Part first) {
    this.etag = first.etag();
    this.window =
        new ReadWindow(
            file,
            first.objectLength(),
            first.content(),
            (from, size) -> get(store, key, file, first.etag(), from, size));
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
      return new S3Input(store, key, file, store.get(key, 0, ReadWindow.SIZE_BYTES_MIN, null));
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
    return window.length();
  }

  @Override
  public void read(long position, byte[] target, int offset, int count) {
    window.read(position, target, offset, count);
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

  @Override
  public void close() {
    window.close();
  }
}
