// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateException;
import io.statebackend.api.storage.CheckpointStorage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody needs any more, so that no complete checkpoint ever lacks a file: of a
 * checkpoint the metadata first, and no shared file before the metadata of all checkpoints that may
 * refer to it. What cannot be deleted is logged; it is tried again with the next deletion, or when
 * the storage is opened again. Thread-safe.
 */
final class Deletions {
  private static final Logger logger = LoggerFactory.getLogger(Deletions.class);

  private final CheckpointStorage storage;

  /** The directories of checkpoints whose metadata may still be there. Guarded by {@code this}. */
  private final Set<String> directories = new LinkedHashSet<>();

  /** The shared files to delete when there are no such directories. Guarded by {@code this}. */
  private final Set<String> sharedFiles = new LinkedHashSet<>();

  Deletions(CheckpointStorage storage) {
    this.storage = storage;
  }

  /**
   * Deletes checkpoints and files.
   *
   * @param unneededDirectories the directories of checkpoints, complete or not
   * @param unneededFiles paths of shared files that no other checkpoint refers to
   */
  synchronized void delete(
      Collection<String> unneededDirectories, Collection<String> unneededFiles) {
    directories.addAll(unneededDirectories);
    sharedFiles.addAll(unneededFiles);
    for (String directory : List.copyOf(directories)) {
      if (delete(directory + "/" + StoredCheckpoint.METADATA_FILE)) {
        directories.remove(directory);
        boolean unused = delete(directory);
      }
    }
    if (directories.isEmpty()) {
      List<String> files = new ArrayList<>(sharedFiles);
      sharedFiles.clear();
      files.forEach(this::delete);
    }
  }

  private boolean delete(String path) {
    try {
      storage.delete(path);
      return true;
    } catch (StateException | UnsupportedOperationException e) {
      logger.warn("cannot delete {} in {}; it stays as garbage", path, storage.location(), e);
      return false;
    }
  }
}
