// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps local copies of what is written into another storage, so that a program that is started
 * again on the same machine need not read everything over the network.
 *
 * <p>Only the other storage is authoritative. The metadata of a checkpoint is always read from
 * there. A copy is used if its length and checksum are those in the metadata, and the whole copy is
 * read to compare them. If a copy is missing, damaged, old or unreadable, the file is read from the
 * other storage instead. If the directory cannot be used at all, there are no copies, and a warning
 * says so. Two storages cannot share a directory.
 *
 * <p>Around an encrypted storage, the copies are not encrypted, and only their owner can read them.
 * Beneath encryption no copy is used, because metadata cannot be read there.
 */
public final class LocalCopyStorage implements CheckpointStorage {
  private static final Logger logger = LoggerFactory.getLogger(LocalCopyStorage.class);
  private static final String METADATA = "/_metadata";
  private static final int METADATA_SIZE_BYTES_MAX = 64 << 20;

  private final CheckpointStorage storage;

  /** {@code null} if the directory cannot be used. */
  private final @Nullable LocalCopies copies;

  /** The expected files, by their paths, from the metadata of checkpoints. */
  private final Map<String, FileRef> expected = new ConcurrentHashMap<>();

  private LocalCopyStorage(CheckpointStorage storage, @Nullable LocalCopies copies) {
    this.storage = storage;
    this.copies = copies;
  }

  /**
   * Keeps copies of what is written into a storage.
   *
   * @param storage the storage; closed with this
   * @param directory a directory for the copies only; created if it does not exist
   * @param sizeBytesMax the maximum size of all copies, in bytes; the oldest ones are deleted first
   * @return the storage
   * @throws IllegalArgumentException if the size is not more than 0
   */
  public static LocalCopyStorage open(
      CheckpointStorage storage, Path directory, long sizeBytesMax) {
    requireNonNull(storage, "storage");
    if (sizeBytesMax < 1) {
      throw new IllegalArgumentException("not a size for copies: bytes=" + sizeBytesMax);
    }
    return new LocalCopyStorage(storage, LocalCopies.open(directory, sizeBytesMax));
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public Object place() {
    return storage.place();
  }

  @Override
  public StorageOutput create(String file) {
    StorageOutput output = storage.create(file);
    LocalCopies.Copy copy = copies == null ? null : copies.begin(file);
    return copy == null ? output : new CopiedOutput(output, copy);
  }

  /** A file that is written to the storage and to a copy; only the storage counts. */
  private static final class CopiedOutput implements StorageOutput {
    private final StorageOutput output;
    private final LocalCopies.Copy copy;

    CopiedOutput(StorageOutput output, LocalCopies.Copy copy) {
      this.output = output;
      this.copy = copy;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      output.write(bytes, offset, length);
      copy.write(bytes, offset, length);
    }

    @Override
    public void commit() {
      output.commit();
      copy.keep();
    }

    @Override
    public void close() {
      try {
        output.close();
      } finally {
        copy.close();
      }
    }
  }

  @Override
  public void publish(String file, byte[] content) {
    storage.publish(file, content);
    expectFilesOf(file, content);
  }

  /** Notes what a checkpoint consists of, if this is its metadata. */
  private void expectFilesOf(String file, byte[] content) {
    if (copies == null || !file.endsWith(METADATA)) {
      return;
    }
    String directory = file.substring(0, file.length() - METADATA.length());
    try {
      CheckpointMetadata.decode(content, file)
          .files()
          .forEach(ref -> expected.put(ref.pathFrom(directory), ref));
    } catch (CorruptStateException | IncompatibleStateException e) {
      // The reader of the metadata gets the error. Here it only means that there is no copy.
      logger.debug("no copies of {}: {}", file, e.getMessage());
    }
  }

  @Override
  public StorageInput open(String file) {
    if (copies != null && file.endsWith(METADATA)) {
      return openMetadata(file);
    }
    Path copy = copy(file);
    if (copy == null) {
      return storage.open(file);
    }
    try {
      return new CopiedInput(FileInput.open(copy), () -> storage.open(file));
    } catch (IOException e) {
      logger.debug("the copy {} is gone: {}", copy, e.toString());
      return storage.open(file);
    }
  }

  private StorageInput openMetadata(String file) {
    StorageInput input = storage.open(file);
    try {
      long length = input.length();
      if (length <= METADATA_SIZE_BYTES_MAX) {
        byte[] content = new byte[(int) length];
        input.read(0, content, 0, content.length);
        expectFilesOf(file, content);
      }
      return input;
    } catch (RuntimeException | Error e) {
      try {
        input.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Returns the local copy of a file if there is a correct one. */
  private @Nullable Path copy(String file) {
    FileRef ref = expected.get(file);
    return copies == null || ref == null ? null : copies.verified(file, ref.length(), ref.crc32c());
  }

  @Override
  public void importFile(String file, Path source) {
    storage.importFile(file, source);
    if (copies != null) {
      copies.keep(file, source);
    }
  }

  @Override
  public void exportFile(String file, Path target) {
    Path copy = copy(file);
    if (copy == null || copies == null || !copies.export(copy, target)) {
      storage.exportFile(file, target);
    }
  }

  @Override
  public List<String> list(String directory) {
    return storage.list(directory);
  }

  @Override
  public void delete(String path) {
    if (copies != null) {
      copies.delete(path);
    }
    expected.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
    storage.delete(path);
  }

  /** Closes the other storage. The copies stay. */
  @Override
  public void close() {
    try {
      storage.close();
    } finally {
      if (copies != null) {
        copies.close();
      }
    }
  }

  /** A file that is read from its copy, and from the storage once that fails. */
  private static final class CopiedInput implements StorageInput {
    private final StorageInput copy;
    private final Supplier<StorageInput> original;

    /** Guarded by {@code this}, as is the next. */
    private @Nullable StorageInput opened;

    private boolean isClosed;

    CopiedInput(StorageInput copy, Supplier<StorageInput> original) {
      this.copy = copy;
      this.original = original;
    }

    @Override
    public long length() {
      try {
        return copy.length();
      } catch (StateIoException e) {
        return original(e).length();
      }
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      try {
        copy.read(position, target, offset, length);
      } catch (StateIoException | CorruptStateException e) {
        original(e).read(position, target, offset, length);
      }
    }

    private synchronized StorageInput original(RuntimeException failure) {
      if (isClosed) {
        throw failure;
      }
      if (opened == null) {
        logger.debug("a copy cannot be read: {}", failure.getMessage());
        opened = original.get();
      }
      return opened;
    }

    @Override
    public void close() {
      StorageInput also;
      synchronized (this) {
        isClosed = true;
        also = opened;
      }
      try {
        copy.close();
      } finally {
        if (also != null) {
          also.close();
        }
      }
    }
  }
}
