// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.DirectoryLock;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.api.storage.StoragePath;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in a directory of a file system.
 *
 * <p>A file is written under another name, synced, and renamed. Renames become durable when {@link
 * #publish} syncs their directories. A lock file excludes other writers, in this process and in
 * others. This works on the file system of any path.
 *
 * <p>If the file system has such permissions, new files and directories belong to their owner only.
 * An existing directory keeps its permissions, and so does a file that is imported by a link.
 */
public final class FileCheckpointStorage implements CheckpointStorage {
  private static final Logger logger = LoggerFactory.getLogger(FileCheckpointStorage.class);

  private final Path directory;

  /** {@code null} if the storage is read-only. */
  private final @Nullable DirectoryLock lock;

  /** The files that are being written. Guarded by itself. */
  private final Map<Path, FileOutput> open = new HashMap<>();

  /** Directories with renames or new directories that are not durable. Guarded by itself. */
  private final Set<Path> unsynced = new HashSet<>();

  /** Directories with deletions whose sync failed. Guarded by {@code syncing}. */
  private final Set<Path> unsyncedDeletions = new HashSet<>();

  /** Held while directories are synced, so that no later step overtakes the sync. */
  private final Object syncing = new Object();

  /** Set while holding {@code open}. */
  private volatile boolean isClosed;

  private FileCheckpointStorage(Path directory, @Nullable DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory for reading and writing, and deletes unfinished files of an earlier process.
   *
   * @param directory the directory; created if it does not exist
   * @return the storage; the caller closes it
   * @throws StateLockedException if another writer holds the directory
   * @throws StateIoException if it is not a directory, or cannot be created or written
   */
  public static FileCheckpointStorage open(Path directory) {
    DirectoryLock lock = null;
    try {
      Files.createDirectories(directory, FileTree.ownersDirectory(directory));
      Path real = directory.toRealPath();
      if (!FileTree.exists(real.resolve(DirectoryLock.FILE_NAME))) {
        // The lock file is created after this, so a process that finds it need not do this again.
        FileTree.syncAncestors(real);
      }
      lock =
          DirectoryLock.acquire(
              real,
              "checkpoint directory is in use by another writer",
              "close that one, use another directory, or open this one read-only");
      FileCheckpointStorage storage = new FileCheckpointStorage(real, lock);
      FileTree.recover(real);
      lock = null;
      return storage;
    } catch (IOException | UnsupportedOperationException e) {
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
   * Opens a directory for reading, whether it is locked or not. Changes nothing in it. Methods that
   * write throw {@link UnsupportedOperationException}.
   *
   * @param directory an existing directory
   * @return the storage; the caller closes it
   * @throws StateIoException if it does not exist or is not a directory
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

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public StorageOutput create(String file) {
    return create(writable(file));
  }

  private FileOutput create(Path path) {
    synchronized (open) {
      checkOpen();
      checkLock();
      if (open.containsKey(path)) {
        throw new StateIoException("file is being written already: file=" + path);
      }
      try {
        if (FileTree.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new StateIoException("file is there already: file=" + path);
        }
        createDirectory(parentOf(path));
        FileOutput output = FileOutput.create(path, new OutputListener());
        open.put(path, output);
        return output;
      } catch (NoSuchFileException e) {
        throw new StateIoException(
            "cannot create: file="
                + path
                + ", reason="
                + e
                + "; a directory above it is gone, see who deletes what is in the storage",
            e);
      } catch (IOException e) {
        throw new StateIoException(
            "cannot create: file="
                + path
                + ", reason="
                + e
                + "; see that the disk has room and the directory can be written",
            e);
      }
    }
  }

  private final class OutputListener implements FileOutput.Listener {
    @Override
    public void committed(Path file) {
      markUnsynced(parentOf(file));
    }

    @Override
    public void ended(Path file) {
      synchronized (open) {
        open.remove(file);
      }
    }

    @Override
    public void abandoned(Path file) {
      try {
        deleteEmptyParents(file);
      } catch (IOException e) {
        // An empty directory does no harm: it is not listed, and the next file uses it.
        logger.debug("cannot delete an empty directory above {}", file, e);
      }
    }
  }

  private void markUnsynced(Path path) {
    synchronized (unsynced) {
      unsynced.add(path);
    }
  }

  /**
   * Creates a directory of the storage. Needs {@code open}: whoever finds the directory finds it
   * marked.
   */
  private void createDirectory(Path path) throws IOException {
    if (path.equals(directory)) {
      return;
    }
    createDirectory(parentOf(path));
    BasicFileAttributes attributes = FileTree.attributes(path, LinkOption.NOFOLLOW_LINKS);
    if (attributes == null) {
      Files.createDirectory(path, FileTree.ownersDirectory(path));
      markUnsynced(parentOf(path));
    } else {
      FileTree.refuseLink(path, attributes);
    }
  }

  private static Path parentOf(Path path) {
    return requireNonNull(path.getParent(), "a path in the storage has a parent");
  }

  @Override
  public void publish(String file, byte[] content) {
    Path path = writable(file);
    synchronized (syncing) {
      if (exists(path)) {
        throw otherWriter(path, null);
      }
      try (FileOutput output = create(path)) {
        output.write(content, 0, content.length);
        syncDirectories();
        // Checked again as late as possible, because writing and syncing may have taken long.
        checkLock();
        output.commit();
      } catch (StateIoException e) {
        throw e.getCause() instanceof FileAlreadyExistsException ? otherWriter(path, e) : e;
      }
      try {
        syncDirectories();
      } catch (RuntimeException | Error e) {
        withdraw(path, e);
        throw e;
      }
    }
  }

  private static StateLockedException otherWriter(Path path, @Nullable StateIoException cause) {
    return new StateLockedException(
        "file is there already, another writer was first: file=" + path + "; stop the other writer",
        cause);
  }

  /**
   * Called before something is begun, published or deleted: somebody may have deleted the directory
   * or the lock file, and another writer may have come in.
   */
  private void checkLock() {
    if (lock != null) {
      lock.check();
    }
  }

  private static boolean exists(Path path) {
    try {
      return FileTree.exists(path, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new StateIoException("cannot look for: path=" + path + ", reason=" + e, e);
    }
  }

  /** Withdraws a file. Until that is durable, nothing else is deleted. Needs {@code syncing}. */
  private void withdraw(Path path, Throwable failure) {
    unsyncedDeletions.add(parentOf(path));
    try {
      Files.deleteIfExists(path);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
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

  /** Makes durable which names a directory has. */
  private static void syncDirectory(Path path) {
    boolean unused = syncIfThere(path);
    // Otherwise it was deleted with its content.
  }

  private static boolean syncIfThere(Path path) {
    try {
      FileTree.force(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new StateIoException("cannot sync: directory=" + path + ", reason=" + e, e);
    }
  }

  @Override
  public void importFile(String file, Path source) {
    Path path = writable(file);
    requireRegular(source, "cannot read a local file");
    Exception failure = importByLink(path, source);
    if (failure != null) {
      copyInstead(failure, () -> CheckpointStorage.super.importFile(file, source));
    }
  }

  private static void requireRegular(Path path, String message) {
    try {
      FileTree.requireRegular(path);
    } catch (IOException e) {
      throw new StateIoException(message + ": file=" + path + ", reason=" + e, e);
    }
  }

  /** Gives a local file a second name in the storage; returns the reason if that is impossible. */
  private @Nullable Exception importByLink(Path path, Path source) {
    try {
      // Synced first, because the file counts as committed as soon as it is linked.
      FileTree.force(source);
      synchronized (open) {
        checkOpen();
        checkLock();
        if (open.containsKey(path)) {
          throw new StateIoException("file is being written already: file=" + path);
        }
        createDirectory(parentOf(path));
        Files.createLink(path, source.toRealPath());
        markUnsynced(parentOf(path));
        return null;
      }
    } catch (IOException | UnsupportedOperationException | ProviderMismatchException e) {
      return e;
    }
  }

  @Override
  public void exportFile(String file, Path target) {
    Path path = readable(file);
    requireRegular(path, "cannot open");
    try {
      Files.createLink(target, path.toRealPath());
    } catch (IOException | UnsupportedOperationException | ProviderMismatchException e) {
      copyInstead(e, () -> CheckpointStorage.super.exportFile(file, target));
    }
  }

  /** Copies because linking failed. If copying fails too, the error has both causes. */
  private static void copyInstead(Exception linkFailure, Runnable copying) {
    try {
      copying.run();
    } catch (StateIoException e) {
      e.addSuppressed(linkFailure);
      throw e;
    }
  }

  @Override
  public StorageInput open(String file) {
    Path path = readable(file);
    try {
      return FileInput.open(path);
    } catch (IOException e) {
      throw new StateIoException("cannot open: file=" + path + ", reason=" + e, e);
    }
  }

  @Override
  public List<String> list(String directory) {
    checkOpen();
    Path path = directory.isEmpty() ? this.directory : readable(directory);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(FileTree.requireDirectory(path))) {
      for (Path child : children) {
        if (holdsFiles(child)) {
          names.add(FileTree.nameOf(child));
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
    if (!StoragePath.isName(FileTree.nameOf(path)) || path.equals(lockFile())) {
      return false;
    }
    BasicFileAttributes attributes = FileTree.attributes(path, LinkOption.NOFOLLOW_LINKS);
    if (attributes == null || !attributes.isDirectory()) {
      // The target of a link is only checked when its name is asked for: it may be circular.
      return attributes != null;
    }
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(FileTree.requireDirectory(path))) {
      for (Path child : children) {
        if (holdsFiles(child)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException e) {
      // Deleted by another thread since it was listed.
      return false;
    } catch (AccessDeniedException e) {
      // It may contain files. Listing the directory itself reports the error.
      return true;
    }
  }

  private Path lockFile() {
    return directory.resolve(DirectoryLock.FILE_NAME);
  }

  @Override
  public void delete(String path) {
    Path target = writable(path);
    synchronized (syncing) {
      checkOpen();
      checkLock();
      syncDeletions();
      try {
        FileTree.refuseLinks(directory, parentOf(target));
        if (exists(target)) {
          unsyncedDeletions.add(parentOf(target));
          FileTree.delete(target);
        }
        // Even if it was gone before: an earlier deletion may have failed after this step.
        deleteEmptyParents(target);
      } catch (IOException e) {
        throw new StateIoException(
            "cannot delete: path=" + target + ", reason=" + e + "; delete it again", e);
      }
      syncDeletions();
    }
  }

  /** A directory is there only while it holds files. */
  private void deleteEmptyParents(Path path) throws IOException {
    boolean isKept = false;
    for (Path at = parentOf(path); !isKept && !at.equals(directory); at = parentOf(at)) {
      synchronized (open) { // so that nobody has found the directory and begins a file in it
        isKept = !FileTree.deleteIfEmpty(at);
      }
    }
  }

  /** Makes deletions durable, also those for which that failed before. Needs {@code syncing}. */
  private void syncDeletions() {
    for (Path path : List.copyOf(unsyncedDeletions)) {
      Path at = path;
      // A file that was deleted with its directory is gone durably when the directory is.
      while (!syncIfThere(at) && !at.equals(directory)) {
        at = parentOf(at);
      }
      unsyncedDeletions.remove(path);
    }
  }

  private Path readable(String path) {
    checkOpen();
    return directory.resolve(StoragePath.check(path));
  }

  private void checkOpen() {
    if (isClosed) {
      throw new StateClosedException("checkpoint storage is closed: directory=" + directory);
    }
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

  /**
   * Aborts the files that are being written, and releases the lock. Waits for calls that are
   * running, even on a disk that hangs, because otherwise they could interfere with the next
   * writer.
   */
  @Override
  public void close() {
    List<FileOutput> outputs;
    synchronized (open) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      outputs = new ArrayList<>(open.values());
    }
    // Before the lock is released, because a later commit would interfere with the next writer.
    List<Runnable> closes = new ArrayList<>();
    outputs.forEach(output -> closes.add(output::close));
    closes.add(this::releaseLock);
    Closing.all(closes);
  }

  private void releaseLock() {
    if (lock != null) {
      synchronized (syncing) { // so that no publication or deletion is under way
        lock.close();
      }
    }
  }
}
