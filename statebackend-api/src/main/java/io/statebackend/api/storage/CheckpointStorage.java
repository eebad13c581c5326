// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

import java.nio.file.Path;
import java.util.List;

/**
 * A place where checkpoint bytes live: a directory, an object store, memory.
 *
 * <p>Files are named by paths of parts separated by {@code /}, such as {@code chk-7/_metadata}; the
 * parts are made of letters, digits, {@code -}, {@code _} and {@code .}, and are neither {@code .}
 * nor {@code ..}. A file, once there, never changes. The rules an implementer keeps:
 *
 * <ul>
 *   <li>Thread-safe.
 *   <li>A file is there whole or not at all: {@link StorageOutput#commit()} makes it appear.
 *   <li>{@link #publish} is the one step that decides: when it returns, the file and every file
 *       committed before it survive a power loss; when it fails or the process dies in it, the file
 *       is there whole or not at all.
 *   <li>A deletion survives a power loss before any later deletion does.
 *   <li>One writer at a time: where two processes open the same place for writing, the second gets
 *       {@link io.statebackend.api.StateLockedException}, at {@code open} if the place can lock,
 *       else when it publishes a file that is there.
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
   * Returns what stands for the place in this process: two storages that write to the same place
   * return equal objects, so that two coordinators never share one. A storage that wraps another
   * one returns what that returns. The object may be a new one with each call. It may be kept for
   * as long as this storage is there, so it does not refer to it unless it is this storage.
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
   * @return where to write it; the caller commits and closes it
   * @throws io.statebackend.api.StateIoException if the file is there or cannot be created
   */
  StorageOutput create(String file);

  /**
   * Writes a small file in one atomic and durable step.
   *
   * @param file the path of the file
   * @param content all of it
   * @throws io.statebackend.api.StateLockedException if the file is there: another writer was first
   * @throws io.statebackend.api.StateIoException if it cannot be written; it is not there then
   */
  void publish(String file, byte[] content);

  /**
   * Opens a file for reading.
   *
   * @param file the path of the file
   * @return the file; the caller closes it
   * @throws io.statebackend.api.StateIoException if it cannot be opened; the cause is a {@link
   *     java.nio.file.NoSuchFileException} if it is not there
   */
  StorageInput open(String file);

  /**
   * Makes a local file one of the storage, as if it were created, written and committed: by a hard
   * link where the place can do that, else by copying.
   *
   * @param file the path of the file
   * @param source the local file, which must never change any more, but may be deleted
   * @throws io.statebackend.api.StateIoException if the file is there, or the local one cannot be
   *     read, or it cannot be stored; the file is not there then
   */
  default void importFile(String file, Path source) {
    try (StorageOutput output = create(file)) {
      FileCopies.copy(source, output);
      output.commit();
    }
  }

  /**
   * Makes a local file with the bytes of one of the storage: by a hard link where the place can do
   * that, else by copying.
   *
   * @param file the path of the file
   * @param target the local file, which must not be there, and never be changed afterwards, but may
   *     be deleted
   * @throws io.statebackend.api.StateIoException if that fails, as when the local file is there or
   *     the other one is not
   */
  default void exportFile(String file, Path target) {
    try (StorageInput input = open(file)) {
      FileCopies.copy(input, target);
    }
  }

  /**
   * Lists what is directly beneath a directory. Files that are being written are not listed.
   *
   * @param directory the path of the directory, or the empty string for the top
   * @return the names, without the directory, of files and of directories that hold files, in no
   *     particular order; empty if the directory is not there
   * @throws io.statebackend.api.StateIoException if it cannot be listed; the cause is a {@link
   *     java.nio.file.NotDirectoryException} if it is a file
   */
  List<String> list(String directory);

  /**
   * Deletes a file, or a directory with all that is beneath it. Does nothing if it is not there. A
   * directory is there only while it holds files: it goes with the last of them.
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
