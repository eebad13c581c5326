// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.api.storage.StoragePath;
import java.io.ByteArrayOutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checkpoints in the memory of the process, for tests and for state that need not outlive the
 * process.
 *
 * <p>The files outlive the storage: {@link #reopen()} finds them again after {@link #close()}. They
 * do not outlive the process.
 */
public final class MemoryCheckpointStorage implements CheckpointStorage {

  /** The files of a place, and whether it has an owner. Guarded by itself. */
  private static final class Place {
    final TreeMap<String, byte[]> files = new TreeMap<>();
    boolean isOwned;
  }

  /** The places that have a name, until the process ends. */
  private static final Map<String, Place> NAMED = new ConcurrentHashMap<>();

  private final Place place;

  private final boolean isReadOnly;

  /** The files that are being written. Guarded by {@code place}. */
  private final Set<String> open = new HashSet<>();

  private volatile boolean isClosed;

  private MemoryCheckpointStorage(Place place, boolean isReadOnly) {
    this.place = place;
    this.isReadOnly = isReadOnly;
  }

  /**
   * Creates a new, empty place and opens it.
   *
   * @return the storage
   */
  public static MemoryCheckpointStorage create() {
    return open(new Place());
  }

  /**
   * Opens the same place again, with its files.
   *
   * @return a new storage on the same files
   * @throws StateLockedException if a storage on them is open, such as this one
   */
  public MemoryCheckpointStorage reopen() {
    return open(place);
  }

  /**
   * Opens the place of a name, which is empty at first and stays until the process ends.
   *
   * @param name its name
   * @return the storage
   * @throws StateLockedException if a storage on it is open
   */
  public static MemoryCheckpointStorage named(String name) {
    return open(NAMED.computeIfAbsent(name, absent -> new Place()));
  }

  /**
   * Opens the place of a name for reading, whether or not a storage on it is open. Methods that
   * write throw {@link UnsupportedOperationException}.
   *
   * @param name its name
   * @return the storage
   * @throws StateIoException if there is no such place
   */
  public static MemoryCheckpointStorage namedReadOnly(String name) {
    Place place = NAMED.get(name);
    if (place == null) {
      throw new StateIoException("cannot open for reading: no such place in memory: name=" + name);
    }
    return new MemoryCheckpointStorage(place, true);
  }

  private static MemoryCheckpointStorage open(Place place) {
    synchronized (place) {
      if (place.isOwned) {
        throw new StateLockedException(
            "checkpoint memory is in use by another writer; close that one first");
      }
      place.isOwned = true;
      return new MemoryCheckpointStorage(place, false);
    }
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public StorageOutput create(String file) {
    StoragePath.check(file);
    synchronized (place) {
      checkWritable();
      checkPlaceFor(file);
      if (place.files.containsKey(file) || !open.add(file)) {
        throw new StateIoException("file is there already or being written: file=" + file);
      }
      return new MemoryOutput(file);
    }
  }

  /** Refuses what a file system would refuse: a file beneath a file, or in place of a directory. */
  private void checkPlaceFor(String file) {
    boolean isDirectory = !place.files.subMap(file + "/", file + "0").isEmpty();
    boolean isBeneathFile = false;
    for (int slash = file.indexOf('/'); slash > 0; slash = file.indexOf('/', slash + 1)) {
      isBeneathFile |= place.files.containsKey(file.substring(0, slash));
    }
    if (isDirectory || isBeneathFile) {
      throw new StateIoException("file and directory of one name: file=" + file);
    }
  }

  @Override
  public void publish(String file, byte[] content) {
    StoragePath.check(file);
    synchronized (place) {
      checkWritable();
      if (place.files.containsKey(file)) {
        throw new StateLockedException(
            "file is there already, another writer was first: file="
                + file
                + "; stop the other writer");
      }
      checkPlaceFor(file);
      place.files.put(file, content.clone());
    }
  }

  @Override
  public StorageInput open(String file) {
    StoragePath.check(file);
    synchronized (place) {
      checkOpen();
      byte[] content = place.files.get(file);
      if (content == null) {
        throw new StateIoException("cannot open: file=" + file, new NoSuchFileException(file));
      }
      return new MemoryInput(file, content);
    }
  }

  @Override
  public List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : StoragePath.check(directory) + "/";
    synchronized (place) {
      checkOpen();
      if (place.files.containsKey(directory)) {
        throw new StateIoException(
            "cannot list, not a directory: path=" + directory,
            new NotDirectoryException(directory));
      }
      Set<String> names = new HashSet<>();
      for (String file : place.files.tailMap(prefix).keySet()) {
        if (!file.startsWith(prefix)) {
          break;
        }
        int end = file.indexOf('/', prefix.length());
        names.add(file.substring(prefix.length(), end < 0 ? file.length() : end));
      }
      return new ArrayList<>(names);
    }
  }

  @Override
  public void delete(String path) {
    StoragePath.check(path);
    synchronized (place) {
      checkWritable();
      place.files.remove(path);
      // '0' is the character after '/': these are all the files beneath the path.
      place.files.subMap(path + "/", path + "0").clear();
    }
  }

  private void checkWritable() {
    checkOpen();
    if (isReadOnly) {
      throw new UnsupportedOperationException("checkpoint storage was opened read-only: memory");
    }
  }

  private void checkOpen() {
    if (isClosed) {
      throw new StateClosedException("checkpoint storage is closed: location=" + location());
    }
  }

  @Override
  public void close() {
    synchronized (place) {
      if (!isClosed) {
        isClosed = true;
        place.isOwned &= isReadOnly;
      }
    }
  }

  /** A file that is being written. */
  private final class MemoryOutput implements StorageOutput {
    private final String file;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean isEnded;

    MemoryOutput(String file) {
      this.file = file;
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) {
      checkNotEnded();
      bytes.write(source, offset, length);
    }

    @Override
    public synchronized void commit() {
      checkNotEnded();
      isEnded = true;
      synchronized (place) {
        open.remove(file);
        checkOpen();
        checkPlaceFor(file);
        place.files.put(file, bytes.toByteArray());
      }
    }

    private void checkNotEnded() {
      if (isEnded) {
        throw new StateClosedException("file was committed or closed: file=" + file);
      }
    }

    @Override
    public synchronized void close() {
      if (!isEnded) {
        isEnded = true;
        synchronized (place) {
          open.remove(file);
        }
      }
    }
  }

  /** A file that is read. */
  private static final class MemoryInput implements StorageInput {
    private final String file;
    private final byte[] content;
    private volatile boolean isClosed;

    MemoryInput(String file, byte[] content) {
      this.file = file;
      this.content = content;
    }

    @Override
    public long length() {
      checkNotClosed();
      return content.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      checkNotClosed();
      if (position > content.length - length) {
        throw new CorruptStateException(
            "file ends too early: expected length="
                + (position + length)
                + " or more, actual="
                + content.length,
            file,
            position);
      }
      System.arraycopy(content, (int) position, target, offset, length);
    }

    private void checkNotClosed() {
      if (isClosed) {
        throw new StateClosedException("file is closed: file=" + file);
      }
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}
