// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import static java.util.Objects.requireNonNull;

/**
 * A file of a native snapshot that a host keeps.
 *
 * @param name what the manifest calls it; no other file of any snapshot has the name
 * @param length its length in bytes
 * @param crc32c the checksum of all of it
 * @param handle by which the host finds it
 * @param <H> what the host finds files by
 */
public record HostFile<H>(String name, long length, int crc32c, H handle) {

  /** Checks that nothing is missing. */
  public HostFile {
    requireNonNull(name, "name");
    requireNonNull(handle, "handle");
  }
}
