// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

/**
 * Is told about the progress of checkpoints. Whichever thread triggers, ends or aborts a checkpoint
 * calls it, without holding locks. So it must be thread-safe and return soon: the next checkpoint
 * does not begin before the listener was told about the end of the last one. What it throws is
 * logged and has no other effect.
 *
 * <p>A program with effects outside, such as committed offsets or transactions, commits them in
 * {@link #completed} and once more in {@link #restored}, because it may have died after the
 * checkpoint was complete and before it committed. Committing twice must be harmless.
 */
public interface CheckpointListener {

  /**
   * Tells that a checkpoint was restored, when the coordinator is opened and when subtasks are
   * opened again. Commit again what depends on it.
   *
   * @param checkpoint what was restored, a checkpoint or a savepoint
   */
  default void restored(CompletedCheckpoint checkpoint) {}

  /**
   * Tells that a checkpoint or savepoint was triggered. Wake sources that wait for records.
   *
   * @param checkpointId the checkpoint
   */
  default void triggered(long checkpointId) {}

  /**
   * Tells that a checkpoint is complete: from now on a restart restores it or a later one. Commit
   * what depends on it, such as the offsets of a consumer.
   *
   * @param checkpoint the checkpoint, never a savepoint
   */
  default void completed(CompletedCheckpoint checkpoint) {}

  /**
   * Tells that a savepoint is complete. A restart does not restore it unless the program asks for
   * it, so nothing must be committed because of it.
   *
   * @param savepoint the savepoint, with its figures
   */
  default void savepointCompleted(CompletedCheckpoint savepoint) {}

  /**
   * Tells that a checkpoint or savepoint was aborted. Nothing of it stays, and earlier ones are not
   * affected.
   *
   * @param checkpointId the checkpoint
   * @param cause why: a {@link io.statebackend.api.StateClosedException} if the coordinator was
   *     stopped or closed, or a subtask was closed; anything else is a failure
   */
  default void aborted(long checkpointId, Throwable cause) {}

  /**
   * Tells that a periodic checkpoint is due and could not begin, for example because a subtask is
   * not open or the storage does not answer. This is repeated until the reason is gone. It is not
   * told when the coordinator is stopped or closed.
   *
   * @param reason what keeps checkpoints from beginning, and the way out
   */
  default void skipped(String reason) {}

  /**
   * Tells that a complete checkpoint is no longer retained: its files are about to be deleted.
   *
   * @param checkpoint the checkpoint that is about to be deleted
   */
  default void subsumed(CompletedCheckpoint checkpoint) {}
}
