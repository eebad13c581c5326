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

  private final Path directory;
  private final long fileUnits;

  /** The files of lists that are not given up. Guarded by itself, as is what follows. */
  private final Set<SpillFile> listFiles = new HashSet<>();

  private long listFileCount;
  private boolean isClosed;

  private final Map<Long, SpillFile> files = new HashMap<>();

  /**
   * Creates no file yet.
   *
   * @param segmentUnits the addresses of a segment, a power of two
   */
  SpillFiles(Path directory, long segmentUnits) {
    this.directory = directory;
    this.fileUnits = Math.max(segmentUnits, FILE_BYTES / RecordLayout.UNIT_BYTES);
  }

  /** Returns the file for a segment, which it counts from now on. */
  SpillFile place(long base) {
    SpillFile file =
        files.computeIfAbsent(
            base / fileUnits,
            number -> new SpillFile(directory.resolve("log-" + number), number * fileUnits));
    file.segmentCount++;
    return file;
  }

  /** Gives up a segment's place; the file goes with its last segment. */
  void free(SpillFile file, long base) {
    file.segmentCount--;
    if (file.segmentCount == 0) {
      files.remove(base / fileUnits);
      file.delete();
    }
  }

  /**
   * Returns lists in a file of their own, which they delete. Called by any thread, also by one that
   * still writes a snapshot while the store is closed.
   *
   * @throws StateClosedException if the files are closed
   */
  LiveLists createLists() {
    synchronized (listFiles) {
      if (isClosed) {
        throw new StateClosedException("the store is closed: directory=" + directory);
      }
      SpillFile file = new SpillFile(directory.resolve("live-" + ++listFileCount), 0);
      listFiles.add(file);
      return new LiveLists(file, () -> forget(file));
    }
  }

  private void forget(SpillFile file) {
    synchronized (listFiles) {
      listFiles.remove(file);
    }
  }

  /**
   * Closes and deletes all files, those that another thread writes too: none appears afterwards.
   */
  @Override
  public void close() {
    List<SpillFile> open = new ArrayList<>(files.values());
    files.clear();
    synchronized (listFiles) {
      isClosed = true;
      open.addAll(listFiles);
      listFiles.clear();
    }
    Closing.all(open, SpillFile::delete);
  }
}
