// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody needs any more, so that no complete checkpoint ever lacks a file: of a
 * checkpoint the metadata first, and no shared file before the metadata of all checkpoints that may
 * refer to it.
 *
 * <p>What cannot be deleted is logged and remembered, and tried again with the next deletion. It is
 * forgotten when somebody else has published metadata in the same directory.
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
   * @param ownMetadata the metadata that belongs to it, which is deleted first; {@code null} if it
   *     has none, and then metadata that is found there belongs to somebody else
   * @param isComplete whether its metadata goes whatever it says, since the checkpoint was complete
   * @param files the paths of its other files, or {@code null} for all that are named like ours
   */
  private record Doomed(
      String directory,
      @Nullable ByteBuffer ownMetadata,
      boolean isComplete,
      @Nullable List<String> files) {}

  /** Creates the deletions of a storage, none to begin with. */
  public Deletions(CheckpointStorage storage) {
    this.storage = storage;
  }

  /** Adds a checkpoint that was complete, and whose metadata is deleted whatever it says. */
  public synchronized void addComplete(String directory, List<String> files) {
    directories.put(directory, new Doomed(directory, null, true, files));
  }

  /** Adds a checkpoint whose metadata is damaged, with all files in it that are named like ours. */
  public synchronized void addDamaged(String directory) {
    directories.put(directory, new Doomed(directory, null, true, null));
  }

  /**
   * Adds a checkpoint that was aborted.
   *
   * @param directory its directory
   * @param ownMetadata the bytes that it tried to publish, or {@code null} if it did not get so far
   * @param files the paths of the files that it created in its directory
   */
  public synchronized void addAborted(
      String directory, byte @Nullable [] ownMetadata, List<String> files) {
    if (ownMetadata != null || !files.isEmpty()) {
      directories.put(
          directory,
          new Doomed(
              directory, ownMetadata == null ? null : ByteBuffer.wrap(ownMetadata), false, files));
    }
  }

  /** Adds files of checkpoints that were never completed, as a crash leaves them. */
  public synchronized void addUnfinished(Collection<String> paths) {
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
    for (Doomed doomed : doomed()) {
      if (delete(doomed)) {
        synchronized (this) {
          boolean unused = directories.remove(doomed.directory(), doomed);
        }
      }
    }
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

  /** Returns {@code true} if nothing of a checkpoint is left. */
  private boolean delete(Doomed doomed) {
    String metadata = doomed.directory() + "/" + FileNames.METADATA;
    if (!doomed.isComplete()) {
      try {
        if (storage.list(doomed.directory()).contains(FileNames.METADATA)
            && !isOwn(metadata, doomed.ownMetadata())) {
          logger.warn(
              "{} in {} was published by somebody else: it is left alone",
              doomed.directory(),
              storage.location());
          return true;
        }
      } catch (Throwable e) {
        warn(doomed.directory(), e);
        return false;
      }
    }
    boolean isDeleted = doomed.isComplete() || doomed.ownMetadata() != null;
    if (isDeleted && !delete(metadata)) {
      return false;
    }
    boolean isAllDeleted = true;
    try {
      for (String file : files(doomed)) {
        isAllDeleted &= delete(file);
      }
    } catch (Throwable e) {
      warn(doomed.directory(), e);
      return false;
    }
    return isAllDeleted;
  }

  private List<String> files(Doomed doomed) {
    return doomed.files() != null
        ? doomed.files()
        : storage.list(doomed.directory()).stream()
            .filter(FileNames::isSnapshot)
            .map(name -> doomed.directory() + "/" + name)
            .toList();
  }

  private boolean isOwn(String path, @Nullable ByteBuffer expected) {
    if (expected == null) {
      return false;
    }
    try (StorageInput in = storage.open(path)) {
      if (in.length() != expected.remaining()) {
        return false;
      }
      byte[] actual = new byte[expected.remaining()];
      in.read(0, actual, 0, actual.length);
      return expected.equals(ByteBuffer.wrap(actual));
    }
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
