// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that says that a checkpoint was completed in a storage. By it, snapshots whose metadata is
 * gone are told from those of a program that crashed before its first checkpoint was complete.
 *
 * <p>Specified in docs/format/README.md. Thread-safe, but for one thread at a time that writes it.
 */
public final class CompletionMarker {
  private static final Logger logger = LoggerFactory.getLogger(CompletionMarker.class);
  private static final byte[] CONTENT =
      "A checkpoint was completed in this directory.\n".getBytes(US_ASCII);

  private final CheckpointStorage storage;
  private volatile boolean isThere;

  CompletionMarker(CheckpointStorage storage, boolean isThere) {
    this.storage = storage;
    this.isThere = isThere;
  }

  boolean isThere() {
    return isThere;
  }

  /**
   * Makes sure that the file is there. If that fails, it is logged, and the next call tries again:
   * the checkpoint is complete all the same.
   */
  public void set() {
    if (isThere) {
      return;
    }
    try {
      storage.publish(FileNames.COMPLETION_MARKER, CONTENT);
      isThere = true;
    } catch (StateLockedException e) {
      // An earlier try may have written it and have thrown all the same.
      isThere = storage.list("").contains(FileNames.COMPLETION_MARKER);
      if (!isThere) {
        throw e;
      }
    } catch (Throwable e) {
      logger.warn(
          "cannot write {} in {}; it is tried again with the next checkpoint",
          FileNames.COMPLETION_MARKER,
          storage.location(),
          e);
    }
  }

  /**
   * Deletes the file: the storage is like a new one.
   *
   * @throws io.statebackend.api.StateIoException if it cannot be deleted
   */
  public void clear() {
    if (isThere) {
      storage.delete(FileNames.COMPLETION_MARKER);
      isThere = false;
    }
  }
}
