// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.WorkDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where engines work that read native snapshots: a temporary directory that is made when the first
 * one needs it, and deleted in the end. Not thread-safe.
 */
final class WorkPlace implements AutoCloseable {
  private static final long MEMORY_BYTES_MIN = 16L << 20;
  private static final long MEMORY_BYTES_MAX = 64L << 20;
  private static final int HEAP_SHARE = 4;

  /** The directory in which the temporary one is made, or {@code null} for the system's. */
  private final @Nullable Path parent;

  private @Nullable Path directory;
  private int count;

  WorkPlace(@Nullable Path parent) {
    this.parent = parent;
  }

  /** Returns how much memory one engine may use. */
  long memoryBytes() {
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    return Math.max(MEMORY_BYTES_MIN, Math.min(MEMORY_BYTES_MAX, share));
  }

  /**
   * Returns a directory that nobody else uses and that is not there yet.
   *
   * @throws StateIoException if there is no room for one
   */
  Path newDirectory() {
    Path made = directory;
    if (made == null) {
      try {
        made =
            parent == null
                ? Files.createTempDirectory("statebackend-reader-")
                : Files.createTempDirectory(parent, "statebackend-reader-");
      } catch (IOException e) {
        throw new StateIoException(
            "cannot make a working directory to read native snapshots in: parent=%s, reason=%s; name one that can be written"
                .formatted(parent == null ? System.getProperty("java.io.tmpdir") : parent, e),
            e);
      }
      directory = made;
    }
    return made.resolve(Integer.toString(count++));
  }

  /** Deletes the directory. Closing twice does nothing. */
  @Override
  public void close() {
    Path made = directory;
    directory = null;
    if (made != null) {
      WorkDirectory.delete(made);
    }
  }
}
