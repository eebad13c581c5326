// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says about itself.
 *
 * @param checkpointId the checkpoint that it was written for
 * @param operatorId the operator
 * @param subtask the index of the subtask, 0 to {@code parallelism - 1}
 * @param parallelism the number of subtasks, 1 to {@code maxParallelism}
 * @param maxParallelism the number of key groups, 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
 * @param keyGroups the key groups of the subtask
 * @param key the form of the keys; {@link FieldMeta#VOID} if there is no keyed state
 * @param compression how blocks are compressed when that shrinks them
 * @param states the states; their indexes count from 0 in this order
 * @param eventTime the event time of the subtask, or {@code null} if there was no watermark
 */
public record SnapshotHeader(
    long checkpointId,
    String operatorId,
    int subtask,
    int parallelism,
    int maxParallelism,
    KeyGroupRange keyGroups,
    FieldMeta key,
    Compression compression,
    List<StateMeta> states,
    @Nullable EventTime eventTime) {

  /** Describes the snapshot of a subtask without event time. */
  public SnapshotHeader(
      long checkpointId,
      String operatorId,
      int subtask,
      int parallelism,
      int maxParallelism,
      KeyGroupRange keyGroups,
      FieldMeta key,
      Compression compression,
      List<StateMeta> states) {
    this(
        checkpointId,
        operatorId,
        subtask,
        parallelism,
        maxParallelism,
        keyGroups,
        key,
        compression,
        states,
        null);
  }

  /**
   * Checks the header.
   *
   * @throws IllegalArgumentException if a number is out of its range, or two states have one name
   */
  public SnapshotHeader {
    requireNonNull(operatorId, "operatorId");
    requireNonNull(key, "key");
    requireNonNull(compression, "compression");
    states = List.copyOf(states);
    if (maxParallelism < 1
        || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT
        || parallelism < 1
        || parallelism > maxParallelism
        || subtask < 0
        || subtask >= parallelism
        || keyGroups.last() >= maxParallelism) {
      throw new IllegalArgumentException(
          ("subtask, parallelism and key groups do not fit: operator=%s, subtask=%d,"
                  + " parallelism=%d, maxParallelism=%d, keyGroups=%s")
              .formatted(operatorId, subtask, parallelism, maxParallelism, keyGroups));
    }
    Set<String> names = new HashSet<>();
    for (StateMeta state : states) {
      if (!names.add(state.name())) {
        throw new IllegalArgumentException(
            "two states have one name: operator=" + operatorId + ", state=" + state.name());
      }
    }
  }
}
