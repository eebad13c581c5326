// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.ipc.RemoteException;

/** HDFS. What is created is its owner's only. */
final class DistributedFiles implements HadoopFiles {
  private static final FsPermission OWNERS_FILE = new FsPermission((short) 0600);
  private static final FsPermission OWNERS_DIRECTORY = new FsPermission((short) 0700);

  private final DistributedFileSystem files;

  DistributedFiles(DistributedFileSystem files) {
    this.files = files;
  }

  /**
   * Each block is synced when it is full, since syncing a file syncs its last block only; and it is
   * replicated, since files under erasure coding cannot be synced.
   */
  @Override
  public NewFile create(Path file) throws IOException {
    FSDataOutputStream stream =
        files
            .createFile(file)
            .overwrite(false)
            .permission(OWNERS_FILE)
            .syncBlock()
            .replicate()
            .build();
    return new NewFile() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
      }

      @Override
      public void finish() throws IOException {
        stream.hsync();
        stream.close();
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    refuseFalse(files.mkdir(directory, OWNERS_DIRECTORY), directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    refuseFalse(files.mkdirs(directory, OWNERS_DIRECTORY), directory);
  }

  private static void refuseFalse(boolean isCreated, Path directory) throws IOException {
    if (!isCreated) {
      throw new IOException("cannot create a directory, no reason is told: " + directory);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    files.rename(from, to, Options.Rename.NONE);
  }

  @Override
  public boolean delete(Path path) throws IOException {
    try {
      return files.delete(path, true);
    } catch (IOException e) {
      if (isBeneathFile(e)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public boolean deleteIfEmpty(Path directory) throws IOException {
    try {
      boolean unused = files.delete(directory, false);
      return true;
    } catch (IOException e) {
      if (isOf(e, PathIsNotEmptyDirectoryException.class)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Optional<FileStatus> find(Path path) throws IOException {
    try {
      return Optional.of(files.getFileStatus(path));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (isBeneathFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isBeneathFile(IOException e) {
    return isOf(e, ParentNotDirectoryException.class);
  }

  /** Tells whether an error is of a kind; the client does not unpack all that come from afar. */
  private static boolean isOf(IOException e, Class<? extends IOException> kind) {
    return kind.isInstance(e)
        || (e instanceof RemoteException remote && kind.getName().equals(remote.getClassName()));
  }

  @Override
  public RemoteIterator<FileStatus> list(Path directory) throws IOException {
    try {
      return files.listStatusIterator(directory);
    } catch (IOException e) {
      throw asAbsent(e);
    }
  }

  @Override
  public FSDataInputStream open(Path file) throws IOException {
    try {
      return files.open(file);
    } catch (IOException e) {
      throw asAbsent(e);
    }
  }

  /** What would be beneath a file is not there. */
  private static IOException asAbsent(IOException e) {
    if (!isBeneathFile(e)) {
      return e;
    }
    FileNotFoundException absent = new FileNotFoundException(e.getMessage());
    absent.initCause(e);
    return absent;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
