// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

/**
 * How large a state is in a checkpoint.
 *
 * @param state what the size is of
 * @param entryCount the number of its entries; pages of lists and maps are counted one by one
 * @param bytes the length of its entries, before compression
 * @param storedBytes what its entries take in portable snapshots, compressed and with the headers
 *     of their blocks
 * @param isWhole whether that is all of it. If not, the rest lies in native snapshots, of which
 *     only {@link CheckpointReader#entries(StoredState)} tells, by reading them
 */
public record StateSize(
    StoredState state, long entryCount, long bytes, long storedBytes, boolean isWhole) {

  /** Checks that the state is there. */
  public StateSize {
    requireNonNull(state, "state");
  }
}
