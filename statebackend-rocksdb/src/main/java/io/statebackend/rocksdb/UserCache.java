// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A directory for files that outlive the process and can be created again. It belongs to the user
 * alone: nobody else may write to it or replace it. It is {@code statebackend-rocksdb} in {@code
 * $XDG_CACHE_HOME}, or in {@code .cache} of the home directory.
 */
final class UserCache {
  private static final String NAME = "statebackend-rocksdb";
  private static final Set<PosixFilePermission> FOR_OWNER =
      PosixFilePermissions.fromString("rwx------");

  private UserCache() {}

  /**
   * Returns a directory in it, created if necessary.
   *
   * @throws IOException if there can be none, or what is there is not the user's alone
   */
  static Path directory(String name) throws IOException {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      throw new IOException("the file system knows no owners");
    }
    Path home = Path.of(System.getProperty("user.home"));
    String configured = System.getenv("XDG_CACHE_HOME");
    Path caches =
        configured == null || configured.isEmpty() ? home.resolve(".cache") : Path.of(configured);
    Files.createDirectories(caches);
    return ownDirectory(ownDirectory(caches.resolve(NAME)).resolve(name));
  }

  /**
   * Returns a link to a directory, always the same one, whose name is of plain letters.
   *
   * @throws IOException if there can be none
   */
  static Path linkTo(Path directory) throws IOException {
    Path target = directory.toAbsolutePath();
    byte[] name = target.toString().getBytes(StandardCharsets.UTF_8);
    Path link = directory("links").resolve(UUID.nameUUIDFromBytes(name).toString());
    try {
      Files.createSymbolicLink(link, target);
    } catch (FileAlreadyExistsException e) {
      if (!target.equals(Files.readSymbolicLink(link))) {
        throw e;
      }
    }
    return link;
  }

  /** Creates a directory for the user alone, or checks that the one that is there is such a one. */
  static Path ownDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(FOR_OWNER));
    } catch (FileAlreadyExistsException e) {
      // Checked below, as is one that was just made.
    }
    Path probe = Files.createTempFile(directory, "probe", null);
    try {
      PosixFileAttributes found =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isDirectory()
          || !found.owner().equals(Files.getOwner(probe))
          || !found.permissions().equals(FOR_OWNER)) {
        throw new IOException(
            "not a directory of the user alone: directory=%s, owner=%s, permissions=%s"
                .formatted(
                    directory, found.owner(), PosixFilePermissions.toString(found.permissions())));
      }
      return directory;
    } finally {
      Files.delete(probe);
    }
  }
}
