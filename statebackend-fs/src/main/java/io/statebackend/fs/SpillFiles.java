// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.Closing;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The working files of a store: one for each range of addresses that has segments. */
final class SpillFiles implements AutoCloseable {
  private static final long FILE_BYTES = 256L << 20;

  private final Path directory;
  private final long fileUnits;
  private final AtomicLong listsCount = new AtomicLong();
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

  /** Returns lists in a file of their own, which they delete. Called by any thread. */
  LiveLists createLists() {
    return new LiveLists(
        new SpillFile(directory.resolve("live-" + listsCount.incrementAndGet()), 0));
  }

  /** Closes and deletes all files. */
  @Override
  public void close() {
    List<SpillFile> open = List.copyOf(files.values());
    files.clear();
    Closing.all(open, SpillFile::delete);
  }
}
