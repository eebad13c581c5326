// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.DirectoryLock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory of a backend, locked against others, with a directory for each store.
 *
 * <pre>
 * _lock            held while the backend is open; released by the operating system with the process
 * store-n/log-m    working files
 * </pre>
 *
 * <p>What an earlier process left in it is deleted: state comes back from checkpoints only.
 */
final class WorkDirectory implements AutoCloseable {
  private static final String STORE_PREFIX = "store-";

  private final Path directory;
  private final DirectoryLock lock;
  private long nextStore;

  private WorkDirectory(Path directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Creates the directory if need be, and locks it.
   *
   * @throws StateLockedException if another backend uses it
   * @throws StateIoException if it cannot be created or cleared
   */
  static WorkDirectory open(Path path) {
    try {
      Files.createDirectories(path);
      Path directory = path.toRealPath();
      DirectoryLock lock =
          DirectoryLock.acquire(
              directory,
              "working directory is in use by another backend",
              "close that one, or use another directory");
      try {
        deleteStores(directory);
        return new WorkDirectory(directory, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StateIoException("cannot open the working directory: directory=" + path, e);
    }
  }

  private static void deleteStores(Path directory) throws IOException {
    try (DirectoryStream<Path> stores = Files.newDirectoryStream(directory, STORE_PREFIX + "*")) {
      for (Path store : stores) {
        deleteStore(store);
      }
    }
  }

  private static void deleteStore(Path store) throws IOException {
    if (!Files.isDirectory(store)) {
      // Somebody has tidied up, or a crash of the machine has: there is nothing left to delete.
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(store)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(store);
  }

  /** Creates an empty directory for a store. */
  synchronized Path createStore() {
    Path store = directory.resolve(STORE_PREFIX + nextStore++);
    try {
      return Files.createDirectory(store);
    } catch (IOException e) {
      throw new StateIoException("cannot create a working directory: directory=" + store, e);
    }
  }

  /** Deletes the directory of a store, with what may be left in it. */
  void delete(Path store) {
    try {
      deleteStore(store);
    } catch (IOException e) {
      throw new StateIoException("cannot delete a working directory: directory=" + store, e);
    }
  }

  /** Releases the lock; the directory stays, with the lock file in it. */
  @Override
  public void close() {
    lock.close();
  }
}
