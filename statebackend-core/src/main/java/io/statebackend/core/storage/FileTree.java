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

/** What the file storage does with files and directories, apart from when and under which lock. */
final class FileTree {
  private FileTree() {}

  /** Tells whether a path is there. Unlike {@link Files#exists}, it takes no error for a no. */
  static boolean exists(Path path, LinkOption... options) throws IOException {
    return attributes(path, options) != null;
  }

  /** Returns the attributes of a path, or {@code null} if it is not there. */
  static @Nullable BasicFileAttributes attributes(Path path, LinkOption... options)
      throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, options);
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  /**
   * Refuses what is no directory before it is listed: opening a pipe waits for a writer.
   *
   * @return the directory
   * @throws NotDirectoryException if it is none, nor a link to one
   */
  static Path requireDirectory(Path directory) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory;
  }

  /**
   * Refuses what is no regular file before it is opened: opening a pipe waits for a writer.
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
   * Refuses a way to a file that leads over symbolic links below the top. A link that is put there
   * after this look is followed all the same: Java can open a file relative to an open directory
   * only where a {@link java.nio.file.SecureDirectoryStream} is offered, and then not sync it.
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

  /** Returns what makes a new file its owner's only, where the file system has such permissions. */
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

  /** Makes durable what a file holds, or what names a directory has. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Makes durable that a directory is there, as far up as its file system goes. Not only what was
   * created now: an earlier process may have created it and died before it synced.
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
   * Deletes what was not committed, and makes durable what was: an earlier process may have died
   * before it did. What others have put there is left alone, and so is what cannot be read.
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
      // What cannot be read was not made by us, and others may delete what is theirs at any time.
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

  /** Deletes a file, a link, or a directory with all that is in it. Links are not followed. */
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
   * Deletes a directory if nothing is in it.
   *
   * @return whether it is gone, be it from now on or before
   */
  static boolean deleteIfEmpty(Path directory) throws IOException {
    BasicFileAttributes attributes = attributes(directory, LinkOption.NOFOLLOW_LINKS);
    if (attributes == null) {
      return true;
    }
    // Looked at first, since not every file system tells this error from others.
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
