// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
import io.statebackend.api.spi.WorkDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The content of a store at one moment, fixed as late as possible. Taking an image costs the owner
 * only a copy of the dirty entries in the cache. Whoever comes first does the rest:
 *
 * <ol>
 *   <li>what was dirty is written to the database,
 *   <li>RocksDB's snapshot of it is taken, for readers,
 *   <li>if native snapshots are wanted, its files are linked, which writes out what RocksDB has in
 *       memory.
 * </ol>
 *
 * <p>A reader does as many of these steps as it needs. The owner does all of them before it writes
 * anything else to the database. If nobody holds the point any more, its content is only written,
 * not fixed. Thread-safe.
 */
final class ImagePoint {
  private final Database database;
  private final SealedWrites writes;

  /** Where links go, or null if they are not wanted. */
  private final @Nullable Path directory;

  /** The images that hold it. Guarded by this, like all that follows. */
  private int holders = 1;

  private Database.@Nullable TakenSnapshot snapshot;
  private boolean isLinked;

  /** Why the content could not be fixed before the owner went on. */
  private @Nullable StateException failure;

  /** Whether the owner may write. */
  private volatile boolean isSettled;

  ImagePoint(Database database, SealedWrites writes, @Nullable Path directory) {
    this.database = database;
    this.writes = writes;
    this.directory = directory;
  }

  /** Holds it for one image more; returns {@code false} if it is gone or will not do. */
  synchronized boolean hold(boolean withLinks) {
    if (holders == 0 || failure != null || (withLinks && directory == null)) {
      return false;
    }
    holders++;
    return true;
  }

  boolean isSettled() {
    return isSettled;
  }

  /** Writes what was dirty; reading the database shows it then. */
  void writeAll() {
    if (!isSettled) {
      writes.writeAll();
    }
  }

  /**
   * Lets the owner write: fixes the content for those who hold it. That it cannot be fixed is kept
   * for them.
   *
   * @throws StateException if what was dirty cannot be written; nothing has changed then
   */
  void settle() {
    if (isSettled) {
      return;
    }
    writes.writeAll();
    synchronized (this) {
      if (!isSettled && holders > 0 && failure == null) {
        try {
          fix();
        } catch (StateException e) {
          failure = e;
        }
      }
      isSettled = true;
    }
  }

  /**
   * Returns the directory with the links.
   *
   * @throws StateException if they could not be made
   */
  Path linked() {
    writeAll();
    synchronized (this) {
      checkHeld();
      if (directory == null) {
        throw new IllegalStateException(
            "the image was taken only to be read, and has no files; take it for a snapshot");
      }
      fix();
      isSettled = true;
      return directory;
    }
  }

  private void checkHeld() {
    if (failure != null) {
      throw failure;
    }
    if (holders == 0) {
      throw new StateClosedException("the image is closed: store=" + database.name());
    }
  }

  private void fix() {
    takenSnapshot();
    if (directory != null && !isLinked) {
      database.link(directory);
      isLinked = true;
    }
  }

  private Database.TakenSnapshot takenSnapshot() {
    Database.TakenSnapshot taken = snapshot;
    if (taken == null) {
      taken = database.takeSnapshot();
      snapshot = taken;
    }
    return taken;
  }

  /** Opens a scan of the content; letting go of the point waits until that is done. */
  KeyGroupScan scan(Column column, int keyGroup) {
    writeAll();
    synchronized (this) {
      checkHeld();
      Database.TakenSnapshot taken = takenSnapshot();
      if (directory == null) {
        isSettled = true;
      }
      return new KeyGroupScan(database, column, taken, keyGroup);
    }
  }

  /** Lets go of it; the last one to do so releases snapshot and links. */
  void release() {
    Path unused = null;
    synchronized (this) {
      holders--;
      if (holders == 0) {
        if (snapshot != null) {
          snapshot.release();
        }
        unused = isLinked ? directory : null;
      }
    }
    if (unused != null) {
      WorkDirectory.delete(unused);
    }
  }
}
