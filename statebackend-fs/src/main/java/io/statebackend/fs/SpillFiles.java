// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The working files of a store: one for each range of addresses that has segments. */
final class SpillFiles implements AutoCloseable {
  private static final long FILE_BYTES = 256L << 20;
  private static final int OPEN_COUNT_MAX = 64;

  private final Path directory;
  private final OpenFiles openFiles;
  private final long fileUnits;

  /**
   * The files with what snapshots contain, except released ones. Guarded by itself, as is what
   * follows.
   */
  private final Set<SpillFile> snapshotFiles = new HashSet<>();

  private long snapshotFileCount;
  private boolean isClosed;

  private final Map<Long, SpillFile> files = new HashMap<>();

  /**
   * Creates no file yet.
   *
   * @param segmentUnits the addresses of a segment, a power of two
   */
  SpillFiles(Path directory, long segmentUnits) {
    this(directory, segmentUnits, FILE_BYTES, OPEN_COUNT_MAX);
  }

  /** Does the same with files that are smaller and fewer, for tests. */
  SpillFiles(Path directory, long segmentUnits, long fileBytes, int openCountMax) {
    this.directory = directory;
    this.fileUnits = Math.max(segmentUnits, fileBytes / RecordLayout.UNIT_BYTES);
    this.openFiles = new OpenFiles(openCountMax);
  }

  /** Returns the file for a segment, which it counts from now on. */
  SpillFile place(long base) {
    SpillFile file =
        files.computeIfAbsent(
            base / fileUnits,
            number ->
                new SpillFile(directory.resolve("log-" + number), openFiles, number * fileUnits));
    file.segmentCount++;
    return file;
  }

  /** Releases a segment's place; the file is deleted with its last segment. */
  void free(SpillFile file, long base) {
    file.segmentCount--;
    if (file.segmentCount == 0) {
      files.remove(base / fileUnits);
      file.delete();
    }
  }

  /**
   * Returns what a snapshot has of segments, with a file of its own, which it deletes. Called by
   * any thread, also by one that still writes a snapshot while the store is closed.
   *
   * @throws StateClosedException if the files are closed
   */
  StoredSegments createSegments() {
    synchronized (snapshotFiles) {
      if (isClosed) {
        throw new StateClosedException("the store is closed: directory=" + directory);
      }
      SpillFile file =
          new SpillFile(directory.resolve("snapshot-" + ++snapshotFileCount), openFiles, 0);
      snapshotFiles.add(file);
      return new StoredSegments(file, () -> forget(file));
    }
  }

  private void forget(SpillFile file) {
    synchronized (snapshotFiles) {
      snapshotFiles.remove(file);
    }
  }

  /**
   * Closes and deletes all files, those that another thread writes too: none appears afterwards.
   */
  @Override
  public void close() {
    List<SpillFile> open = new ArrayList<>(files.values());
    files.clear();
    synchronized (snapshotFiles) {
      isClosed = true;
      open.addAll(snapshotFiles);
      snapshotFiles.clear();
    }
    Closing.all(open, SpillFile::delete);
  }
}
