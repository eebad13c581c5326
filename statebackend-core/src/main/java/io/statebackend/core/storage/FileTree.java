// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.storage.StoragePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The operations of the file storage on files and directories; the caller decides when and under
 * which lock.
 */
final class FileTree {
  private FileTree() {}

  /**
   * Tells whether a path exists. Unlike {@link Files#exists}, an error is not taken for absence.
   */
  static boolean exists(Path path, LinkOption... options) throws IOException {
    return attributes(path, options) != null;
  }

  /** Returns the attributes of a path, or {@code null} if it does not exist. */
  static @Nullable BasicFileAttributes attributes(Path path, LinkOption... options)
      throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, options);
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /**
   * Refuses anything but a directory before it is listed, because opening a pipe waits for a
   * writer.
   *
   * @return the directory
   * @throws NotDirectoryException if it is neither a directory nor a link to one
   */
  static Path requireDirectory(Path directory) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory;
  }

  /**
   * Refuses anything but a regular file before it is opened, because opening a pipe waits for a
   * writer.
   *
   * @return the attributes of the file
   */
  static BasicFileAttributes requireRegular(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(
          path.toString(),
          null,
          attributes.isDirectory()
              ? "it is a directory, not a regular file"
              : "it is not a regular file");
    }
    return attributes;
  }

  /**
   * Refuses a path with symbolic links below the top. A link that is created after this check is
   * followed all the same: Java can open a file relative to an open directory only if the file
   * system offers a {@link java.nio.file.SecureDirectoryStream}, and then it cannot sync the
   * directory.
   */
  static void refuseLinks(Path top, Path directory) throws IOException {
    Path at = top;
    for (Path part : top.relativize(directory)) {
      at = at.resolve(part);
      BasicFileAttributes attributes = attributes(at, LinkOption.NOFOLLOW_LINKS);
      if (attributes == null) {
        return;
      }
      refuseLink(at, attributes);
    }
  }

  static void refuseLink(Path path, BasicFileAttributes attributes) throws IOException {
    if (attributes.isSymbolicLink()) {
      throw new FileSystemException(
          path.toString(),
          null,
          "it is a symbolic link, which is not followed to write or delete; use the directory that"
              + " it points to as the storage");
    }
  }

  /** Returns permissions for the owner only, for a new file, if the file system has permissions. */
  static FileAttribute<?>[] ownersFile(Path file) {
    return permissions(file, "rw-------");
  }

  /** Returns the same for a new directory. */
  static FileAttribute<?>[] ownersDirectory(Path directory) {
    return permissions(directory, "rwx------");
  }

  private static FileAttribute<?>[] permissions(Path path, String permissions) {
    boolean hasPermissions = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return hasPermissions
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Returns the last part of a path; some file systems end those of directories in a slash. */
  static String nameOf(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  /** Makes the content of a file durable, or the names in a directory. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Makes the existence of a directory durable, up to the root of its file system. This includes
   * directories that existed before: an earlier process may have created them and died before it
   * synced.
   */
  static void syncAncestors(Path directory) throws IOException {
    FileStore fileStore = Files.getFileStore(directory);
    for (Path at = directory.getParent(); at != null; at = at.getParent()) {
      if (!Files.getFileStore(at).equals(fileStore)) {
        return;
      }
      try {
        force(at);
      } catch (AccessDeniedException e) {
        return; // It belongs to others, and so does what is above it.
      }
    }
  }

  /**
   * Deletes uncommitted files, and makes committed ones durable, because an earlier process may
   * have died before it did. Files of others are left alone, and so is what cannot be read.
   */
  static void recover(Path top) throws IOException {
    Files.walkFileTree(top, new Recovery(top));
  }

  private static final class Recovery extends SimpleFileVisitor<Path> {
    private final Path top;

    Recovery(Path top) {
      this.top = top;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      boolean isOurs = directory.equals(top) || StoragePath.isName(nameOf(directory));
      return isOurs ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile() && nameOf(file).endsWith(FileOutput.ASIDE_SUFFIX)) {
        Files.deleteIfExists(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      // What cannot be read was not created by us, and others may delete their files at any time.
      boolean isForeign =
          failure instanceof AccessDeniedException || failure instanceof NoSuchFileException;
      if (isForeign && !file.equals(top)) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      force(visited);
      return FileVisitResult.CONTINUE;
    }
  }

  /** Deletes a file, a link, or a directory with its content. Links are not followed. */
  static void delete(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * Deletes a directory if it is empty.
   *
   * @return whether it is gone, now or before
   */
  static boolean deleteIfEmpty(Path directory) throws IOException {
    BasicFileAttributes attributes = attributes(directory, LinkOption.NOFOLLOW_LINKS);
    if (attributes == null) {
      return true;
    }
    // Checked first, because not every file system distinguishes this error from others.
    if (!attributes.isDirectory() || !isEmpty(directory)) {
      return false;
    }
    try {
      Files.delete(directory);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      return !children.iterator().hasNext();
    } catch (NoSuchFileException e) {
      return true;
    } catch (DirectoryIteratorException e) {
      throw new IOException(e);
    }
  }
}
