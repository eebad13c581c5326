// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What is known about a file or directory. */
record FaultAttributes(@Nullable Node fileKey, boolean isDirectory, long size)
    implements BasicFileAttributes {
  private static final FileTime TIME = FileTime.fromMillis(0);

  static FaultAttributes of(Node node, boolean hasFileKeys) {
    Node key = hasFileKeys ? node : null;
    return node instanceof FileNode file
        ? new FaultAttributes(key, false, file.size())
        : new FaultAttributes(key, true, 0);
  }

  @Override
  public FileTime lastModifiedTime() {
    return TIME;
  }

  @Override
  public FileTime lastAccessTime() {
    return TIME;
  }

  @Override
  public FileTime creationTime() {
    return TIME;
  }

  @Override
  public boolean isRegularFile() {
    return !isDirectory;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  /**
   * The attributes of a path, as they are when they are asked for.
   *
   * @param disk where it is
   * @param path the path of the file
   */
  record View(Disk disk, FaultPath path) implements BasicFileAttributeView {
    @Override
    public String name() {
      return "basic";
    }

    @Override
    public FaultAttributes readAttributes() throws IOException {
      return disk.attributes(path);
    }

    @Override
    public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
      throw new UnsupportedOperationException("a FaultFileSystem has no times of files");
    }
  }
}
