// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link java.nio.file.Files} and channels call for the paths of one file system. */
final class FaultFileSystemProvider extends FileSystemProvider {
  static final String SCHEME = "fault";

  private final FaultFileSystem fileSystem;

  FaultFileSystemProvider(FaultFileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  private Disk disk() {
    return fileSystem.disk();
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("use FaultFileSystem.create()");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    return fileSystem.getPath(uri.getPath());
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return FaultFileChannel.open(disk(), FaultPath.of(path), options);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> children = new ArrayList<>();
    for (String name : disk().list(FaultPath.of(directory))) {
      Path child = directory.resolve(name);
      try {
        if (filter.accept(child)) {
          children.add(child);
        }
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
    }
    return new Listing(children);
  }

  /** The children of a directory as they were when it was opened. */
  private static final class Listing implements DirectoryStream<Path> {
    private final List<Path> children;
    private boolean used;

    Listing(List<Path> children) {
      this.children = children;
    }

    @Override
    public Iterator<Path> iterator() {
      if (used) {
        throw new IllegalStateException("the directory stream has been iterated or closed");
      }
      used = true;
      return children.iterator();
    }

    @Override
    public void close() {
      used = true;
    }
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    disk().createDirectory(FaultPath.of(directory));
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    disk().link(FaultPath.of(link), FaultPath.of(existing));
  }

  @Override
  public void delete(Path path) throws IOException {
    disk().delete(FaultPath.of(path));
  }

  /** Copies a file, or creates a directory in place of another. */
  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    if (List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      deleteIfExists(target);
    }
    if (disk().attributes(FaultPath.of(source)).isDirectory()) {
      createDirectory(target);
      return;
    }
    try (FileChannel from = newFileChannel(source, Set.of(StandardOpenOption.READ));
        FileChannel to =
            newFileChannel(
                target, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW))) {
      for (long at = 0; at < from.size(); ) {
        at += from.transferTo(at, from.size() - at, to);
      }
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    List<CopyOption> given = List.of(options);
    boolean replace =
        given.contains(StandardCopyOption.REPLACE_EXISTING)
            || given.contains(StandardCopyOption.ATOMIC_MOVE);
    disk().rename(FaultPath.of(source), FaultPath.of(target), replace);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return path.equals(other)
        || disk().lookUp(FaultPath.of(path)) == disk().lookUp(FaultPath.of(other));
  }

  @Override
  public boolean isHidden(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) {
    return new FaultFileStore(disk());
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    Node unused = disk().lookUp(FaultPath.of(path));
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type == BasicFileAttributeView.class
        ? type.cast(new FaultAttributes.View(disk(), FaultPath.of(path)))
        : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException("a FaultFileSystem has basic attributes only");
    }
    return type.cast(disk().attributes(FaultPath.of(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    FaultAttributes attributes = disk().attributes(FaultPath.of(path));
    return Map.of(
        "size", attributes.size(),
        "isDirectory", attributes.isDirectory(),
        "isRegularFile", attributes.isRegularFile(),
        "isSymbolicLink", false,
        "isOther", false,
        "fileKey", attributes.fileKey(),
        "lastModifiedTime", attributes.lastModifiedTime(),
        "lastAccessTime", attributes.lastAccessTime(),
        "creationTime", attributes.creationTime());
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes cannot be set: " + attribute);
  }
}
