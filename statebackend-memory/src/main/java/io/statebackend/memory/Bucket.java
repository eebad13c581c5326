// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/** Contains the entries whose hashes begin with the same bits: one slot of a directory. */
sealed interface Bucket permits Chunk, CollisionTree {

  /** The number of leading hash bits that all the entries share. */
  int depth();
}
