// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person names to say where checkpoints are: the directory or the address of a storage that
 * holds them, or one of them.
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
    return isAddress(text) ? ofAddress(text) : ofDirectory(text);
  }

  /** Tells whether a text begins with the scheme of a storage that is not a directory. */
  static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches() && !text.startsWith("file:");
  }

  private static Location ofAddress(String address) {
    Location found = new Location(usable(() -> CheckpointStorages.openReadOnly(address)), null);
    boolean isCheckpoint;
    try {
      isCheckpoint = found.storage.list("").contains(METADATA);
    } catch (RuntimeException e) {
      found.close();
      throw e;
    }
    if (!isCheckpoint) {
      return found;
    }
    found.close();
    int query = address.indexOf('?');
    String place = query < 0 ? address : address.substring(0, query);
    int end = place.endsWith("/") ? place.length() - 1 : place.length();
    int slash = place.lastIndexOf('/', end - 1);
    if (slash < 0) {
      throw new UsageException(
          "%s is a checkpoint; name the address of what holds it".formatted(address));
    }
    String parent = place.substring(0, slash) + (query < 0 ? "" : address.substring(query));
    return new Location(
        usable(() -> CheckpointStorages.openReadOnly(parent)), place.substring(slash + 1, end));
  }

  /**
   * Opens a storage to write a savepoint into it.
   *
   * @throws UsageException if there is none for the address
   */
  static CheckpointStorage target(String text) {
    return isAddress(text)
        ? usable(() -> CheckpointStorages.open(text))
        : FileCheckpointStorage.open(path(text));
  }

  private static Location ofDirectory(String text) {
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
  private static <T> T usable(Supplier<T> open) {
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
