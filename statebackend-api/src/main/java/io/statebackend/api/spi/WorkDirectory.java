// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a backend with files, locked against others, with a directory for each store.
 *
 * <pre>
 * _lock              held while the backend is open; released by the operating system with the process
 * _statebackend      marks the directory as ours, so that the content of store-n may be deleted
 * store-n/           what the engine keeps for a store
 * </pre>
 *
 * <p>What an earlier process left in it is deleted, because state comes back only from checkpoints.
 * Works on the file system of any {@link Path}. Thread-safe.
 */
public final class WorkDirectory implements AutoCloseable {
  private static final String STORE_PREFIX = "store-";
  private static final Pattern STORE = Pattern.compile(STORE_PREFIX + "[0-9]+/?");
  private static final String MARKER = "_statebackend";

  private final Path directory;
  private final DirectoryLock lock;
  private long nextStore;

  private WorkDirectory(Path directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Creates the directory if necessary, and locks it.
   *
   * @param path the directory, for one backend alone
   * @return the directory, to be closed when its last store is closed
   * @throws StateLockedException if another backend uses it, in this process or another one
   * @throws StateIoException if it cannot be created or cleared, or contains files but was never a
   *     working directory
   */
  public static WorkDirectory open(Path path) {
    try {
      Files.createDirectories(path);
      Path directory = path.toRealPath();
      DirectoryLock lock =
          DirectoryLock.acquire(
              directory,
              "working directory is in use by another backend",
              "close that one, or use another directory");
      try {
        mark(directory);
        deleteStores(directory);
        return new WorkDirectory(directory, lock);
      } catch (IOException | RuntimeException | Error e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw cannotOpen(path, e);
    } catch (DirectoryIteratorException e) {
      throw cannotOpen(path, e);
    }
  }

  private static StateIoException cannotOpen(Path path, Exception e) {
    return new StateIoException(
        "cannot open the working directory: directory="
            + path
            + ", reason="
            + e
            + "; name a directory that can be created and written",
        e);
  }

  /** Marks an empty directory as ours. One that an earlier backend has marked is ours already. */
  private static void mark(Path directory) throws IOException {
    Path marker = directory.resolve(MARKER);
    if (Files.isRegularFile(marker, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<String> foreign = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = String.valueOf(child.getFileName());
        if (!name.equals(DirectoryLock.FILE_NAME)) {
          foreign.add(name);
        }
      }
    }
    if (!foreign.isEmpty()) {
      foreign.sort(null);
      throw new StateIoException(
          "not a working directory, and not empty: directory=%s, found=%s; what is in a working directory is deleted, so name one that is empty or was one before"
              .formatted(directory, foreign.subList(0, Math.min(5, foreign.size()))));
    }
    Files.createFile(marker);
  }

  private static void deleteStores(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        if (STORE.matcher(String.valueOf(child.getFileName())).matches()
            && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          delete(child);
        }
      }
    }
  }

  /**
   * Creates an empty directory for a store.
   *
   * @return its path, which no other store gets
   * @throws StateIoException if it cannot be created
   */
  public synchronized Path createStore() {
    while (true) {
      Path store = directory.resolve(STORE_PREFIX + nextStore++);
      if (!Files.exists(store, LinkOption.NOFOLLOW_LINKS)) { // else it is somebody else's file
        return create(store);
      }
    }
  }

  /**
   * Creates a directory within that of a store.
   *
   * @param newDirectory its path
   * @return the same path
   * @throws StateIoException if it is there already, or cannot be created
   */
  public static Path create(Path newDirectory) {
    try {
      return Files.createDirectory(newDirectory);
    } catch (IOException e) {
      throw new StateIoException("cannot create a directory: directory=" + newDirectory, e);
    }
  }

  /**
   * Deletes a directory with its content. Ignores files that are gone already.
   *
   * @param tree the directory
   * @throws StateIoException if something cannot be deleted
   */
  public static void delete(Path tree) {
    try {
      Files.walkFileTree(tree, new Deletion());
    } catch (NoSuchFileException e) {
      // Another thread already deleted it.
      return;
    } catch (IOException e) {
      throw new StateIoException("cannot delete a directory: directory=" + tree, e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(visited);
      return FileVisitResult.CONTINUE;
    }
  }

  /** Releases the lock; the directory stays, with the lock file in it. */
  @Override
  public void close() {
    lock.close();
  }
}
