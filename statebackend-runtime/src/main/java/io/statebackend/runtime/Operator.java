// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * What is done with records: one instance for each subtask. All methods are called by the thread of
 * the subtask, which is the owner of its state. What they throw fails the job.
 *
 * @param <T> the type of the records that it gets
 * @param <R> the type of the records that it gives
 */
@FunctionalInterface
public interface Operator<T, R> extends AutoCloseable {

  /** Opens an operator, with its state. Called by the thread of the subtask. */
  @FunctionalInterface
  interface Factory<T, R> {
    /**
     * Opens an operator.
     *
     * @param context the subtask that it is for
     * @return the operator
     */
    Operator<T, R> open(OperatorContext context);
  }

  /**
   * Works off a record.
   *
   * @param record the record
   * @param output where records go that follow from it
   */
  void process(T record, Output<R> output);

  /**
   * Tells that event time has gone on: the moment to advance timers and windows. The watermark is
   * sent on afterwards.
   *
   * @param watermark the time up to which all inputs have come; {@link Long#MAX_VALUE} when all
   *     sources have come to their end
   * @param output where records go that follow from it
   */
  default void advanceTo(long watermark, Output<R> output) {}

  /**
   * Tells that the snapshot of a checkpoint is about to be taken: the moment to put into state what
   * is not there yet.
   *
   * @param checkpointId the checkpoint
   */
  default void beforeSnapshot(long checkpointId) {}

  /**
   * Tells that a checkpoint is complete, and all before it: the moment to commit what depends on
   * it. Not called for savepoints.
   *
   * @param checkpointId the checkpoint
   */
  default void completed(long checkpointId) {}

  /** Releases what the operator holds; its state is closed afterwards. */
  @Override
  default void close() {}
}
