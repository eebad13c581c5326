// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.s3.ObjectStore.Upload;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new file while it is written: in memory up to the size of a part, beyond that in parts, of
 * which one is in memory.
 */
final class S3Output implements StorageOutput {
  private static final Logger logger = LoggerFactory.getLogger(S3Output.class);
  private static final int FIRST_SIZE_BYTES = 4 << 10;
  static final int PART_COUNT_MAX = 10_000;

  /**
   * After this number of parts they become twice as large, so that 10,000 of them hold any file.
   */
  private static final int PARTS_OF_ONE_SIZE = 2_000;

  private final ObjectStore store;
  private final Publication publication;
  private final String key;
  private final String file;
  private final Runnable ended;
  private final String writer = Publication.newWriter();
  private int partSize;

  private byte[] buffer = new byte[FIRST_SIZE_BYTES];
  private int bufferSize;
  private int partCount;
  private long length;

  /** Parts that were put, or {@code null} before the first. Set by the writer. */
  private volatile @Nullable Upload upload;

  /** Set by whoever commits or closes; read by the writer, which then stops. */
  private volatile boolean isEnded;

  /**
   * Begins a file.
   *
   * @param file its address, for messages
   * @param ended called once, when the file is no longer written
   */
  S3Output(
      ObjectStore store,
      Publication publication,
      String key,
      String file,
      int partSize,
      Runnable ended) {
    this.store = store;
    this.publication = publication;
    this.key = key;
    this.file = file;
    this.partSize = partSize;
    this.ended = ended;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    checkNotEnded();
    for (int at = 0; at < count; ) {
      if (bufferSize == partSize) {
        putPart();
      }
      int piece = Math.min(count - at, partSize - bufferSize);
      makeRoom(bufferSize + piece);
      System.arraycopy(bytes, offset + at, buffer, bufferSize, piece);
      bufferSize += piece;
      at += piece;
    }
  }

  private void makeRoom(int size) {
    if (size > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(partSize, Math.max(size, 2 * buffer.length)));
    }
  }

  private void putPart() {
    if (partCount == PART_COUNT_MAX) {
      throw new StateIoException(
          "file is too long for an object: file=%s, length=%d; give the storage a greater part size"
              .formatted(file, length));
    }
    try {
      Upload begun = upload;
      if (begun == null) {
        begun = store.startUpload(key, writer);
        upload = begun;
      }
      partCount++;
      begun.put(partCount, buffer, bufferSize);
    } catch (ObjectStoreException e) {
      throw cannotWrite(e);
    } finally {
      if (isEnded) {
        abort(); // Closed meanwhile: the part may have come after that.
      }
    }
    length += bufferSize;
    bufferSize = 0;
    if (partCount % PARTS_OF_ONE_SIZE == 0) {
      partSize = (int) Math.min(2L * partSize, 1 << 29);
    }
    checkNotEnded();
  }

  private StateIoException cannotWrite(ObjectStoreException e) {
    return new StateIoException(
        "cannot write: file=" + file + ", reason=" + e.getMessage() + "; nothing of it is kept", e);
  }

  @Override
  public synchronized void commit() {
    checkNotEnded();
    try {
      boolean exists =
          upload == null ? publication.put(key, writer, bufferSize, this::putWhole) : complete();
      if (!exists) {
        throw new StateIoException(
            "file is there already, somebody has made it since this one was begun: file="
                + file
                + "; see who else writes there");
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    isEnded = true;
    ended.run();
  }

  private void putWhole() throws ObjectStoreException {
    store.putIfAbsent(key, buffer, bufferSize, writer);
  }

  private boolean complete() {
    putPart();
    Upload whole = upload;
    boolean exists = whole != null && publication.put(key, writer, length, whole::completeIfAbsent);
    if (!exists) {
      abort();
    }
    return exists;
  }

  private void checkNotEnded() {
    if (isEnded) {
      throw new StateClosedException("file was committed or closed: file=" + file);
    }
  }

  @Override
  public synchronized void close() {
    if (isEnded) {
      return;
    }
    isEnded = true;
    try {
      abort();
    } finally {
      ended.run();
    }
  }

  /** Parts that are not deleted cost money, and nothing else: nobody sees them. */
  private void abort() {
    Upload begun = upload;
    if (begun != null) {
      try {
        begun.abort();
      } catch (ObjectStoreException e) {
        logger.warn(
            "parts of {} cannot be deleted, let the bucket abort unfinished uploads: {}",
            file,
            e.getMessage());
      }
    }
  }
}
