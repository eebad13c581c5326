// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.TypeSerializer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where records go that leave the job, each exactly once, by a commit in two phases.
 *
 * <ol>
 *   <li>With its snapshot, a writer <em>prepares</em> what it has written since the one before: it
 *       is made durable and does not show yet. What has to be known to commit it goes into the
 *       checkpoint.
 *   <li>When the checkpoint is complete, it is <em>committed</em>: it shows. If the process dies
 *       before, {@link #recover} commits it after the restart.
 * </ol>
 *
 * <p>What was prepared for a checkpoint that was given up is committed with the next one. What a
 * crash has left that is in no complete checkpoint is deleted by {@link #recover}, since it will be
 * written again.
 *
 * @param <T> the type of the records
 * @param <C> what has to be known to commit something prepared; small, immutable
 */
public interface Sink<T, C> extends AutoCloseable {

  /**
   * Returns how what was prepared is stored in checkpoints.
   *
   * @return the serializer
   */
  TypeSerializer<C> preparedSerializer();

  /**
   * Commits what the restored checkpoint has prepared, and deletes all else that was not committed.
   * Called with each start, before any writer is opened.
   *
   * @param prepared all of it, of all subtasks; some or all may have been committed before
   */
  void recover(List<C> prepared);

  /**
   * Opens a writer. Called by the thread of the subtask.
   *
   * @param subtask the index of the subtask
   * @return a writer
   * @throws IllegalStateException if {@link #recover} was not called before
   */
  Writer<T, C> open(int subtask);

  /**
   * Commits something prepared. Harmless if that was done before. Called by the threads of several
   * subtasks.
   *
   * @param prepared what was prepared
   */
  void commit(C prepared);

  /** Releases what the sink holds, when the job has ended. */
  @Override
  void close();

  /**
   * Writes the records of one subtask. Belongs to its thread.
   *
   * @param <T> the type of the records
   * @param <C> what has to be known to commit something prepared
   */
  interface Writer<T, C> extends AutoCloseable {
    /**
     * Writes a record.
     *
     * @param record the record
     */
    void write(T record);

    /**
     * Makes durable what was written since it was last called.
     *
     * @param checkpointId the checkpoint that it is a part of
     * @return what has to be known to commit it, or {@code null} if nothing was written
     */
    @Nullable C prepare(long checkpointId);

    /** Gives up what is not prepared. */
    @Override
    void close();
  }
}
