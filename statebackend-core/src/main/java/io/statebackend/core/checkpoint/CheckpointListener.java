// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

/**
 * Hears how checkpoints go. Called without locks held, by whichever thread triggers, ends or aborts
 * a checkpoint, so it is thread-safe and returns soon. What it throws is logged.
 */
public interface CheckpointListener {

  /**
   * Tells that a checkpoint was triggered: the moment to wake sources that wait for records.
   *
   * @param checkpointId the checkpoint
   */
  default void triggered(long checkpointId) {}

  /**
   * Tells that a checkpoint is complete: the moment to commit what depends on it, such as the
   * offsets of a consumer.
   *
   * @param checkpoint the checkpoint
   */
  default void completed(CompletedCheckpoint checkpoint) {}

  /**
   * Tells that a checkpoint was given up. Nothing of it stays, and earlier ones are as they were.
   *
   * @param checkpointId the checkpoint
   * @param cause why
   */
  default void aborted(long checkpointId, Throwable cause) {}
}
