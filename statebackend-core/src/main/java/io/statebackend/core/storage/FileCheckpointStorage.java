// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in a directory of a file system.
 *
 * <p>A file is written beside its place, synced, and renamed. Renames become durable when {@link
 * #publish} syncs the directories in which they happened. A lock file keeps other writers out, in
 * this process and in others. Works on the path's own file system, whichever that is.
 */
public final class FileCheckpointStorage implements CheckpointStorage {
  private final Path directory;

  /** {@code null} if the storage is read-only. */
  private final @Nullable DirectoryLock lock;

  /** The files that are being written. */
  private final Set<Path> open = ConcurrentHashMap.newKeySet();

  /** Directories with renames or new directories that are not durable. Guarded by itself. */
  private final Set<Path> unsynced = new HashSet<>();

  /** Held while directories are synced, so that no publication overtakes another. */
  private final Object syncing = new Object();

  private volatile boolean isClosed;

  private FileCheckpointStorage(Path directory, @Nullable DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory for reading and writing, and deletes what an earlier process left half
   * written.
   *
   * @param directory the directory; created if it is not there
   * @return the storage; the caller closes it
   * @throws StateLockedException if another writer holds the directory
   * @throws StateIoException if it is no directory, or cannot be created or written
   */
  public static FileCheckpointStorage open(Path directory) {
    DirectoryLock lock = null;
    try {
      List<Path> missing = missingDirectories(directory);
      Files.createDirectories(directory);
      Path real = directory.toRealPath();
      lock = DirectoryLock.acquire(real);
      deleteAsides(real);
      FileCheckpointStorage storage = new FileCheckpointStorage(real, lock);
      for (Path created : missing) {
        storage.unsynced.add(parentOf(created.toRealPath()));
      }
      lock = null;
      return storage;
    } catch (IOException | ReadOnlyFileSystemException e) {
      throw new StateIoException(
          "cannot open for writing: directory="
              + directory
              + ", reason="
              + e
              + "; name a directory that can be created and written, or open it read-only",
          e);
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }

  /**
   * Opens a directory for reading, locked or not; nothing in it is touched. Methods that write
   * throw {@link UnsupportedOperationException}.
   *
   * @param directory the directory
   * @return the storage; the caller closes it
   * @throws StateIoException if it is not there or no directory
   */
  public static FileCheckpointStorage openReadOnly(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new StateIoException(
          "cannot open for reading: no such directory: directory="
              + directory
              + "; name the directory that holds the checkpoints");
    }
    return new FileCheckpointStorage(directory.toAbsolutePath().normalize(), null);
  }

  private static List<Path> missingDirectories(Path directory) {
    List<Path> missing = new ArrayList<>();
    for (Path at = directory.toAbsolutePath(); at != null && !Files.exists(at); ) {
      missing.add(at);
      at = at.getParent();
    }
    return missing;
  }

  private static void deleteAsides(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.getFileName().toString().endsWith(FileOutput.ASIDE_SUFFIX)) {
              Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public StorageOutput create(String file) {
    Path path = writable(file);
    return create(path);
  }

  private FileOutput create(Path path) {
    if (!open.add(path)) {
      throw new StateIoException("file is being written already: file=" + path);
    }
    boolean created = false;
    try {
      if (Files.exists(path)) {
        throw new StateIoException("file is there already: file=" + path);
      }
      createDirectory(parentOf(path));
      FileOutput output = FileOutput.create(path, new OutputListener());
      created = true;
      return output;
    } catch (IOException e) {
      throw new StateIoException(
          "cannot create: file="
              + path
              + ", reason="
              + e
              + "; see that the disk has room and the directory can be written",
          e);
    } finally {
      if (!created) {
        open.remove(path);
      }
    }
  }

  private final class OutputListener implements FileOutput.Listener {
    @Override
    public void committed(Path file) {
      synchronized (unsynced) {
        unsynced.add(parentOf(file));
      }
    }

    @Override
    public void ended(Path file) {
      open.remove(file);
    }
  }

  /** Creates a directory of the storage. Who finds it there finds its parent marked as well. */
  private void createDirectory(Path path) throws IOException {
    synchronized (unsynced) {
      if (!Files.isDirectory(path)) {
        createDirectory(parentOf(path));
        Files.createDirectory(path);
        unsynced.add(parentOf(path));
      }
    }
  }

  private static Path parentOf(Path path) {
    return requireNonNull(path.getParent(), "a path in the storage has a parent");
  }

  @Override
  public void publish(String file, byte[] content) {
    Path path = writable(file);
    if (Files.exists(path)) {
      throw new StateLockedException(
          "file is there already, another writer was first: file="
              + path
              + "; stop the other writer");
    }
    synchronized (syncing) {
      try (FileOutput output = create(path)) {
        output.write(content, 0, content.length);
        syncDirectories();
        output.commit();
      }
      try {
        syncDirectories();
      } catch (StateIoException e) {
        throw withdraw(path, e);
      }
    }
  }

  private static StateIoException withdraw(Path path, StateIoException failure) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Makes renames durable. On failure, those that are not stay marked. Needs {@code syncing}. */
  private void syncDirectories() {
    List<Path> paths;
    synchronized (unsynced) {
      paths = new ArrayList<>(unsynced);
      unsynced.clear();
    }
    int synced = 0;
    try {
      for (; synced < paths.size(); synced++) {
        syncDirectory(paths.get(synced));
      }
    } finally {
      synchronized (unsynced) {
        unsynced.addAll(paths.subList(synced, paths.size()));
      }
    }
  }

  private static void syncDirectory(Path path) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new StateIoException("cannot sync: directory=" + path + ", reason=" + e, e);
    }
  }

  @Override
  public StorageInput open(String file) {
    Path path = readable(file);
    try {
      return new FileInput(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException e) {
      throw new StateIoException("cannot open: file=" + path + ", reason=" + e, e);
    }
  }

  @Override
  public List<String> list(String directory) {
    Path path = directory.isEmpty() ? top() : readable(directory);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
      for (Path child : children) {
        if (holdsFiles(child)) {
          names.add(nameOf(child));
        }
      }
      return names;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw cannotList(path, e);
    } catch (DirectoryIteratorException e) {
      throw cannotList(path, e);
    }
  }

  private static StateIoException cannotList(Path path, Exception e) {
    return new StateIoException("cannot list: directory=" + path + ", reason=" + e, e);
  }

  /** Tells whether a path is a file of the storage, or a directory with one beneath it. */
  private boolean holdsFiles(Path path) throws IOException {
    if (!StoragePath.isName(nameOf(path)) || path.equals(lockFile())) {
      return false;
    }
    if (!Files.isDirectory(path)) {
      return true;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
      for (Path child : children) {
        if (holdsFiles(child)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException e) {
      // Deleted by another thread since it was listed.
      return false;
    }
  }

  /** Returns the last part of a path; some file systems end those of directories in a slash. */
  private static String nameOf(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  private Path lockFile() {
    return directory.resolve(DirectoryLock.FILE_NAME);
  }

  @Override
  public void delete(String path) {
    Path target = writable(path);
    synchronized (syncing) {
      try {
        deleteTree(target);
      } catch (NoSuchFileException e) {
        return;
      } catch (IOException e) {
        throw new StateIoException("cannot delete: path=" + target + ", reason=" + e, e);
      }
      synchronized (unsynced) {
        unsynced.removeIf(unsyncedPath -> unsyncedPath.startsWith(target));
      }
      syncDirectory(parentOf(target));
    }
  }

  private static void deleteTree(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private Path readable(String path) {
    Path top = top();
    return top.resolve(StoragePath.check(path));
  }

  private Path top() {
    if (isClosed) {
      throw new StateClosedException("checkpoint storage is closed: directory=" + directory);
    }
    return directory;
  }

  private Path writable(String path) {
    if (lock == null) {
      throw new UnsupportedOperationException(
          "checkpoint storage was opened read-only: directory="
              + directory
              + "; open it with FileCheckpointStorage.open to write");
    }
    Path resolved = readable(path);
    if (resolved.startsWith(lockFile())) {
      throw new IllegalArgumentException("the name is taken by the lock file: path=" + path);
    }
    return resolved;
  }

  /** Releases the lock. Files that are being written can no longer be committed usefully. */
  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      if (lock != null) {
        lock.close();
      }
    }
  }
}
