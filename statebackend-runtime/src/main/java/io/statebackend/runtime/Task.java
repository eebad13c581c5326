// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.core.checkpoint.Subtask;

/** What one thread of a job does: the work of one subtask, from its start to its end. */
abstract class Task {
  private static final long NONE = -1;

  private final String name;
  private final Subtask subtask;
  private final TaskOutput output;

  /** The last checkpoint that is complete. Set by any thread. */
  private volatile long completed = NONE;

  private long completedTaken = NONE;

  Task(String name, Subtask subtask, TaskOutput output) {
    this.name = name;
    this.subtask = subtask;
    this.output = output;
  }

  final String name() {
    return name;
  }

  final Subtask subtask() {
    return subtask;
  }

  final TaskOutput output() {
    return output;
  }

  /**
   * Works until the end.
   *
   * @throws InterruptedException if the job stops because another part has failed
   */
  abstract void work() throws InterruptedException;

  /** Gives up its inputs, after its thread has ended. */
  void close() {}

  /** Makes the thread look what there is to do besides records. Called by any thread. */
  abstract void wake();

  /** Tells that a checkpoint was given up. Called by any thread. */
  abstract void aborted(long checkpointId);

  /** Tells that a checkpoint is complete. Called by any thread. */
  final void completed(long checkpointId) {
    completed = checkpointId;
    wake();
  }

  /** Tells whether a checkpoint is complete that was not taken note of. */
  final boolean hasCompleted() {
    return completed > completedTaken;
  }

  /** Returns the last checkpoint that is complete, once; -1 if there is none or it was returned. */
  final long takeCompleted() {
    long checkpointId = completed;
    if (checkpointId <= completedTaken) {
      return NONE;
    }
    completedTaken = checkpointId;
    return checkpointId;
  }
}
