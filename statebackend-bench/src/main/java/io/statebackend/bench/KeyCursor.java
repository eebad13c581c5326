// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * The keys of an endless stream of records, in a random order that is the same for every backend.
 *
 * @param <K> the type of the keys
 */
interface KeyCursor<K> {

  /** Returns the key of the next record. It may be a new object, never one that is in a state. */
  K next();
}
