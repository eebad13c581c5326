// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.TypeSerializer;
import java.util.List;
import java.util.Map;

/**
 * Where records come from: partitions, each of which can be read again from a position. The
 * positions are part of every checkpoint, so that a restart reads exactly what the restored state
 * has not seen. Partitions are dealt out among the subtasks anew with each start.
 *
 * @param <T> the type of the records
 * @param <P> the type of the positions, such as {@code Long}; immutable
 */
public interface Source<T, P> {

  /**
   * Returns how positions are stored.
   *
   * @return the serializer
   */
  TypeSerializer<P> positionSerializer();

  /**
   * Returns the partitions that there are. Asked once with each start of the job.
   *
   * @return their names, which stay the same forever
   */
  List<String> partitions();

  /**
   * Begins to read partitions. Called by the thread of the subtask.
   *
   * @param partitions the share of the subtask, perhaps none
   * @param positions by partition, where to go on; one that is not in it is read from its beginning
   * @return a reader
   */
  Reader<T, P> open(List<String> partitions, Map<String, P> positions);

  /**
   * Reads some partitions. Belongs to the thread of the subtask.
   *
   * @param <T> the type of the records
   * @param <P> the type of the positions
   */
  interface Reader<T, P> extends AutoCloseable {

    /** What came of an attempt to read. */
    enum Status {
      /** There was something to read. */
      READ,
      /** There is nothing at the moment. */
      IDLE,
      /** All partitions have come to their end. */
      END
    }

    /**
     * Reads some records, some hundred at most, so that a checkpoint does not wait for long. May
     * wait some milliseconds if there is none.
     *
     * @param output where the records go
     * @return whether there were any
     * @throws InterruptedException if interrupted
     */
    Status read(SourceOutput<T> output) throws InterruptedException;

    /**
     * Returns how far the partitions are read. Called between two reads.
     *
     * @return by partition, the position behind the last record that was put out
     */
    Map<String, P> positions();

    /**
     * Tells that a checkpoint is complete: the moment to tell others how far the source has come.
     * What they are told is for the eye; a restart goes by the checkpoint.
     *
     * @param positions by partition, the positions that are in it
     */
    default void completed(Map<String, P> positions) {}

    @Override
    void close();
  }
}
