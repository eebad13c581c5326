// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A text file, or all files of a directory and its subdirectories, sorted by name. Files are named
 * relative to the directory, so that it can be moved between two runs.
 */
final class TextFiles implements TextInput {
  private final Path directory;
  private final List<String> files;
  private final String identity;

  private TextFiles(Path directory, List<String> files) throws IOException {
    this.directory = directory;
    this.files = files;
    long sizeBytes = 0;
    for (String file : files) {
      sizeBytes += Files.size(directory.resolve(file));
    }
    this.identity =
        "%s of %d bytes"
            .formatted(
                files.size() == 1
                    ? "file '" + files.get(0) + "'"
                    : "%d files from '%s' to '%s'"
                        .formatted(files.size(), files.get(0), files.get(files.size() - 1)),
                sizeBytes);
  }

  /**
   * Looks for the files.
   *
   * @throws NoSuchFileException if there is nothing at the path, or no file in the directory
   * @throws AccessDeniedException if it may not be read
   * @throws IOException if the directory cannot be listed
   */
  static TextFiles at(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file or directory");
    }
    if (!Files.isReadable(path)) {
      throw new AccessDeniedException(path.toString(), null, "no permission to read it");
    }
    if (!Files.isDirectory(path)) {
      Path file = path.toAbsolutePath().normalize();
      return new TextFiles(file.resolveSibling("."), List.of(String.valueOf(file.getFileName())));
    }
    try (Stream<Path> found = Files.walk(path)) {
      List<String> files =
          found
              .filter(Files::isRegularFile)
              .map(file -> path.relativize(file).toString().replace('\\', '/'))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new NoSuchFileException(path.toString(), null, "no file in this directory");
      }
      return new TextFiles(path, files);
    }
  }

  @Override
  public List<String> files() {
    return files;
  }

  @Override
  public InputStream open(String file) throws IOException {
    return Files.newInputStream(directory.resolve(file));
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public String identity() {
    return identity;
  }
}
