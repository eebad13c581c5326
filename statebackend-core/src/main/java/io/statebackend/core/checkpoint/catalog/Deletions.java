// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody needs any more, so that no complete checkpoint ever lacks a file: of a
 * checkpoint the metadata first, and no shared file before the metadata of all checkpoints that may
 * refer to it.
 *
 * <p>What cannot be deleted is logged and remembered, and tried again with the next deletion. It is
 * forgotten when other metadata is in the same directory than that which is to be deleted: then
 * somebody else has put it there.
 *
 * <p>Thread-safe. No lock is held while the storage is called, so one thread at a time calls {@link
 * #run}.
 */
public final class Deletions {
  private static final Logger logger = LoggerFactory.getLogger(Deletions.class);

  private final CheckpointStorage storage;

  /** What is left to delete, by directory. Guarded by {@code this}. */
  private final Map<String, Doomed> directories = new LinkedHashMap<>();

  /** The shared files to delete when no directory is left. Guarded by {@code this}. */
  private final Set<String> sharedFiles = new LinkedHashSet<>();

  /**
   * The files of a checkpoint that are deleted.
   *
   * @param directory the directory of the checkpoint
   * @param ownMetadata which metadata belongs to it, and is deleted first; {@code null} if it has
   *     none any more, and then metadata that is found there belongs to somebody else
   * @param files the paths of its other files, or {@code null} for all that are named like ours
   */
  private record Doomed(
      String directory, @Nullable OwnMetadata ownMetadata, @Nullable List<String> files) {

    Doomed withoutMetadata() {
      return new Doomed(directory, null, files);
    }
  }

  /** Knows the metadata of a checkpoint again. */
  @FunctionalInterface
  private interface OwnMetadata {
    /**
     * Tells whether the metadata in a directory, which is there, is the one that is meant.
     *
     * @throws StateException if that cannot be told now
     */
    boolean isIn(CheckpointStorage storage, String directory);
  }

  /**
   * The metadata of a checkpoint that was complete, by what it says.
   *
   * @param checkpointId the number of the checkpoint
   * @param length the bytes that it takes
   * @param crc32c their checksum
   */
  private record Complete(long checkpointId, int length, long crc32c) implements OwnMetadata {

    static Complete of(StoredCheckpoint checkpoint) {
      byte[] encoded = checkpoint.metadata().encode();
      CRC32C crc = new CRC32C();
      crc.update(encoded, 0, encoded.length);
      return new Complete(checkpoint.metadata().checkpointId(), encoded.length, crc.getValue());
    }

    @Override
    public boolean isIn(CheckpointStorage storage, String directory) {
      try {
        return equals(of(StoredCheckpoint.read(storage, directory)));
      } catch (IncompatibleStateException e) {
        return false;
      }
    }
  }

  /** The metadata of a checkpoint that could not be read: whatever is there and not intact. */
  private record Damaged() implements OwnMetadata {

    @Override
    public boolean isIn(CheckpointStorage storage, String directory) {
      try {
        CheckpointCatalog.intact(storage, directory);
        return false;
      } catch (CorruptStateException | StateIoException e) {
        return true; // As it was when it was found.
      } catch (IncompatibleStateException e) {
        return false;
      }
    }
  }

  /**
   * The metadata that a checkpoint tried to publish.
   *
   * @param content its bytes
   */
  private record Tried(ByteBuffer content) implements OwnMetadata {

    @Override
    public boolean isIn(CheckpointStorage storage, String directory) {
      try (StorageInput in = storage.open(metadataIn(directory))) {
        if (in.length() != content.remaining()) {
          return false;
        }
        byte[] actual = new byte[content.remaining()];
        in.read(0, actual, 0, actual.length);
        return content.equals(ByteBuffer.wrap(actual));
      }
    }
  }

  /** Creates the deletions of a storage, none to begin with. */
  public Deletions(CheckpointStorage storage) {
    this.storage = storage;
  }

  /** Adds a checkpoint that was complete. */
  public void addComplete(StoredCheckpoint checkpoint) {
    add(new Doomed(checkpoint.directory(), Complete.of(checkpoint), checkpoint.ownFiles()));
  }

  /**
   * Adds a checkpoint that is damaged, with all files in it that are named like ours. If it is
   * intact when it is to be deleted, somebody has repaired it, and it is left alone.
   */
  public void addDamaged(String directory) {
    add(new Doomed(directory, new Damaged(), null));
  }

  private synchronized void add(Doomed doomed) {
    directories.put(doomed.directory(), doomed);
  }

  /**
   * Adds a checkpoint that was aborted.
   *
   * @param directory its directory
   * @param ownMetadata the bytes that it tried to publish, or {@code null} if it did not get so far
   * @param files the paths of the files that it created in its directory
   */
  public void addAborted(String directory, byte @Nullable [] ownMetadata, List<String> files) {
    if (ownMetadata != null || !files.isEmpty()) {
      add(
          new Doomed(
              directory,
              ownMetadata == null ? null : new Tried(ByteBuffer.wrap(ownMetadata)),
              files));
    }
  }

  /** Adds files of checkpoints that were never completed, as a crash leaves them. */
  public void addUnfinished(Collection<String> paths) {
    Map<String, List<String>> byDirectory = new LinkedHashMap<>();
    for (String path : paths) {
      byDirectory
          .computeIfAbsent(path.substring(0, path.indexOf('/')), key -> new ArrayList<>())
          .add(path);
    }
    byDirectory.forEach((directory, files) -> addAborted(directory, null, files));
  }

  /** Adds shared files that no checkpoint refers to any more. */
  public synchronized void addShared(Collection<String> paths) {
    sharedFiles.addAll(paths);
  }

  /** Tells whether something of a directory is left to delete. */
  public synchronized boolean isPending(String directory) {
    return directories.containsKey(directory);
  }

  /** Tries to delete everything that is left. Does not throw whatever the storage does. */
  public void run() {
    doomed().forEach(this::delete);
    for (String path : deletableSharedFiles()) {
      if (delete(path)) {
        synchronized (this) {
          sharedFiles.remove(path);
        }
      }
    }
  }

  private synchronized List<Doomed> doomed() {
    return new ArrayList<>(directories.values());
  }

  private synchronized List<String> deletableSharedFiles() {
    return directories.isEmpty() ? new ArrayList<>(sharedFiles) : List.of();
  }

  /** Deletes a checkpoint, and forgets it if nothing is left of it. */
  private void delete(Doomed doomed) {
    String directory = doomed.directory();
    try {
      if (storage.list(directory).contains(FileNames.METADATA)
          && (doomed.ownMetadata() == null || !doomed.ownMetadata().isIn(storage, directory))) {
        logger.warn(
            "{} in {} was put there by somebody else: it is left alone",
            directory,
            storage.location());
        replace(doomed, null);
        return;
      }
    } catch (Throwable e) {
      warn(directory, e);
      return;
    }
    Doomed rest = doomed;
    if (doomed.ownMetadata() != null) {
      // Also if it is not there: an earlier deletion of it may have failed before it was durable.
      if (!delete(metadataIn(directory))) {
        return;
      }
      rest = doomed.withoutMetadata();
      replace(doomed, rest);
    }
    boolean isAllDeleted = true;
    try {
      for (String file : files(rest)) {
        isAllDeleted &= delete(file);
      }
    } catch (Throwable e) {
      warn(directory, e);
      return;
    }
    if (isAllDeleted) {
      replace(rest, null);
    }
  }

  /** Replaces what is to be deleted of a directory, unless that was replaced meanwhile. */
  private synchronized void replace(Doomed expected, @Nullable Doomed next) {
    if (expected.equals(directories.get(expected.directory()))) {
      if (next == null) {
        directories.remove(expected.directory());
      } else {
        directories.put(expected.directory(), next);
      }
    }
  }

  private static String metadataIn(String directory) {
    return directory + "/" + FileNames.METADATA;
  }

  private List<String> files(Doomed doomed) {
    return doomed.files() != null
        ? doomed.files()
        : storage.list(doomed.directory()).stream()
            .filter(FileNames::isSnapshot)
            .map(name -> doomed.directory() + "/" + name)
            .toList();
  }

  private boolean delete(String path) {
    try {
      storage.delete(path);
      return true;
    } catch (Throwable e) {
      warn(path, e);
      return false;
    }
  }

  private void warn(String path, Throwable cause) {
    logger.warn(
        "cannot delete {} in {}; it stays as garbage until the next try",
        path,
        storage.location(),
        cause);
  }
}
