// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person names to say where checkpoints are: the directory that holds them, or one of them.
 *
 * @param storage the storage, opened for reading only
 * @param directory the directory of the checkpoint in it, or {@code null} if none was named
 */
record Location(CheckpointStorage storage, @Nullable String directory) implements AutoCloseable {
  private static final String METADATA = "_metadata";
  private static final Pattern ADDRESS = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

  /**
   * Opens a place.
   *
   * @throws UsageException if there is none
   */
  static Location open(String text) {
    Path path = path(text);
    if (path.endsWith(METADATA) && Files.isRegularFile(path)) {
      path = path.resolveSibling(".");
    }
    if (!Files.isDirectory(path)) {
      throw new UsageException(
          "no such directory: %s; name the directory that holds the checkpoints, or one of them"
              .formatted(text));
    }
    Path absolute = path.toAbsolutePath().normalize();
    if (Files.isRegularFile(absolute.resolve(METADATA)) && absolute.getParent() != null) {
      return new Location(
          FileCheckpointStorage.openReadOnly(absolute.getParent()),
          absolute.getFileName().toString());
    }
    return new Location(FileCheckpointStorage.openReadOnly(absolute), null);
  }

  /** Returns the path of a directory. */
  static Path path(String text) {
    try {
      if (text.startsWith("file:")) {
        return Path.of(URI.create(text));
      }
      if (ADDRESS.matcher(text).matches()) {
        throw new UsageException(
            "no storage for addresses such as %s; name a directory, or file:///..."
                .formatted(text));
      }
      return Path.of(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("not a path: %s: %s".formatted(text, e.getMessage()));
    }
  }

  /** Opens the checkpoint that was named, by its directory or here, or the latest one. */
  CheckpointReader reader(@Nullable String checkpoint) {
    if (checkpoint != null && directory != null) {
      throw new UsageException(
          "%s is a checkpoint itself: leave out --checkpoint %s".formatted(directory, checkpoint));
    }
    String chosen = checkpoint != null ? checkpoint : directory;
    return chosen == null ? usable(() -> CheckpointReader.openLatest(storage)) : readerOf(chosen);
  }

  /** Opens a checkpoint of the storage. */
  CheckpointReader readerOf(String name) {
    return usable(() -> CheckpointReader.open(storage, name));
  }

  /** What is not there is an error of who names it. */
  private static CheckpointReader usable(Supplier<CheckpointReader> open) {
    try {
      return open.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    storage.close();
  }
}
