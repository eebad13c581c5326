// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a checkpoint that the subtasks of one operator wrote.
 *
 * @param operatorId the operator
 * @param parallelism the number of subtasks, 1 to {@code maxParallelism}
 * @param maxParallelism the number of key groups, 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
 * @param subtasks the snapshots, of each subtask at most one
 */
public record OperatorSnapshots(
    String operatorId, int parallelism, int maxParallelism, List<SubtaskSnapshot> subtasks) {

  /**
   * Checks that the numbers fit.
   *
   * @throws IllegalArgumentException if a number is out of its range, or a subtask occurs twice
   */
  public OperatorSnapshots {
    requireNonNull(operatorId, "operatorId");
    subtasks = List.copyOf(subtasks);
    if (maxParallelism < 1
        || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT
        || parallelism < 1
        || parallelism > maxParallelism) {
      throw new IllegalArgumentException(
          "parallelism out of range: operator=%s, parallelism=%d, maxParallelism=%d"
              .formatted(operatorId, parallelism, maxParallelism));
    }
    Set<Integer> seen = new HashSet<>();
    for (SubtaskSnapshot snapshot : subtasks) {
      if (snapshot.subtask() < 0
          || snapshot.subtask() >= parallelism
          || snapshot.keyGroups().last() >= maxParallelism
          || !seen.add(snapshot.subtask())) {
        throw new IllegalArgumentException(
            ("subtask out of range or there twice: operator=%s, subtask=%d, keyGroups=%s,"
                    + " parallelism=%d, maxParallelism=%d")
                .formatted(
                    operatorId,
                    snapshot.subtask(),
                    snapshot.keyGroups(),
                    parallelism,
                    maxParallelism));
      }
    }
  }
}
