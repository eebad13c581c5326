// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.api.storage.StoragePath;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in a directory of HDFS.
 *
 * <p>A file is written aside, synced on the disks of the data nodes, and renamed. Of several
 * processes that open the same directory the last one is the owner: nothing that the others write,
 * publish or delete afterwards has any effect, and they are told by a {@link StateLockedException}.
 * In one process the second one is told at once. What stands for owners is in {@code _owner}, which
 * is not to be seen through this class.
 *
 * <p>New files and directories are their owner's only. A directory that is there keeps its
 * permissions. Files are replicated, also where a directory has erasure coding.
 *
 * <p>A file takes up to about 5 MiB of memory while it is written, as the client of HDFS is
 * configured, and up to 4 MiB while it is read. How often the client tries again, and for how long,
 * is a matter of its configuration too.
 */
public final class HadoopCheckpointStorage implements CheckpointStorage {
  private static final Logger logger = LoggerFactory.getLogger(HadoopCheckpointStorage.class);
  private static final long PAUSE_MILLIS = 100;

  private final HadoopFiles files;
  private final String location;
  private final Path top;

  /** {@code null} if the storage is read-only. */
  private final @Nullable OwnDirectory own;

  /** The files that are being written. Guarded by itself. */
  private final Map<String, HadoopOutput> open = new HashMap<>();

  /** Held for reading while a file gets its name, for writing while empty directories go. */
  private final ReadWriteLock directories = new ReentrantReadWriteLock();

  /**
   * Held for reading by publications and deletions, for writing by the close that waits for them.
   */
  private final ReadWriteLock closing = new ReentrantReadWriteLock();

  /** Set while holding {@code open}. */
  private volatile boolean isClosed;

  private HadoopCheckpointStorage(
      HadoopFiles files, String location, Path top, @Nullable OwnDirectory own) {
    this.files = files;
    this.location = location;
    this.top = top;
    this.own = own;
  }

  /**
   * Opens a directory for reading and writing, with the configuration that Hadoop finds in the
   * class path ({@code core-site.xml}, {@code hdfs-site.xml}).
   *
   * @param address such as {@code hdfs://namenode:8020/jobs/word-count}, or {@code
   *     hdfs:///jobs/word-count} in the file system that the configuration names
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is an address of another file system than HDFS
   * @throws StateLockedException if another storage of this process is open there, or another
   *     process opens it at this moment
   * @throws StateIoException if the directory cannot be reached, created or written
   */
  public static HadoopCheckpointStorage open(URI address) {
    return open(address, new Configuration());
  }

  /**
   * Opens a directory for reading and writing. It is created if it is not there.
   *
   * @param address such as {@code hdfs://namenode:8020/jobs/word-count}
   * @param configuration how the cluster is reached, which is copied
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is an address of another file system than HDFS
   * @throws StateLockedException if another storage of this process is open there, or another
   *     process opens it at this moment
   * @throws StateIoException if the directory cannot be reached, created or written
   */
  public static HadoopCheckpointStorage open(URI address, Configuration configuration) {
    FoundFiles found = FoundFiles.at(address, configuration);
    return open(found.files(), found.top(), found.top().toString(), PAUSE_MILLIS);
  }

  /**
   * Opens a directory for reading and writing on any files; closes those if it fails.
   *
   * @param location where that is, for messages, and what tells it from others in this process
   */
  static HadoopCheckpointStorage open(
      HadoopFiles files, Path top, String location, long pauseMillis) {
    try {
      OwnDirectory own = OwnDirectory.claim(files, location, top, pauseMillis);
      return new HadoopCheckpointStorage(files, location, top, own);
    } catch (RuntimeException | Error e) {
      Closing.allAfter(e, List.of(() -> close(files, location)));
      throw e;
    }
  }

  /**
   * Opens a directory for reading, with the configuration that Hadoop finds in the class path.
   * Nothing is written; methods that write throw {@link UnsupportedOperationException}.
   *
   * @param address such as {@code hdfs://namenode:8020/jobs/word-count}
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is an address of another file system than HDFS
   * @throws StateIoException if the file system cannot be reached
   */
  public static HadoopCheckpointStorage openReadOnly(URI address) {
    return openReadOnly(address, new Configuration());
  }

  /**
   * Opens a directory for reading. Nothing is written; methods that write throw {@link
   * UnsupportedOperationException}.
   *
   * @param address such as {@code hdfs://namenode:8020/jobs/word-count}
   * @param configuration how the cluster is reached, which is copied
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is an address of another file system than HDFS
   * @throws StateIoException if the file system cannot be reached
   */
  public static HadoopCheckpointStorage openReadOnly(URI address, Configuration configuration) {
    FoundFiles found = FoundFiles.at(address, configuration);
    Path top = found.top();
    return new HadoopCheckpointStorage(found.files(), top.toString(), top, null);
  }

  @Override
  public String location() {
    return location;
  }

  /** What stands for a directory in this process. */
  private record Place(String location) {}

  @Override
  public Object place() {
    return new Place(location);
  }

  private Path readable(String path) {
    checkOpen();
    StoragePath.check(path);
    if (path.equals(OwnDirectory.OWNERS) || path.startsWith(OwnDirectory.OWNERS + "/")) {
      throw new IllegalArgumentException("the name is taken by what stands for owners: " + path);
    }
    return new Path(top, path);
  }

  private OwnDirectory owner() {
    if (own == null) {
      throw new UnsupportedOperationException(
          "checkpoint storage was opened read-only: location="
              + location
              + "; open it for writing");
    }
    return own;
  }

  private void checkOpen() {
    if (isClosed) {
      throw new StateClosedException("checkpoint storage is closed: location=" + location);
    }
  }

  @Override
  public StorageOutput create(String file) {
    return begin(file);
  }

  private HadoopOutput begin(String file) {
    OwnDirectory owner = owner();
    Path path = readable(file);
    HadoopOutput output = new HadoopOutput(files, owner, path, this::place, () -> forget(file));
    reserve(file, path, output);
    try {
      requireRoomFor(path);
      output.begin();
      return output;
    } catch (RuntimeException | Error e) {
      output.close();
      throw e;
    }
  }

  private void reserve(String file, Path path, HadoopOutput output) {
    synchronized (open) {
      checkOpen();
      if (open.putIfAbsent(file, output) != null) {
        throw taken("file is being written already", path);
      }
    }
  }

  private static StateIoException taken(String what, Path path) {
    return new StateIoException(
        what + ": file=" + path, new FileAlreadyExistsException(path.toString()));
  }

  private void forget(String file) {
    synchronized (open) {
      open.remove(file);
    }
  }

  private Optional<FileStatus> find(Path path) {
    try {
      return Uninterrupted.get(() -> files.find(path));
    } catch (IOException e) {
      throw new StateIoException("cannot look for: path=" + path + ", reason=" + e, e);
    }
  }

  /** Refuses a file that is there, one beneath a file, and one in place of a directory. */
  private void requireRoomFor(Path file) {
    Optional<FileStatus> found = find(file);
    if (found.isPresent() && !found.get().isDirectory()) {
      throw taken("file is there already", file);
    } else if (found.isPresent() && !deleteEmptyDirectories(file)) {
      throw new StateIoException("a directory has the name of a file: file=" + file);
    }
    Path above = parentOf(file);
    while (found.isEmpty() && !above.equals(top)) {
      found = find(above);
      if (found.isPresent() && !found.get().isDirectory()) {
        throw new StateIoException(
            "cannot create beneath a file: file=" + file + ", which is in the way=" + above);
      }
      above = parentOf(above);
    }
  }

  private static Path parentOf(Path path) {
    return requireNonNull(path.getParent(), "a path in the storage has a parent");
  }

  /** Deletes a directory if it holds no files; returns whether it is gone. */
  private boolean deleteEmptyDirectories(Path directory) {
    directories.writeLock().lock();
    try {
      return Uninterrupted.get(() -> deleteIfWithoutFiles(directory));
    } catch (FileNotFoundException e) {
      return true;
    } catch (IOException e) {
      throw new StateIoException(
          "cannot delete an empty directory that is in the way: path="
              + directory
              + ", reason="
              + e,
          e);
    } finally {
      directories.writeLock().unlock();
    }
  }

  private boolean deleteIfWithoutFiles(Path directory) throws IOException {
    RemoteIterator<FileStatus> children = files.list(directory);
    while (children.hasNext()) {
      FileStatus child = children.next();
      if (!child.isDirectory() || !deleteIfWithoutFiles(child.getPath())) {
        return false;
      }
    }
    return files.deleteIfEmpty(directory);
  }

  /** Gives a file its name. */
  private @Nullable IOException place(Path aside, Path file) {
    directories.readLock().lock();
    try {
      if (!parentOf(file).equals(top)) {
        Uninterrupted.run(() -> files.createDirectories(parentOf(file)));
      }
      return owner().moveOut(aside, file);
    } catch (IOException e) {
      owner().discard(aside);
      return e;
    } finally {
      directories.readLock().unlock();
    }
  }

  @Override
  public void publish(String file, byte[] content) {
    byte[] copy = content.clone();
    whileOpen(
        () -> {
          try (HadoopOutput output = begin(file)) {
            output.write(copy, 0, copy.length);
            output.commit();
          } catch (StateIoException e) {
            throw e.getCause() instanceof FileAlreadyExistsException
                ? new StateLockedException(
                    "file is there already, another writer was first: file="
                        + readable(file)
                        + "; stop the other writer",
                    e)
                : e;
          }
        });
  }

  /** Does something that the close waits for. */
  private void whileOpen(Runnable work) {
    closing.readLock().lock();
    try {
      checkOpen();
      work.run();
    } finally {
      closing.readLock().unlock();
    }
  }

  @Override
  public StorageInput open(String file) {
    return HadoopInput.open(files, readable(file));
  }

  @Override
  public List<String> list(String directory) {
    checkOpen();
    Path path = directory.isEmpty() ? top : readable(directory);
    try {
      return Uninterrupted.get(() -> namesIn(path));
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw new StateIoException("cannot list: path=" + path + ", reason=" + e, e);
    }
  }

  private List<String> namesIn(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    RemoteIterator<FileStatus> children = files.list(directory);
    while (children.hasNext()) {
      FileStatus child = children.next();
      if (child.getPath().equals(directory)) {
        throw new NotDirectoryException(directory.toString()); // It is a file, and listed itself.
      }
      if (holdsFiles(child)) {
        names.add(child.getPath().getName());
      }
    }
    return names;
  }

  /** Tells whether something is a file of the storage, or a directory with one beneath it. */
  private boolean holdsFiles(FileStatus found) throws IOException {
    Path path = found.getPath();
    if (!StoragePath.isName(path.getName()) || path.equals(new Path(top, OwnDirectory.OWNERS))) {
      return false;
    }
    if (!found.isDirectory()) {
      return true;
    }
    try {
      RemoteIterator<FileStatus> children = files.list(path);
      while (children.hasNext()) {
        if (holdsFiles(children.next())) {
          return true;
        }
      }
      return false;
    } catch (FileNotFoundException e) {
      return false; // Deleted since it was listed.
    } catch (AccessControlException e) {
      return true; // It may hold files. Who asks for what is in it is told.
    }
  }

  @Override
  public void delete(String path) {
    OwnDirectory owner = owner();
    Path target = readable(path);
    whileOpen(
        () -> {
          try {
            owner.delete(target);
          } catch (IOException e) {
            throw new StateIoException(
                "cannot delete: path=" + target + ", reason=" + e + "; delete it again", e);
          }
          deleteEmptyParents(target);
        });
  }

  /** A directory is there only while it holds files. */
  private void deleteEmptyParents(Path path) {
    directories.writeLock().lock();
    try {
      Path at = parentOf(path);
      while (!at.equals(top) && isGone(at)) {
        at = parentOf(at);
      }
    } catch (IOException e) {
      // An empty directory is in nobody's way: it is not listed, and the next file uses it.
      logger.debug("cannot delete an empty directory above {}", path, e);
    } finally {
      directories.writeLock().unlock();
    }
  }

  private boolean isGone(Path directory) throws IOException {
    return Uninterrupted.get(() -> files.deleteIfEmpty(directory));
  }

  /** Gives up the files that are being written, and waits for publications and deletions. */
  @Override
  public void close() {
    List<HadoopOutput> outputs;
    synchronized (open) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      outputs = List.copyOf(open.values());
    }
    List<Runnable> closes = new ArrayList<>();
    outputs.forEach(output -> closes.add(output::close));
    closes.add(this::closeFiles);
    if (own != null) {
      closes.add(own::release);
    }
    Closing.all(closes);
  }

  private void closeFiles() {
    closing.writeLock().lock(); // so that no publication or deletion is under way
    try {
      close(files, location);
    } finally {
      closing.writeLock().unlock();
    }
  }

  private static void close(HadoopFiles files, String location) {
    try {
      Uninterrupted.run(files::close);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot close the file system: location=" + location + ", reason=" + e, e);
    }
  }
}
