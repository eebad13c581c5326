// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.FileRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The files of one native snapshot: new ones, and ones of the snapshot before. Names are references
 * as the metadata holds them.
 */
final class SharedFiles implements NativeFiles {
  private final CheckpointStorage storage;
  private final String namePrefix;
  private final Map<String, FileRef> reusable;

  /** The files of the snapshot; guarded by {@code this}. */
  private final Map<String, FileRef> files = new LinkedHashMap<>();

  /** The paths of the files that were begun; guarded by {@code this}. */
  private final List<String> created = new ArrayList<>();

  /**
   * Begins with no files.
   *
   * @param storage where files are created
   * @param namePrefix what names of new files begin with
   * @param reusable the files of the last completed snapshot of the same store, by name
   */
  SharedFiles(CheckpointStorage storage, String namePrefix, Map<String, FileRef> reusable) {
    this.storage = storage;
    this.namePrefix = namePrefix;
    this.reusable = reusable;
  }

  @Override
  public NewFile create() {
    String name = namePrefix + "-" + UUID.randomUUID();
    StorageOutput output =
        new MeasuredOutput(
            storage.create(path(name)),
            measure -> addFile(FileRef.ofShared(name, measure.length(), measure.crc32c())));
    synchronized (this) {
      created.add(path(name));
    }
    return new NewFile(name, output);
  }

  private static String path(String name) {
    return StoredCheckpoint.SHARED_DIRECTORY + "/" + name;
  }

  private synchronized void addFile(FileRef file) {
    files.put(file.name(), file);
  }

  @Override
  public void reuse(String name) {
    FileRef file = reusable.get(name);
    if (file == null) {
      throw new IllegalArgumentException(
          "file is not part of the last completed checkpoint: name=" + name);
    }
    addFile(file);
  }

  @Override
  public StorageInput open(String name) {
    return StoredCheckpoint.open(storage, path(name));
  }

  synchronized List<FileRef> files() {
    return List.copyOf(files.values());
  }

  /** Returns the paths in the storage of all files that were begun. */
  synchronized List<String> created() {
    return List.copyOf(created);
  }
}
