// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * The files of one native snapshot: new ones, and ones of the snapshot before. Names are references
 * as the metadata holds them.
 *
 * <p>A new file is named after subtask, checkpoint and a counter: {@code count-0-7-1.native}. No
 * two files have the same name, because no two checkpoints have the same number. The files that an
 * unfinished checkpoint left behind count for that too.
 */
public final class SharedFiles implements NativeFiles {
  private final CheckpointStorage storage;
  private final String subtaskName;
  private final long checkpointId;
  private final Map<String, FileRef> reusable;
  private final Writing writing;

  /** The files of the snapshot; guarded by {@code this}. */
  private final Map<String, FileRef> files = new LinkedHashMap<>();

  /** The paths of the files that were begun; guarded by {@code this}. */
  private final List<String> created = new ArrayList<>();

  /** The names of the files of earlier checkpoints; guarded by {@code this}. */
  private final Set<String> reused = new TreeSet<>();

  /** The number of names that were given; guarded by {@code this}. */
  private int nameCount;

  /**
   * The checkpoint for which files are written. It is told about each file, so that it can stop the
   * writer.
   */
  public interface Writing {

    /**
     * Told that a file was begun, which is closed if this throws.
     *
     * @throws io.statebackend.api.StateClosedException if nothing is to be written any more
     */
    void opened(StorageOutput output);

    /** Told that a file was committed or closed. */
    void ended(StorageOutput output);

    /**
     * Called before a file is imported, because an import cannot be stopped.
     *
     * @throws io.statebackend.api.StateClosedException if nothing is to be written any more
     */
    void checkNotAborted();
  }

  /**
   * Begins with no files.
   *
   * @param storage where files are created
   * @param subtaskName a name that no other subtask of the process has
   * @param checkpointId the checkpoint
   * @param reusable the files of the last completed snapshot of the same store, by name
   * @param writing for whom files are created
   */
  public SharedFiles(
      CheckpointStorage storage,
      String subtaskName,
      long checkpointId,
      Map<String, FileRef> reusable,
      Writing writing) {
    this.storage = storage;
    this.subtaskName = subtaskName;
    this.checkpointId = checkpointId;
    this.reusable = reusable;
    this.writing = writing;
  }

  /** Returns the files of a snapshot that is only read. */
  static SharedFiles stored(
      CheckpointStorage storage, long checkpointId, Map<String, FileRef> files) {
    return new SharedFiles(storage, "", checkpointId, files, new ReadOnly());
  }

  /** Nobody writes into a snapshot that is restored. */
  private static final class ReadOnly implements Writing {
    @Override
    public void opened(StorageOutput output) {
      throw new UnsupportedOperationException("a snapshot that is restored is only read");
    }

    @Override
    public void ended(StorageOutput output) {}

    @Override
    public void checkNotAborted() {
      throw new UnsupportedOperationException("a snapshot that is restored is only read");
    }
  }

  private synchronized String newName() {
    return FileNames.nativeFile(subtaskName, checkpointId, ++nameCount);
  }

  @Override
  public NewFile create() {
    writing.checkNotAborted();
    String name = newName();
    StorageOutput output =
        new MeasuredOutput(
            storage.create(path(name)),
            measure -> addFile(FileRef.ofShared(name, measure.length(), measure.crc32c())),
            writing::ended);
    synchronized (this) {
      created.add(path(name));
    }
    try {
      writing.opened(output);
    } catch (Throwable e) {
      Closing.allAfter(e, List.of(output::close));
      throw e;
    }
    return new NewFile(name, output);
  }

  @Override
  public String importFile(Path source) {
    writing.checkNotAborted();
    String name = newName();
    // Measured first: if the file is damaged meanwhile, the storage has what the checksum is not
    // of.
    FileRef file = measured(name, source);
    storage.importFile(path(name), source);
    synchronized (this) {
      created.add(path(name));
      files.put(file.name(), file);
    }
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
    return FileNames.SHARED_DIRECTORY + "/" + name;
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
    synchronized (this) {
      reused.add(name);
    }
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

  /** Returns the files of a native snapshot by their names in the manifest. */
  public static Map<String, FileRef> byName(NativeSnapshot snapshot) {
    return snapshot.files().stream()
        .collect(Collectors.toUnmodifiableMap(FileRef::name, file -> file, (a, b) -> a));
  }

  /** Returns the files that the snapshot consists of so far. */
  public synchronized List<FileRef> files() {
    return List.copyOf(files.values());
  }

  /** Returns the bytes of those that are new. */
  public synchronized long createdBytes() {
    return files.values().stream()
        .filter(file -> !reused.contains(file.name()))
        .mapToLong(FileRef::length)
        .sum();
  }

  /** Returns the names of those that earlier checkpoints have created. */
  public synchronized Set<String> reused() {
    return Set.copyOf(reused);
  }

  /** Returns the paths in the storage of all files that were begun. */
  public synchronized List<String> created() {
    return List.copyOf(created);
  }
}
