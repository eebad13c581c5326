// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

/**
 * Hears how checkpoints go. Called without locks held, by whichever thread triggers, ends or aborts
 * a checkpoint, so it is thread-safe and returns soon: the next checkpoint does not begin before it
 * has heard of the end of the last one. What it throws is logged, and harms nothing.
 *
 * <p>A program with effects outside, such as committed offsets or transactions, commits them in
 * {@link #completed} and once more in {@link #restored}, since it may have died between the two.
 * Committing twice must be harmless.
 */
public interface CheckpointListener {

  /**
   * Tells that a checkpoint was restored, when the coordinator is opened and when subtasks are
   * opened again: the moment to commit again what depends on it.
   *
   * @param checkpoint what was restored, a checkpoint or a savepoint
   */
  default void restored(CompletedCheckpoint checkpoint) {}

  /**
   * Tells that a checkpoint or savepoint was triggered: the moment to wake sources that wait for
   * records.
   *
   * @param checkpointId the checkpoint
   */
  default void triggered(long checkpointId) {}

  /**
   * Tells that a checkpoint is complete: from now on a restart restores it or a later one. The
   * moment to commit what depends on it, such as the offsets of a consumer.
   *
   * @param checkpoint the checkpoint, never a savepoint
   */
  default void completed(CompletedCheckpoint checkpoint) {}

  /**
   * Tells that a savepoint is complete. A restart does not restore it unless the program asks for
   * it, so nothing must be committed because of it.
   *
   * @param savepoint the savepoint
   */
  default void savepointCompleted(CompletedCheckpoint savepoint) {}

  /**
   * Tells that a checkpoint or savepoint was given up. Nothing of it stays, and earlier ones are as
   * they were.
   *
   * @param checkpointId the checkpoint
   * @param cause why: a {@link io.statebackend.api.StateClosedException} if the coordinator was
   *     stopped or closed, or a subtask was closed; anything else is a failure
   */
  default void aborted(long checkpointId, Throwable cause) {}

  /**
   * Tells that the time of a periodic checkpoint has come and none could begin: because a subtask
   * is not open, for example, or the storage does not answer. Told each time until it is over; not
   * told when the coordinator is stopped or closed.
   *
   * @param reason what keeps checkpoints from beginning, and the way out
   */
  default void skipped(String reason) {}

  /**
   * Tells that a complete checkpoint is not retained any more: its files are about to be deleted.
   *
   * @param checkpoint the checkpoint
   */
  default void subsumed(CompletedCheckpoint checkpoint) {}
}
