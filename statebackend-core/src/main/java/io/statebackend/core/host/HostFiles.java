// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.storage.StorageInput;
import java.nio.file.Path;

/**
 * Where a host keeps the files of native snapshots. Thread-safe: engines write and read several
 * files at once.
 *
 * @param <H> what the host finds files by
 */
public interface HostFiles<H> {

  /**
   * Creates a file of the snapshot that is being written.
   *
   * @param name its name
   * @return the file
   * @throws io.statebackend.api.StateIoException if it cannot be created, or the host has given up
   */
  HostOutput<H> create(String name);

  /**
   * Makes a file of an earlier snapshot a file of the one that is being written. A host that lets
   * snapshots share files answers with the handle that the file has; one that does not copies it.
   *
   * @param file a file of the last completed snapshot, or of a restored one
   * @return by which the host finds it as a file of the new snapshot
   * @throws io.statebackend.api.StateIoException if it cannot be copied
   */
  H reuse(HostFile<H> file);

  /**
   * Opens a file of a snapshot.
   *
   * @param file the file
   * @return the file; the caller closes it
   * @throws io.statebackend.api.StateIoException if it cannot be opened
   */
  StorageInput open(HostFile<H> file);

  /**
   * Makes a local file of a file without copying it, if the host has one on the same disk that is
   * never changed. The other way is to read it.
   *
   * @param file the file
   * @param target the local file, which is not there
   * @return whether it is there now; {@code false} by default
   * @throws io.statebackend.api.StateIoException if that fails
   */
  default boolean link(HostFile<H> file, Path target) {
    return false;
  }
}
