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

  /** Tells whether this subtask takes the broadcast maps of an old subtask over. */
  boolean broadcastsFrom(SnapshotHeader old) {
    return old.subtask() == subtask % old.parallelism();
  }

  /**
   * Tells whether this subtask carries the undeclared operator lists of an old subtask on, so that
   * each is carried by exactly one.
   */
  boolean carriesListsOf(SnapshotHeader old) {
    return old.subtask() % parallelism == subtask;
  }
}
