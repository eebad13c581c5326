// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

/**
 * A file in a storage of checkpoints that no complete checkpoint refers to.
 *
 * @param path its path in the storage
 * @param sizeBytes its length; 0 if it is gone meanwhile
 */
public record Garbage(String path, long sizeBytes) {

  /** Checks that the path is there. */
  public Garbage {
    requireNonNull(path, "path");
  }
}
