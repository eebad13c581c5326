// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

import java.nio.file.Path;
import java.util.List;

/**
 * A place where checkpoint bytes live: a directory, an object store, memory.
 *
 * <p>Files are named by paths of parts separated by {@code /}, such as {@code chk-7/_metadata}; the
 * parts are made of letters, digits, {@code -}, {@code _} and {@code .}, and are neither {@code .}
 * nor {@code ..}. A file that exists never changes. The rules an implementer keeps:
 *
 * <ul>
 *   <li>Thread-safe.
 *   <li>A file exists completely or not at all: {@link StorageOutput#commit()} makes it appear.
 *   <li>{@link #publish} is the step that decides. When it returns, the file and every file
 *       committed before it survive a power loss. If it fails, or the process dies during it, the
 *       file exists completely or not at all.
 *   <li>A deletion survives a power loss before any later deletion does.
 *   <li>There is one writer at a time. If two processes open the same place for writing, the second
 *       gets a {@link io.statebackend.api.StateLockedException}: at {@code open} if the place can
 *       lock, otherwise when it publishes a file that exists.
 *   <li>Failures are {@link io.statebackend.api.StateIoException}; nothing is retried silently.
 * </ul>
 */
public interface CheckpointStorage extends AutoCloseable {

  /**
   * Returns where the files are, for messages.
   *
   * @return a path or address
   */
  String location();

  /**
   * Returns an object that identifies the place in this process. Two storages that write to the
   * same place return equal objects, so that two coordinators never share one. A storage that wraps
   * another one returns the object of that one.
   *
   * @return this storage unless it is overridden; never changes
   */
  default Object place() {
    return this;
  }

  /**
   * Begins a new file.
   *
   * @param file the path of the file
   * @return the output of the file; the caller commits and closes it
   * @throws io.statebackend.api.StateIoException if the file exists or cannot be created
   */
  StorageOutput create(String file);

  /**
   * Writes a small file in one atomic and durable step.
   *
   * @param file the path of the file
   * @param content all of it
   * @throws io.statebackend.api.StateLockedException if the file exists: another writer was first
   * @throws io.statebackend.api.StateIoException if it cannot be written; it does not exist then
   */
  void publish(String file, byte[] content);

  /**
   * Opens a file for reading.
   *
   * @param file the path of the file
   * @return the file; the caller closes it
   * @throws io.statebackend.api.StateIoException if it cannot be opened; the cause is a {@link
   *     java.nio.file.NoSuchFileException} if it does not exist
   */
  StorageInput open(String file);

  /**
   * Adds a local file to the storage, as if it were created, written and committed: by a hard link
   * if the place supports that, otherwise by copying.
   *
   * @param file the path of the file
   * @param source the local file, which must never change any more, but may be deleted
   * @throws io.statebackend.api.StateIoException if the file exists, or the local one cannot be
   *     read, or it cannot be stored; nothing is added then
   */
  default void importFile(String file, Path source) {
    try (StorageOutput output = create(file)) {
      FileCopies.copy(source, output);
      output.commit();
    }
  }

  /**
   * Creates a local file with the bytes of a file of the storage: by a hard link if the place
   * supports that, otherwise by copying.
   *
   * @param file the path of the file
   * @param target the local file, which must not exist; it must never be changed afterwards, but it
   *     may be deleted
   * @throws io.statebackend.api.StateIoException if that fails, for example because the local file
   *     exists or the other one does not
   */
  default void exportFile(String file, Path target) {
    try (StorageInput input = open(file)) {
      FileCopies.copy(input, target);
    }
  }

  /**
   * Lists the files and directories directly in a directory. Files that are being written are not
   * listed.
   *
   * @param directory the path of the directory, or the empty string for the top
   * @return the names, without the directory, of files and of directories that contain files, in no
   *     particular order; empty if the directory does not exist
   * @throws io.statebackend.api.StateIoException if it cannot be listed; the cause is a {@link
   *     java.nio.file.NotDirectoryException} if it is a file
   */
  List<String> list(String directory);

  /**
   * Deletes a file, or a directory with its content. Does nothing if it does not exist. A directory
   * exists only while it contains files: it disappears with the last of them.
   *
   * @param path the path of the file or directory
   * @throws io.statebackend.api.StateIoException if it cannot be deleted; part of a directory may
   *     be gone then, and deleting again completes it
   */
  void delete(String path);

  /** Releases the place for other writers. Closing twice does nothing. */
  @Override
  void close();
}
