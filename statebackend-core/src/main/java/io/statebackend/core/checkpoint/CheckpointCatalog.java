// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete checkpoints of a storage, and what of its files nobody needs.
 *
 * <p>Not thread-safe; the coordinator guards it. A checkpoint is complete when its metadata is
 * there.
 */
final class CheckpointCatalog {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointCatalog.class);

  static final String CHECKPOINT_PREFIX = "chk-";
  static final String SAVEPOINT_PREFIX = "savepoint-";

  private final CheckpointStorage storage;

  /** The complete checkpoints that can be read, by number. */
  private final NavigableMap<Long, StoredCheckpoint> complete = new TreeMap<>();

  /** The numbers of checkpoints that are damaged. */
  private final Set<Long> damaged = new TreeSet<>();

  /** The numbers of checkpoints of a newer format, and what reading them said. */
  private final NavigableMap<Long, IncompatibleStateException> newer = new TreeMap<>();

  /** Why metadata could not be read. */
  private final List<CorruptStateException> unreadable = new ArrayList<>();

  private long highestId;

  /**
   * What nobody needs any more.
   *
   * @param directories the directories of checkpoints
   * @param sharedFiles the paths of shared files
   */
  record Unneeded(List<String> directories, Set<String> sharedFiles) {
    static final Unneeded NOTHING = new Unneeded(List.of(), Set.of());

    List<String> paths() {
      return Stream.concat(directories.stream(), sharedFiles.stream()).toList();
    }
  }

  /**
   * Reads what is there.
   *
   * @throws IllegalArgumentException if the storage is not one of checkpoints, but a checkpoint
   *     itself
   */
  CheckpointCatalog(CheckpointStorage storage) {
    this.storage = storage;
    if (storage.list("").contains(StoredCheckpoint.METADATA_FILE)) {
      throw new IllegalArgumentException(
          "%s is itself a checkpoint or savepoint, not a directory of them: open the directory above it, and restore it by restoreFrom(storage, name)"
              .formatted(storage.location()));
    }
    for (String name : storage.list("")) {
      Optional<Long> id = idOf(name);
      if (id.isPresent()) {
        highestId = Math.max(highestId, id.get());
        if (isComplete(storage, name)) {
          read(id.get(), name);
        }
      } else if (isComplete(storage, name) && name.startsWith(SAVEPOINT_PREFIX)) {
        highestId = Math.max(highestId, savepointId(name));
      }
    }
    for (String file : storage.list(StoredCheckpoint.SHARED_DIRECTORY)) {
      highestId = Math.max(highestId, SharedFiles.checkpointOf(file).orElse(0));
    }
  }

  /** Returns the number of a savepoint, so that no checkpoint gets it; 0 if it cannot be read. */
  private long savepointId(String directory) {
    try {
      return StoredCheckpoint.read(storage, directory).metadata().checkpointId();
    } catch (CorruptStateException | IncompatibleStateException e) {
      logger.warn("{} in {} cannot be read: {}", directory, storage.location(), e.getMessage());
      return 0;
    }
  }

  private void read(long id, String directory) {
    try {
      complete.put(id, readOwn(storage, directory));
    } catch (CorruptStateException e) {
      logger.warn("checkpoint {} in {} is damaged: {}", id, storage.location(), e.getMessage());
      damaged.add(id);
      unreadable.add(e);
    } catch (IncompatibleStateException e) {
      newer.put(id, e);
    }
  }

  /**
   * Reads a checkpoint, and checks that it has the number that its directory says.
   *
   * @throws CorruptStateException if it is damaged, or the metadata of another one
   * @throws IncompatibleStateException if it is of a newer format
   */
  private static StoredCheckpoint readOwn(CheckpointStorage source, String directory) {
    StoredCheckpoint checkpoint = StoredCheckpoint.read(source, directory);
    long actual = checkpoint.metadata().checkpointId();
    long expected = idOf(directory).orElse(actual);
    if (actual != expected) {
      throw new CorruptStateException(
          "metadata belongs to another checkpoint: expected=%d, actual=%d"
              .formatted(expected, actual),
          checkpoint.describe() + "/" + StoredCheckpoint.METADATA_FILE,
          0);
    }
    return checkpoint;
  }

  static String directoryOf(long id) {
    return CHECKPOINT_PREFIX + id;
  }

  private static Optional<Long> idOf(String name) {
    boolean numbered =
        name.startsWith(CHECKPOINT_PREFIX)
            && name.substring(CHECKPOINT_PREFIX.length()).matches("[1-9][0-9]{0,17}");
    return numbered
        ? Optional.of(Long.parseLong(name.substring(CHECKPOINT_PREFIX.length())))
        : Optional.empty();
  }

  /** Makes sure that later checkpoints have greater numbers than one of another storage. */
  void follow(StoredCheckpoint restored) {
    highestId = Math.max(highestId, restored.metadata().checkpointId());
  }

  /** Returns a number that no checkpoint had of which anything is left, complete or not. */
  long newId() {
    return ++highestId;
  }

  List<CompletedCheckpoint> complete() {
    return complete.values().stream().map(StoredCheckpoint::summary).toList();
  }

  /**
   * Returns the checkpoint of a number, every byte of it verified.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if it is damaged
   */
  StoredCheckpoint intact(long id) {
    if (damaged.contains(id) || newer.containsKey(id)) {
      // Reading it again tells what is wrong.
      readOwn(storage, directoryOf(id)).verify();
    }
    StoredCheckpoint checkpoint = complete.get(id);
    if (checkpoint == null) {
      throw new IllegalArgumentException(
          "no complete checkpoint %d in %s; there are %s"
              .formatted(id, storage.location(), complete.keySet()));
    }
    checkpoint.verify();
    return checkpoint;
  }

  /**
   * Finds the latest checkpoint that is intact, every byte of it verified.
   *
   * @return the checkpoint, or nothing if there is none at all
   * @throws CorruptStateException if there are some and all are damaged
   * @throws IncompatibleStateException if a checkpoint of a newer format is later
   */
  Optional<StoredCheckpoint> latestIntact() {
    checkNoneIsNewer();
    CorruptStateException firstDamage = unreadable.isEmpty() ? null : unreadable.get(0);
    for (StoredCheckpoint checkpoint : List.copyOf(complete.descendingMap().values())) {
      try {
        checkpoint.verify();
        return Optional.of(checkpoint);
      } catch (CorruptStateException e) {
        long id = checkpoint.metadata().checkpointId();
        logger.warn(
            "checkpoint {} is damaged, falling back to the one before: {}", id, e.getMessage());
        markDamaged(id);
        if (firstDamage == null) {
          firstDamage = e;
        } else {
          firstDamage.addSuppressed(e);
        }
      }
    }
    if (!damaged.isEmpty()) {
      throw new CorruptStateException(
          "every checkpoint is damaged: checkpoints="
              + damaged
              + (firstDamage == null ? "" : ", latest: " + firstDamage.getMessage())
              + "; restore a savepoint or a backup, or start empty on purpose",
          storage.location(),
          CorruptStateException.UNKNOWN_OFFSET,
          firstDamage);
    }
    return Optional.empty();
  }

  /** To go back behind a checkpoint of a newer format is for the user to decide. */
  private void checkNoneIsNewer() {
    long latest = complete.isEmpty() ? 0 : complete.lastKey();
    if (!newer.isEmpty() && newer.lastKey() > latest) {
      IncompatibleStateException cause = newer.lastEntry().getValue();
      throw new IncompatibleStateException(
          "the latest checkpoint was written by a newer version: %s; run that version, or go back on purpose by restoreFrom(id) with one of %s, or startEmpty()"
              .formatted(cause.getMessage(), complete.keySet()),
          cause);
    }
  }

  private void markDamaged(long id) {
    complete.remove(id);
    damaged.add(id);
  }

  /**
   * Reads a checkpoint or savepoint by its directory, and verifies every byte of it.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if it is damaged
   * @throws IncompatibleStateException if it is of a newer format
   */
  static StoredCheckpoint intact(CheckpointStorage source, String directory) {
    StoredCheckpoint checkpoint = complete(source, directory);
    checkpoint.verify();
    return checkpoint;
  }

  /**
   * Reads what a checkpoint or savepoint consists of, by its directory.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if its metadata is damaged
   * @throws IncompatibleStateException if it is of a newer format
   */
  static StoredCheckpoint complete(CheckpointStorage source, String directory) {
    if (!isComplete(source, directory)) {
      List<String> found =
          source.list("").stream().filter(name -> isComplete(source, name)).sorted().toList();
      throw new IllegalArgumentException(
          "no complete checkpoint or savepoint '%s' in %s; there are %s"
              .formatted(directory, source.location(), found));
    }
    return readOwn(source, directory);
  }

  /**
   * Reads what the latest complete checkpoint consists of.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if its metadata is damaged
   * @throws IncompatibleStateException if it is of a newer format
   */
  static StoredCheckpoint latest(CheckpointStorage source) {
    return source.list("").stream()
        .map(CheckpointCatalog::idOf)
        .flatMap(Optional::stream)
        .sorted(Comparator.reverseOrder())
        .map(CheckpointCatalog::directoryOf)
        .filter(directory -> isComplete(source, directory))
        .findFirst()
        .map(directory -> readOwn(source, directory))
        .orElseThrow(
            () -> new IllegalArgumentException("no complete checkpoint in " + source.location()));
  }

  private static boolean isComplete(CheckpointStorage source, String directory) {
    return filesIn(source, directory).contains(StoredCheckpoint.METADATA_FILE);
  }

  /** Lists a directory; a plain file, which somebody else has put there, holds nothing. */
  private static List<String> filesIn(CheckpointStorage source, String directory) {
    try {
      return source.list(directory);
    } catch (StateIoException e) {
      if (e.getCause() instanceof NotDirectoryException) {
        logger.warn(
            "{} in {} is a file and no checkpoint: it is left alone", directory, source.location());
        return List.of();
      }
      throw e;
    }
  }

  void add(StoredCheckpoint checkpoint) {
    complete.put(checkpoint.metadata().checkpointId(), checkpoint);
  }

  /**
   * Takes the checkpoints that are not among the last ones out of the catalog.
   *
   * @param retained how many are kept
   * @param pinnedId one that is kept whatever its age
   * @return what nobody needs any more
   */
  Unneeded subsume(int retained, long pinnedId) {
    List<StoredCheckpoint> removed = new ArrayList<>();
    List<Long> ids = new ArrayList<>(complete.navigableKeySet());
    for (long id : ids.subList(0, Math.max(0, ids.size() - retained))) {
      if (id != pinnedId) {
        removed.add(complete.remove(id));
      }
    }
    List<String> directories = new ArrayList<>();
    Set<String> unshared = new TreeSet<>();
    for (StoredCheckpoint checkpoint : removed) {
      directories.add(checkpoint.directory());
      unshared.addAll(checkpoint.sharedFiles());
    }
    long oldestRetained = ids.get(Math.max(0, ids.size() - retained));
    List<Long> outdated = damaged.stream().filter(id -> id < oldestRetained).toList();
    outdated.forEach(
        id -> {
          damaged.remove(id);
          directories.add(directoryOf(id));
        });
    unshared.removeAll(referencedSharedFiles());
    return new Unneeded(directories, unshared);
  }

  private Set<String> referencedSharedFiles() {
    Set<String> referenced = new HashSet<>();
    complete.values().forEach(checkpoint -> referenced.addAll(checkpoint.sharedFiles()));
    return referenced;
  }

  /**
   * Lists what no complete checkpoint or savepoint reaches: directories without metadata, and
   * shared files without a reference. While a damaged checkpoint may refer to any, no shared file
   * is listed.
   */
  Unneeded garbage() {
    List<String> directories = new ArrayList<>();
    Set<String> unshared = new TreeSet<>();
    for (String name : storage.list("")) {
      boolean isCheckpoint = idOf(name).isPresent() || name.startsWith(SAVEPOINT_PREFIX);
      // One that is empty is a plain file, or was deleted meanwhile.
      List<String> files = isCheckpoint ? filesIn(storage, name) : List.of();
      if (!files.isEmpty() && !files.contains(StoredCheckpoint.METADATA_FILE)) {
        directories.add(name);
      }
    }
    if (damaged.isEmpty() && newer.isEmpty()) {
      Set<String> referenced = referencedSharedFiles();
      for (String name : storage.list(StoredCheckpoint.SHARED_DIRECTORY)) {
        String path = StoredCheckpoint.SHARED_DIRECTORY + "/" + name;
        if (!referenced.contains(path)) {
          unshared.add(path);
        }
      }
    }
    return new Unneeded(directories, unshared);
  }
}
