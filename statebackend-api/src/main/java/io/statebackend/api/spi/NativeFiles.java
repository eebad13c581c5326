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
   * Adds a local file to the snapshot that is being written, without copying it if the storage can
   * link files.
   *
   * @param source the local file, which must never change any more, but may be deleted
   * @return the file's name, as of one that was created
   * @throws io.statebackend.api.StateIoException if it cannot be read or stored
   */
  String importFile(Path source);

  /**
   * Adds a file of an earlier snapshot to the one that is being written.
   *
   * @param name its name
   * @throws IllegalArgumentException if neither a completed checkpoint nor the restored one has the
   *     file
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
   * Creates a local file from a file of a snapshot, without copying it if the storage can link
   * files.
   *
   * @param name its name
   * @param target the local file, which must not exist; it must never be changed afterwards, but it
   *     may be deleted
   * @throws io.statebackend.api.CorruptStateException if the file is missing, or is not one of the
   *     snapshot
   * @throws io.statebackend.api.StateIoException if the local file cannot be made
   */
  void exportFile(String name, Path target);
}
