// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.file.Path;

/** The checkpoint files of one store, shared by its successive native snapshots. Thread-safe. */
public interface NativeFiles {

  /**
   * A file that is being written.
   *
   * @param name what the manifest calls it
   * @param output where to write it; it belongs to the snapshot once it is committed
   */
  record NewFile(String name, StorageOutput output) {}

  /**
   * Creates a file of the snapshot that is being written.
   *
   * @return the file, under a name that no file of the storage has, and none that any checkpoint
   *     refers to
   * @throws io.statebackend.api.StateIoException if it cannot be created
   */
  NewFile create();

  /**
   * Makes a local file a file of the snapshot that is being written, without copying it if the
   * storage can link files.
   *
   * @param source the local file, which must never change any more, but may be deleted
   * @return the file's name, as of one that was created
   * @throws io.statebackend.api.StateIoException if it cannot be read or stored
   */
  String importFile(Path source);

  /**
   * Makes a file of an earlier snapshot a file of the one that is being written.
   *
   * @param name its name
   * @throws IllegalArgumentException if no completed checkpoint, and not the restored one, holds
   *     the file
   */
  void reuse(String name);

  /**
   * Opens a file of a snapshot.
   *
   * @param name its name
   * @return the file; the caller closes it
   * @throws io.statebackend.api.CorruptStateException if the file is missing, or is not one of the
   *     snapshot
   */
  StorageInput open(String name);

  /**
   * Makes a local file of a file of a snapshot, without copying it if the storage can link files.
   *
   * @param name its name
   * @param target the local file, which must not be there, and never be changed afterwards, but may
   *     be deleted
   * @throws io.statebackend.api.CorruptStateException if the file is missing, or is not one of the
   *     snapshot
   * @throws io.statebackend.api.StateIoException if the local file cannot be made
   */
  void exportFile(String name, Path target);
}
