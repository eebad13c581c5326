// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.api.storage.StoragePath;
import io.statebackend.s3.ObjectStore.Upload;
import io.statebackend.s3.ObjectStoreException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints under a prefix of a bucket of Amazon S3, or of a store that speaks its protocol and
 * honours {@code If-None-Match: *} when objects are put.
 *
 * <p>Nothing is ever overwritten: objects are put only where there is none. Of several processes
 * that open the same prefix the last one is the owner. The others are told by a {@link
 * StateLockedException} when they next publish or delete; in one process the second one is told at
 * once. An owner puts an object in {@code _owner}, which stays and is not to be seen through this
 * class.
 *
 * <p>A file takes memory up to the size of a part while it is written, and up to 4 MiB while it is
 * read. A process that dies may leave parts of uploads; nobody sees them, but they are paid for:
 * let the bucket abort incomplete uploads after some days.
 *
 * <p>Publications are tried up to six times, since an answer that was lost says nothing. All other
 * requests are repeated as the AWS SDK does.
 */
public final class S3CheckpointStorage implements CheckpointStorage {
  private final ObjectStore store;
  private final String location;
  private final String prefix;
  private final int partSize;
  private final Publication publication;
  private final Transfers transfers;

  /** {@code null} if the storage is read-only. */
  private final @Nullable Ownership ownership;

  /** The files that are being written. Guarded by itself. */
  private final Map<String, S3Output> open = new HashMap<>();

  /**
   * Directories that are known not to be files. Only this storage creates files, and then takes the
   * names out.
   */
  private final Set<String> directories = ConcurrentHashMap.newKeySet();

  /**
   * Held for reading by publications and deletions, for writing by the close that waits for them.
   */
  private final ReadWriteLock closing = new ReentrantReadWriteLock();

  private volatile boolean isClosed;

  private S3CheckpointStorage(
      ObjectStore store,
      String location,
      String prefix,
      StoreSettings settings,
      Publication publication,
      @Nullable Ownership ownership) {
    this.store = store;
    this.location = location;
    this.prefix = prefix;
    this.partSize = settings.partSizeBytes();
    this.publication = publication;
    this.transfers = new Transfers(settings.parallelism(), partSize);
    this.ownership = ownership;
  }

  /**
   * What stays the same for all stores.
   *
   * @param partSizeBytes how large the parts of uploads are
   * @param parallelism how many parts of a local file are copied at a time
   * @param pauseMillis how long to wait before a publication is tried again
   */
  record StoreSettings(int partSizeBytes, int parallelism, long pauseMillis) {}

  /**
   * Begins to say where a storage is.
   *
   * @param bucket the name of the bucket, which must be there
   * @return a builder
   */
  public static S3CheckpointStorageBuilder builder(String bucket) {
    return new S3CheckpointStorageBuilder(bucket);
  }

  /**
   * Opens a storage for reading and writing by its address: {@code s3://bucket/prefix}, with {@code
   * ?region=}, {@code endpoint=}, {@code path-style=true} and {@code trailing-checksums=false} as
   * the builder has them, separated by ampersands.
   *
   * @param address the address of bucket and prefix
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is no such address
   * @throws StateLockedException if another storage of this process is open there
   * @throws StateIoException if the store cannot be reached, or refuses
   */
  public static S3CheckpointStorage open(URI address) {
    return S3CheckpointStorageBuilder.of(address).open();
  }

  /** Opens a storage for reading and writing on any store; closes that if it fails. */
  static S3CheckpointStorage open(
      ObjectStore store, String location, String prefix, StoreSettings settings) {
    Publication publication = new Publication(store, settings.pauseMillis());
    try {
      Ownership ownership = Ownership.acquire(store, publication, location, prefix);
      return new S3CheckpointStorage(store, location, prefix, settings, publication, ownership);
    } catch (RuntimeException | Error e) {
      closeAfter(store, e);
      throw e;
    }
  }

  private static void closeAfter(ObjectStore store, Throwable failure) {
    try {
      store.close();
    } catch (RuntimeException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  /** Opens a storage for reading on any store. */
  static S3CheckpointStorage openReadOnly(
      ObjectStore store, String location, String prefix, StoreSettings settings) {
    Publication publication = new Publication(store, settings.pauseMillis());
    return new S3CheckpointStorage(store, location, prefix, settings, publication, null);
  }

  @Override
  public String location() {
    return location;
  }

  /** What stands for a prefix of a bucket in this process. */
  private record Place(String location) {}

  @Override
  public Object place() {
    return new Place(location);
  }

  private String key(String path) {
    return prefix + path;
  }

  private String describe(String path) {
    return location + "/" + path;
  }

  private String readable(String path) {
    checkOpen();
    StoragePath.check(path);
    if (path.equals(Ownership.DIRECTORY) || path.startsWith(Ownership.DIRECTORY + "/")) {
      throw new IllegalArgumentException("the name is taken by what stands for owners: " + path);
    }
    return path;
  }

  private Ownership writable(String path) {
    Ownership owner = ownership;
    if (owner == null) {
      throw new UnsupportedOperationException(
          "checkpoint storage was opened read-only: location="
              + location
              + "; open it for writing");
    }
    String unused = readable(path);
    return owner;
  }

  private void checkOpen() {
    if (isClosed) {
      throw new StateClosedException("checkpoint storage is closed: location=" + location);
    }
  }

  @Override
  public StorageOutput create(String file) {
    Ownership unused = writable(file);
    S3Output output =
        new S3Output(store, publication, key(file), describe(file), partSize, () -> forget(file));
    reserve(file, output);
    try {
      if (isFile(file)) {
        throw new StateIoException("file is there already: file=" + describe(file));
      }
      requireRoomFor(file);
      return output;
    } catch (RuntimeException | Error e) {
      output.close();
      throw e;
    }
  }

  private void reserve(String file, S3Output output) {
    synchronized (open) {
      checkOpen();
      if (open.putIfAbsent(file, output) != null) {
        throw new StateIoException("file is being written already: file=" + describe(file));
      }
    }
  }

  private void forget(String file) {
    synchronized (open) {
      open.remove(file);
    }
  }

  private boolean isFile(String path) {
    try {
      return !store.get(key(path), 0, 1, null).etag().isEmpty();
    } catch (ObjectStoreException e) {
      if (e.reason() == Reason.ABSENT) {
        return false;
      }
      throw new StateIoException(
          "cannot look for: file=" + describe(path) + ", reason=" + e.getMessage(), e);
    }
  }

  /** Refuses what a file system refuses: a file beneath a file, or in place of a directory. */
  private void requireRoomFor(String file) {
    for (int slash = file.indexOf('/'); slash > 0; slash = file.indexOf('/', slash + 1)) {
      String directory = file.substring(0, slash);
      if (!directories.contains(directory)) {
        if (isFile(directory)) {
          throw new StateIoException(
              "cannot create beneath a file: file="
                  + describe(file)
                  + ", which is in the way="
                  + describe(directory));
        }
        directories.add(directory);
      }
    }
    if (!listKeys(key(file) + "/", true, 1, file).isEmpty()) {
      throw new StateIoException("a directory has the name of a file: file=" + describe(file));
    }
    directories.remove(file);
  }

  private List<String> listKeys(String keyPrefix, boolean isDeep, int countMax, String path) {
    try {
      return store.list(keyPrefix, isDeep, countMax);
    } catch (ObjectStoreException e) {
      throw new StateIoException(
          "cannot list: path=" + describe(path) + ", reason=" + e.getMessage(), e);
    }
  }

  @Override
  public void publish(String file, byte[] content) {
    Ownership owner = writable(file);
    byte[] copy = content.clone();
    whileOpen(
        () -> {
          owner.check();
          requireRoomFor(file);
          if (!publication.put(key(file), copy, copy.length)) {
            throw new StateLockedException(
                "file is there already, another writer was first: file="
                    + describe(file)
                    + "; stop the other writer");
          }
          owner.check();
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
    return S3Input.open(store, key(readable(file)), describe(file));
  }

  /** Copies a local file, in parts at the same time if it is larger than one. */
  @Override
  public void importFile(String file, Path source) {
    Ownership unused = writable(file);
    long length = lengthOf(source);
    if (length <= partSize) {
      CheckpointStorage.super.importFile(file, source);
      return;
    }
    try (StorageOutput reserved = create(file)) {
      requireNonNull(reserved, "reserved");
      String writer = Publication.newWriter();
      Upload upload = store.startUpload(key(file), writer);
      boolean exists = false;
      try {
        transfers.upload(source, length, upload);
        exists = publication.put(key(file), writer, length, upload::completeIfAbsent);
      } finally {
        if (!exists) {
          upload.abort();
        }
      }
      if (!exists) {
        throw new StateIoException("file is there already: file=" + describe(file));
      }
    } catch (IOException e) {
      throw new StateIoException(
          "cannot copy a local file: from=%s, to=%s, reason=%s"
              .formatted(source, describe(file), e),
          e);
    }
  }

  private static long lengthOf(Path source) {
    try {
      if (!Files.isRegularFile(source)) {
        long unused = Files.size(source);
        throw new FileSystemException(source.toString(), null, "it is not a regular file");
      }
      return Files.size(source);
    } catch (IOException e) {
      throw new StateIoException("cannot read a local file: file=" + source + ", reason=" + e, e);
    }
  }

  /** Copies a file, in ranges at the same time if it is larger than a part. */
  @Override
  public void exportFile(String file, Path target) {
    try (S3Input input = S3Input.open(store, key(readable(file)), describe(file))) {
      String etag = input.etag();
      transfers.download(
          (from, size) -> S3Input.get(store, key(file), describe(file), etag, from, size),
          input.length(),
          target);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot write a local file: file=%s, from=%s, reason=%s; see that it is not there yet and the disk has room"
              .formatted(target, describe(file), e),
          e);
    }
  }

  @Override
  public List<String> list(String directory) {
    checkOpen();
    String keyPrefix = directory.isEmpty() ? prefix : key(readable(directory)) + "/";
    List<String> names = new ArrayList<>();
    for (String key : listKeys(keyPrefix, false, 0, directory)) {
      String name = key.substring(keyPrefix.length());
      String child = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
      boolean isOwners = directory.isEmpty() && child.equals(Ownership.DIRECTORY);
      if (!isOwners && StoragePath.isName(child)) {
        names.add(child);
      }
    }
    if (names.isEmpty() && !directory.isEmpty() && isFile(directory)) {
      throw new StateIoException(
          "cannot list, not a directory: path=" + describe(directory),
          new NotDirectoryException(directory));
    }
    return names;
  }

  @Override
  public void delete(String path) {
    Ownership owner = writable(path);
    whileOpen(
        () -> {
          owner.check();
          List<String> keys = new ArrayList<>(listKeys(key(path) + "/", true, 0, path));
          keys.add(key(path));
          try {
            store.delete(keys);
          } catch (ObjectStoreException e) {
            throw new StateIoException(
                "cannot delete: path="
                    + describe(path)
                    + ", reason="
                    + e.getMessage()
                    + "; delete it again",
                e);
          }
        });
  }

  /** Aborts the files that are being written, and waits for publications and deletions. */
  @Override
  public void close() {
    List<S3Output> outputs;
    synchronized (open) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      outputs = List.copyOf(open.values());
    }
    try {
      Closing.all(outputs, S3Output::close);
    } finally {
      closing.writeLock().lock(); // so that no publication or deletion is under way
      try {
        transfers.close();
        store.close();
      } finally {
        closing.writeLock().unlock();
        if (ownership != null) {
          ownership.release();
        }
      }
    }
  }
}
