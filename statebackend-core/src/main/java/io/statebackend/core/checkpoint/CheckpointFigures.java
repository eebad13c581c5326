// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The cost of a checkpoint. It is known for checkpoints that this coordinator has taken. For those
 * that were found in the storage there are only zeros and no subtasks.
 *
 * @param total the time from the trigger until it was durable
 * @param publish the time that the publication of its metadata took, part of {@code total}
 * @param bytesWritten the bytes that were written for it; what it shares with earlier checkpoints
 *     is not counted
 * @param subtasks one for each subtask, in the order of their snapshots
 */
public record CheckpointFigures(
    Duration total, Duration publish, long bytesWritten, List<SubtaskFigures> subtasks) {

  /** The figures of a checkpoint whose cost is not known. */
  public static final CheckpointFigures UNKNOWN =
      new CheckpointFigures(Duration.ZERO, Duration.ZERO, 0, List.of());

  /** Keeps an unmodifiable copy of the list. */
  public CheckpointFigures {
    subtasks = List.copyOf(subtasks);
  }

  /**
   * The cost of the snapshot of one subtask.
   *
   * @param operatorId the operator
   * @param subtask the index of the subtask
   * @param alignment how long the subtask waited for the barriers of its inputs, if the program
   *     reported it ({@link Subtask#snapshot(long, Duration)})
   * @param freeze how long its owner was stopped to take the image
   * @param queue how long the image waited for a writer
   * @param write how long it took to write
   * @param sizeBytes the size of all files of the snapshot, those shared with earlier checkpoints
   *     included
   * @param bytesWritten the bytes that were written for it
   */
  public record SubtaskFigures(
      String operatorId,
      int subtask,
      Optional<Duration> alignment,
      Duration freeze,
      Duration queue,
      Duration write,
      long sizeBytes,
      long bytesWritten) {

    /**
     * Returns the time from the first barrier until the snapshot was written.
     *
     * @return the sum of all parts that are known
     */
    public Duration total() {
      return alignment.orElse(Duration.ZERO).plus(freeze).plus(queue).plus(write);
    }
  }

  /**
   * Returns the subtask that took the longest.
   *
   * @return its figures, or nothing if there are none
   */
  public Optional<SubtaskFigures> slowest() {
    return subtasks.stream().max(Comparator.comparing(SubtaskFigures::total));
  }
}
