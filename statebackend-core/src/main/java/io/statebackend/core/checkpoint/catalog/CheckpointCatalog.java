// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete checkpoints of a storage, and which of its files nobody needs.
 *
 * <p>A checkpoint is complete when its metadata is there. One that cannot be read counts as
 * damaged, whether its bytes are wrong or the storage answers with an error twice in a row.
 *
 * <p>Not thread-safe; the coordinator guards it. Only the constructor and the methods that read a
 * checkpoint call the storage, and they are used while the coordinator is opened.
 */
public final class CheckpointCatalog {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointCatalog.class);

  private final CheckpointStorage storage;

  /** The complete checkpoints that can be read, by number. */
  private final NavigableMap<Long, StoredCheckpoint> complete = new TreeMap<>();

  /** The checkpoints that are damaged or cannot be read, by number, and why. */
  private final NavigableMap<Long, StateException> damaged = new TreeMap<>();

  /**
   * The checkpoints that are not damaged and that this program cannot read, by number, and why: of
   * another format, or too large for its heap.
   */
  private final NavigableMap<Long, StateException> unreadable = new TreeMap<>();

  /** The directories of complete savepoints. */
  private final Set<String> savepoints = new TreeSet<>();

  /** Directories with metadata that are named like checkpoints, but not like ours. */
  private final Set<String> foreign = new TreeSet<>();

  /** The names of shared files when the catalog was made. */
  private final List<String> sharedNames;

  /** Paths of files in the directories of checkpoints that were never completed. */
  private final List<String> unfinished = new ArrayList<>();

  private long highestId;

  /**
   * Checkpoints that are not retained any more.
   *
   * @param checkpoints those that were in the catalog
   * @param damaged the directories of damaged ones that are older than all retained ones
   * @param sharedFiles the paths of shared files that only they referred to
   */
  public record Subsumed(
      List<StoredCheckpoint> checkpoints, List<String> damaged, Set<String> sharedFiles) {
    /** Nothing was subsumed. */
    public static final Subsumed NOTHING = new Subsumed(List.of(), List.of(), Set.of());
  }

  /**
   * Reads what is there.
   *
   * @throws IllegalArgumentException if the storage is not one of checkpoints, but a checkpoint
   *     itself
   * @throws StateIoException if it cannot be listed
   */
  public CheckpointCatalog(CheckpointStorage storage) {
    this.storage = storage;
    List<String> names = new ArrayList<>(storage.list(""));
    names.sort(null);
    if (names.contains(FileNames.METADATA)) {
      throw new IllegalArgumentException(
          "%s is itself a checkpoint or savepoint, not a directory of them: open the directory above it, and restore it by restoreFrom(storage, name)"
              .formatted(storage.location()));
    }
    for (String name : names) {
      if (FileNames.looksLikeCheckpoint(name)) {
        addCheckpoint(name);
      } else if (FileNames.isSavepoint(name)) {
        addSavepoint(name);
      }
    }
    sharedNames = List.copyOf(filesIn(storage, FileNames.SHARED_DIRECTORY));
    for (String file : sharedNames) {
      highestId = Math.max(highestId, FileNames.checkpointOfNative(file).orElse(0));
    }
  }

  private void addCheckpoint(String directory) {
    OptionalLong id = FileNames.idOf(directory);
    List<String> files;
    try {
      files = twice(directory, () -> filesIn(storage, directory));
    } catch (StateIoException e) {
      logger.warn("{} in {} cannot be listed: {}", directory, storage.location(), e.getMessage());
      if (id.isPresent()) {
        highestId = Math.max(highestId, id.getAsLong());
        damaged.put(id.getAsLong(), e);
      } else {
        foreign.add(directory);
      }
      return;
    }
    if (id.isEmpty()) {
      logger.warn(
          "{} in {} is not one of ours, its number is above {}: it is left alone",
          directory,
          storage.location(),
          FileNames.ID_MAX);
      if (files.contains(FileNames.METADATA)) {
        foreign.add(directory);
      }
      return;
    }
    highestId = Math.max(highestId, id.getAsLong());
    if (files.contains(FileNames.METADATA)) {
      read(id.getAsLong(), directory);
    } else {
      addUnfinished(directory, files);
    }
  }

  private void addSavepoint(String directory) {
    try {
      List<String> files = twice(directory, () -> filesIn(storage, directory));
      if (files.contains(FileNames.METADATA)) {
        savepoints.add(directory);
        long id = readOwn(storage, directory).metadata().checkpointId();
        if (id <= FileNames.ID_MAX) {
          highestId = Math.max(highestId, id);
        }
      } else {
        addUnfinished(directory, files);
      }
    } catch (CorruptStateException | IncompatibleStateException | StateIoException e) {
      logger.warn("{} in {} cannot be read: {}", directory, storage.location(), e.getMessage());
    }
  }

  private void addUnfinished(String directory, List<String> files) {
    for (String file : files) {
      if (FileNames.isSnapshot(file)) {
        unfinished.add(directory + "/" + file);
      }
    }
  }

  private void read(long id, String directory) {
    try {
      complete.put(id, readOwn(storage, directory));
    } catch (IncompatibleStateException e) {
      unreadable.put(id, e);
    } catch (CorruptStateException | StateIoException e) {
      if (e instanceof StateIoException io && StoredCheckpoint.isHeapTooSmall(io)) {
        unreadable.put(id, e);
        return;
      }
      logger.warn("checkpoint {} in {} is damaged: {}", id, storage.location(), e.getMessage());
      damaged.put(id, e);
    }
  }

  /**
   * Reads a checkpoint, and checks that it has the number that its directory says. What fails with
   * an I/O error is tried twice.
   *
   * @throws CorruptStateException if it is damaged, or the metadata of another one
   * @throws IncompatibleStateException if it is of a format that this version does not read
   * @throws StateIoException if it cannot be read
   */
  public static StoredCheckpoint readOwn(CheckpointStorage source, String directory) {
    StoredCheckpoint checkpoint = twice(directory, () -> StoredCheckpoint.read(source, directory));
    long actual = checkpoint.metadata().checkpointId();
    long expected = FileNames.idOf(directory).orElse(actual);
    if (actual != expected) {
      throw new CorruptStateException(
          "metadata belongs to another checkpoint: expected=%d, actual=%d"
              .formatted(expected, actual),
          checkpoint.describe() + "/" + FileNames.METADATA,
          0);
    }
    return checkpoint;
  }

  private static void verify(StoredCheckpoint checkpoint) {
    boolean unused =
        twice(
            checkpoint.directory(),
            () -> {
              checkpoint.verify();
              return true;
            });
  }

  /** Calls the storage once more if it answers with an error, which may be over by then. */
  private static <T> T twice(String directory, Supplier<T> call) {
    try {
      return call.get();
    } catch (StateIoException e) {
      logger.warn("{} is looked at once more after an error: {}", directory, e.getMessage());
      return call.get();
    }
  }

  /**
   * Makes sure that later checkpoints have greater numbers than one of another storage, unless its
   * number leaves no room for that.
   */
  public void follow(StoredCheckpoint restored) {
    follow(restored.metadata().checkpointId());
  }

  /** Makes sure that later checkpoints have greater numbers. */
  public void follow(long id) {
    if (id < FileNames.ID_MAX) {
      highestId = Math.max(highestId, id);
    }
  }

  /**
   * Returns a number that no checkpoint had of which anything is left, complete or not.
   *
   * @throws StateException if there is none left
   */
  public long newId() {
    if (highestId >= FileNames.ID_MAX) {
      throw new StateIoException(
          "no number is left for a new checkpoint: highest=%d, storage=%s; move %s away, or restore it into an empty storage by restoreFrom(storage, directory)"
              .formatted(highestId, storage.location(), FileNames.directoryOf(highestId)));
    }
    return ++highestId;
  }

  /** Returns the complete checkpoints that can be read, the oldest first. */
  public List<StoredCheckpoint> complete() {
    return List.copyOf(complete.values());
  }

  /**
   * Returns the checkpoint of a number, every byte of it verified.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if it is damaged
   * @throws StateIoException if it cannot be read
   */
  public StoredCheckpoint intact(long id) {
    if (damaged.containsKey(id) || unreadable.containsKey(id)) {
      // Reading it again tells what is wrong.
      readOwn(storage, FileNames.directoryOf(id)).verify();
    }
    StoredCheckpoint checkpoint = complete.get(id);
    if (checkpoint == null) {
      throw new IllegalArgumentException(
          "no complete checkpoint %d in %s; there are %s"
              .formatted(id, storage.location(), complete.keySet()));
    }
    verify(checkpoint);
    return checkpoint;
  }

  /**
   * Finds the latest checkpoint that is intact, every byte of it verified.
   *
   * @param canFallBack whether an older one is taken when the latest is damaged
   * @return the checkpoint, or nothing if there is none at all
   * @throws CorruptStateException if there are some and all are damaged, or the latest one is and
   *     an older one must not be taken, or there is something that looks like one
   * @throws IncompatibleStateException if a checkpoint of another format is later
   * @throws StateIoException if a later one needs more heap than there is
   */
  public Optional<StoredCheckpoint> latestIntact(boolean canFallBack) {
    checkNoneIsUnreadable();
    if (!canFallBack && !damaged.isEmpty() && (complete.isEmpty() || isDamagedLatest())) {
      throw latestIsDamaged(damaged.lastKey(), damaged.lastEntry().getValue());
    }
    StateException firstDamage = damaged.isEmpty() ? null : damaged.lastEntry().getValue();
    for (StoredCheckpoint checkpoint : List.copyOf(complete.descendingMap().values())) {
      try {
        verify(checkpoint);
        return Optional.of(checkpoint);
      } catch (CorruptStateException | StateIoException e) {
        long id = checkpoint.metadata().checkpointId();
        complete.remove(id);
        damaged.put(id, e);
        if (!canFallBack) {
          throw latestIsDamaged(id, e);
        }
        logger.warn(
            "checkpoint {} is damaged, falling back to the one before: {}", id, e.getMessage());
        if (firstDamage == null) {
          firstDamage = e;
        } else if (firstDamage != e) {
          firstDamage.addSuppressed(e);
        }
      }
    }
    if (!damaged.isEmpty()) {
      throw new CorruptStateException(
          "every checkpoint is damaged: checkpoints="
              + damaged.keySet()
              + (firstDamage == null ? "" : ", latest: " + firstDamage.getMessage())
              + "; restore a savepoint or a backup, or start empty on purpose",
          storage.location(),
          CorruptStateException.UNKNOWN_OFFSET,
          firstDamage);
    }
    checkNothingLooksRestorable();
    return Optional.empty();
  }

  private boolean isDamagedLatest() {
    return damaged.lastKey() > complete.lastKey();
  }

  private CorruptStateException latestIsDamaged(long id, StateException damage) {
    return new CorruptStateException(
        "the latest checkpoint %d is damaged, and requireLatest() forbids an older one: %s; older ones are %s: restore one on purpose by restoreFrom(id)"
            .formatted(id, damage.getMessage(), complete.headMap(id).keySet()),
        storage.location(),
        CorruptStateException.UNKNOWN_OFFSET,
        damage);
  }

  /** Refuses to start empty beside something that a person may take for the latest state. */
  private void checkNothingLooksRestorable() {
    if (!foreign.isEmpty()) {
      throw new CorruptStateException(
          "no checkpoint in %s can be restored, but directories are named like checkpoints: %s; move them away, or start empty on purpose by startEmpty()"
              .formatted(storage.location(), foreign),
          storage.location(),
          CorruptStateException.UNKNOWN_OFFSET);
    }
    if (!unfinished.isEmpty() || !savepoints.isEmpty()) {
      logger.warn(
          "{} holds no complete checkpoint, only savepoints {} and files of unfinished checkpoints"
              + " {}; starting empty, a savepoint is restored by restoreLatestOrFrom(storage,"
              + " directory)",
          storage.location(),
          savepoints,
          unfinished);
    }
  }

  /** To go back behind a checkpoint that is not damaged is for the user to decide. */
  private void checkNoneIsUnreadable() {
    long latest = complete.isEmpty() ? 0 : complete.lastKey();
    if (unreadable.isEmpty() || unreadable.lastKey() <= latest) {
      return;
    }
    StateException cause = unreadable.lastEntry().getValue();
    String goBack =
        "or go back on purpose by restoreFrom(id) with one of %s, or startEmpty()"
            .formatted(complete.keySet());
    if (cause instanceof StateIoException) {
      throw new StateIoException(
          "the latest checkpoint cannot be read here: %s, %s".formatted(cause.getMessage(), goBack),
          cause);
    }
    throw new IncompatibleStateException(
        "the latest checkpoint is of a format that this version does not read: %s; run the version that wrote it, %s"
            .formatted(cause.getMessage(), goBack),
        cause);
  }

  /** Tells whether nothing was found that could be restored: a storage of a new program. */
  public boolean isEmpty() {
    return complete.isEmpty() && damaged.isEmpty() && unreadable.isEmpty();
  }

  /**
   * Returns the numbers of the complete checkpoints of this storage that would be lost if another
   * one became the latest.
   *
   * @param restored what is restored instead
   */
  public Set<Long> newerThan(StoredCheckpoint restored) {
    boolean isOwn = restored.storage().place().equals(storage.place());
    return isOwn
        ? Set.copyOf(complete.tailMap(restored.metadata().checkpointId(), false).keySet())
        : Set.copyOf(complete.keySet());
  }

  /**
   * Reads a checkpoint or savepoint by its directory, and verifies every byte of it.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if it is damaged
   * @throws IncompatibleStateException if it is of a format that this version does not read
   * @throws StateIoException if it cannot be read
   */
  public static StoredCheckpoint intact(CheckpointStorage source, String directory) {
    StoredCheckpoint checkpoint = complete(source, directory);
    verify(checkpoint);
    return checkpoint;
  }

  /**
   * Reads what a checkpoint or savepoint consists of, by its directory.
   *
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if its metadata is damaged
   * @throws IncompatibleStateException if it is of a format that this version does not read
   * @throws StateIoException if it cannot be read
   */
  public static StoredCheckpoint complete(CheckpointStorage source, String directory) {
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
   * @throws IncompatibleStateException if it is of a format that this version does not read
   * @throws StateIoException if it cannot be read
   */
  public static StoredCheckpoint latest(CheckpointStorage source) {
    return source.list("").stream()
        .map(FileNames::idOf)
        .flatMapToLong(OptionalLong::stream)
        .boxed()
        .sorted(java.util.Comparator.reverseOrder())
        .map(FileNames::directoryOf)
        .filter(directory -> isComplete(source, directory))
        .findFirst()
        .map(directory -> readOwn(source, directory))
        .orElseThrow(
            () -> new IllegalArgumentException("no complete checkpoint in " + source.location()));
  }

  private static boolean isComplete(CheckpointStorage source, String directory) {
    return filesIn(source, directory).contains(FileNames.METADATA);
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

  /** Adds a checkpoint that was completed. */
  public void add(StoredCheckpoint checkpoint) {
    complete.put(checkpoint.metadata().checkpointId(), checkpoint);
  }

  /**
   * Takes the checkpoints that are not among the last ones out of the catalog.
   *
   * @param retained how many are kept
   * @param pinned the numbers of those that are kept whatever their age
   * @return what nobody needs any more
   */
  public Subsumed subsume(int retained, Collection<Long> pinned) {
    List<StoredCheckpoint> removed = new ArrayList<>();
    List<Long> ids = new ArrayList<>(complete.navigableKeySet());
    for (long id : ids.subList(0, Math.max(0, ids.size() - retained))) {
      if (!pinned.contains(id)) {
        removed.add(complete.remove(id));
      }
    }
    Set<String> unshared = new TreeSet<>();
    for (StoredCheckpoint checkpoint : removed) {
      unshared.addAll(checkpoint.sharedFiles());
    }
    List<String> outdated = new ArrayList<>();
    if (!ids.isEmpty()) {
      long oldestRetained = ids.get(Math.max(0, ids.size() - retained));
      Set<Long> older = damaged.headMap(oldestRetained).keySet();
      older.forEach(id -> outdated.add(FileNames.directoryOf(id)));
      older.clear();
    }
    unshared.removeAll(referencedSharedFiles());
    return new Subsumed(removed, outdated, unshared);
  }

  private Set<String> referencedSharedFiles() {
    Set<String> referenced = new HashSet<>();
    complete.values().forEach(checkpoint -> referenced.addAll(checkpoint.sharedFiles()));
    return referenced;
  }

  /** Returns the paths of files in directories of checkpoints that were never completed. */
  public List<String> unfinished() {
    return List.copyOf(unfinished);
  }

  /**
   * Returns the paths of shared files to which no complete checkpoint refers, of those that were
   * there when the catalog was made. None while a damaged checkpoint may refer to any.
   */
  public Set<String> unreferencedSharedFiles() {
    Set<String> unshared = new TreeSet<>();
    if (damaged.isEmpty() && unreadable.isEmpty()) {
      Set<String> referenced = referencedSharedFiles();
      for (String name : sharedNames) {
        String path = FileNames.SHARED_DIRECTORY + "/" + name;
        if (FileNames.checkpointOfNative(name).isPresent() && !referenced.contains(path)) {
          unshared.add(path);
        }
      }
    }
    return unshared;
  }
}
