// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.core.snapshot.SnapshotHeader;

/**
 * Which part of an operator a subtask is.
 *
 * @param operatorId the operator
 * @param subtask the index of the subtask, 0 to {@code parallelism - 1}
 * @param parallelism the number of subtasks
 * @param maxParallelism the number of key groups
 */
public record SubtaskPosition(String operatorId, int subtask, int parallelism, int maxParallelism) {

  /**
   * Returns the key groups that the subtask owns.
   *
   * @return the range
   */
  public KeyGroupRange keyGroups() {
    return KeyGroupRange.ofSubtask(maxParallelism, parallelism, subtask);
  }

  /** Tells whether the operator had another number of subtasks. */
  boolean isRescaledFrom(SnapshotHeader old) {
    return old.parallelism() != parallelism;
  }

  /** Tells whether this subtask takes elements of the split lists of an old subtask over. */
  boolean takesSplitListsOf(SnapshotHeader old) {
    return isRescaledFrom(old) || old.subtask() == subtask;
  }

  /** Tells whether this subtask takes the broadcast maps of an old subtask over. */
  boolean broadcastsFrom(SnapshotHeader old) {
    return old.subtask() == subtask % old.parallelism();
  }

  /**
   * Tells whether this subtask carries the undeclared union lists of an old subtask on. Each is
   * carried by exactly one, and the order of the old subtasks is kept.
   */
  boolean carriesListsOf(SnapshotHeader old) {
    return (long) old.subtask() * parallelism / old.parallelism() == subtask;
  }

  /**
   * Returns the share of this subtask in a split list that is dealt out anew.
   *
   * @param size the number of elements of all old subtasks
   * @return the index of the first element
   */
  long firstOfShare(long size) {
    return size * subtask / parallelism;
  }

  /** Returns the index after the last element of the {@linkplain #firstOfShare share}. */
  long endOfShare(long size) {
    return size * (subtask + 1) / parallelism;
  }
}
