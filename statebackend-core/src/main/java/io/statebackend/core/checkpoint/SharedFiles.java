// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.FileRef;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * The files of one native snapshot: new ones, and ones of the snapshot before. Names are references
 * as the metadata holds them.
 *
 * <p>A new file is named after subtask, checkpoint and a counter: {@code count-0-7-1}. No two files
 * have one name, as no two checkpoints have one number; for that a file counts as well that a
 * checkpoint left which was never completed ({@link #checkpointOf}).
 */
final class SharedFiles implements NativeFiles {
  private static final Pattern NAME = Pattern.compile(".+-([1-9][0-9]{0,17})-[1-9][0-9]*");

  private final CheckpointStorage storage;
  private final String namePrefix;
  private final Map<String, FileRef> reusable;

  /** The files of the snapshot; guarded by {@code this}. */
  private final Map<String, FileRef> files = new LinkedHashMap<>();

  /** The paths of the files that were begun; guarded by {@code this}. */
  private final List<String> created = new ArrayList<>();

  /** The number of names that were given; guarded by {@code this}. */
  private int nameCount;

  /**
   * Begins with no files.
   *
   * @param storage where files are created
   * @param subtaskName a name that no other subtask of the process has
   * @param checkpointId the checkpoint
   * @param reusable the files of the last completed snapshot of the same store, by name
   */
  SharedFiles(
      CheckpointStorage storage,
      String subtaskName,
      long checkpointId,
      Map<String, FileRef> reusable) {
    this.storage = storage;
    this.namePrefix = subtaskName + "-" + checkpointId + "-";
    this.reusable = reusable;
  }

  /**
   * Returns the number of the checkpoint that created a file, so that no other one gets it.
   *
   * @param name the name of a file in the directory of shared files
   * @return the number, or nothing if the name is not one of ours
   */
  static OptionalLong checkpointOf(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  private synchronized String newName() {
    return namePrefix + ++nameCount;
  }

  @Override
  public NewFile create() {
    String name = newName();
    StorageOutput output =
        new MeasuredOutput(
            storage.create(path(name)),
            measure -> addFile(FileRef.ofShared(name, measure.length(), measure.crc32c())));
    synchronized (this) {
      created.add(path(name));
    }
    return new NewFile(name, output);
  }

  @Override
  public String importFile(Path source) {
    String name = newName();
    // Measured first: if the file is damaged meanwhile, the storage has what the checksum is not
    // of.
    FileRef file = measured(name, source);
    synchronized (this) {
      created.add(path(name));
    }
    storage.importFile(path(name), source);
    addFile(file);
    return name;
  }

  private static FileRef measured(String name, Path source) {
    CRC32C crc = new CRC32C();
    try (CheckedInputStream in = new CheckedInputStream(Files.newInputStream(source), crc)) {
      long length = in.transferTo(OutputStream.nullOutputStream());
      return FileRef.ofShared(name, length, (int) crc.getValue());
    } catch (IOException e) {
      throw new StateIoException("cannot read a local file: file=" + source + ", reason=" + e, e);
    }
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
    return StoredCheckpoint.open(storage, restoredPath(name));
  }

  @Override
  public void exportFile(String name, Path target) {
    StoredCheckpoint.export(storage, restoredPath(name), target);
  }

  /** A manifest that is damaged may name whatever it likes. */
  private String restoredPath(String name) {
    if (!reusable.containsKey(name)) {
      throw new CorruptStateException(
          "not a file of the snapshot: name='%s', files=%s".formatted(name, reusable.keySet()));
    }
    return path(name);
  }

  synchronized List<FileRef> files() {
    return List.copyOf(files.values());
  }

  /** Returns the paths in the storage of all files that were begun. */
  synchronized List<String> created() {
    return List.copyOf(created);
  }
}
