// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a database at one moment, linked as late as possible: by the thread that writes a
 * native snapshot, or by the owner when it is about to write to the database, whichever is first.
 * So taking an image costs nothing, and an image that is never written natively never does.
 * Thread-safe.
 */
final class LinkPoint {
  private final Database database;
  private final Path directory;

  /** The images that hold it. Guarded by this, like all that follows. */
  private int holders = 1;

  private boolean isLinked;
  private @Nullable StateException failure;

  LinkPoint(Database database, Path directory) {
    this.database = database;
    this.directory = directory;
  }

  /** Holds it for one image more; returns {@code false} if it is gone. */
  synchronized boolean hold() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  /** Links the files unless nobody holds the point. An error is kept for those who do. */
  synchronized void linkIfHeld() {
    if (holders > 0 && !isLinked && failure == null) {
      try {
        database.link(directory);
        isLinked = true;
      } catch (StateException e) {
        failure = e;
      }
    }
  }

  /**
   * Returns the directory with the links.
   *
   * @throws StateException if they could not be made
   */
  synchronized Path linked() {
    linkIfHeld();
    if (failure != null) {
      throw failure;
    }
    if (!isLinked) {
      throw new StateClosedException("the image is closed");
    }
    return directory;
  }

  /** Lets go of it; the last one to do so deletes the links. */
  void release() {
    boolean isLast;
    synchronized (this) {
      holders--;
      isLast = holders == 0 && isLinked;
    }
    if (isLast) {
      WorkDirectory.delete(directory);
    }
  }
}
