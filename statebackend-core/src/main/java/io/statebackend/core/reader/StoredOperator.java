// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.core.snapshot.FieldMeta;
import java.util.List;

/**
 * What a checkpoint tells about one operator.
 *
 * @param id its id
 * @param parallelism the number of its subtasks
 * @param maxParallelism the number of its key groups
 * @param key the form of its keys; {@link FieldMeta#VOID} if it has no keyed state
 * @param subtasks what each subtask wrote, by ascending index
 * @param states its states, in the order in which the subtasks tell them first
 */
public record StoredOperator(
    String id,
    int parallelism,
    int maxParallelism,
    FieldMeta key,
    List<StoredSubtask> subtasks,
    List<StoredState> states) {

  /** Copies the lists. */
  public StoredOperator {
    requireNonNull(id, "id");
    requireNonNull(key, "key");
    subtasks = List.copyOf(subtasks);
    states = List.copyOf(states);
  }
}
