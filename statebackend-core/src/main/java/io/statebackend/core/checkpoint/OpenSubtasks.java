// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.state.SubtaskPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subtasks that take part in checkpoints. Guarded by the coordinator's lock. */
final class OpenSubtasks {
  private static final Logger logger = LoggerFactory.getLogger(OpenSubtasks.class);

  private final @Nullable StoredCheckpoint restored;
  private final CheckpointSettings settings;
  private final Map<SubtaskPosition, Subtask> subtasks = new HashMap<>();

  /** Of restored operators that are not open, whether they hold nothing, once it was looked up. */
  private final Map<String, Boolean> holdNothing = new HashMap<>();

  /**
   * Begins with none.
   *
   * @param restored the restored checkpoint, or {@code null}
   * @param settings what of it is given up on purpose, and whether undeclared state is carried
   */
  OpenSubtasks(@Nullable StoredCheckpoint restored, CheckpointSettings settings) {
    this.restored = restored;
    this.settings = settings;
  }

  void add(Subtask subtask) {
    checkFits(subtask.position());
    subtasks.put(subtask.position(), subtask);
  }

  void remove(Subtask subtask) {
    subtasks.remove(subtask.position(), subtask);
  }

  List<Subtask> all() {
    return List.copyOf(subtasks.values());
  }

  @Nullable Subtask get(SubtaskPosition position) {
    return subtasks.get(position);
  }

  /**
   * Checks that a subtask can be opened beside those that are.
   *
   * @throws IllegalStateException if it cannot
   */
  void checkFits(SubtaskPosition position) {
    for (SubtaskPosition other : subtasks.keySet()) {
      if (other.operatorId().equals(position.operatorId())) {
        if (other.equals(position)) {
          throw new IllegalStateException(
              "subtask %d of operator '%s' is open already; close it first, or give it another operator id"
                  .formatted(position.subtask(), position.operatorId()));
        }
        if (other.parallelism() != position.parallelism()
            || other.maxParallelism() != position.maxParallelism()) {
          throw new IllegalStateException(
              ("subtasks of operator '%s' must agree on its parallelism: subtask %d is open with"
                      + " parallelism=%d, maxParallelism=%d; subtask %d asks for parallelism=%d,"
                      + " maxParallelism=%d")
                  .formatted(
                      position.operatorId(),
                      other.subtask(),
                      other.parallelism(),
                      other.maxParallelism(),
                      position.subtask(),
                      position.parallelism(),
                      position.maxParallelism()));
        }
      }
    }
  }

  /**
   * Refuses a checkpoint that would lose state.
   *
   * @throws IllegalStateException if a subtask is missing, or an operator of the restored
   *     checkpoint, or a state of it that must be declared
   */
  void checkComplete() {
    if (subtasks.isEmpty()) {
      throw new IllegalStateException("no subtask is open: there is nothing to checkpoint");
    }
    Map<String, Integer> open = new HashMap<>();
    subtasks.keySet().forEach(position -> open.merge(position.operatorId(), 1, Integer::sum));
    for (SubtaskPosition position : subtasks.keySet()) {
      int count = open.getOrDefault(position.operatorId(), 0);
      if (count != position.parallelism()) {
        throw new IllegalStateException(
            "only %d of %d subtasks of operator '%s' are open: open all before the first checkpoint, and keep them open until the last"
                .formatted(count, position.parallelism(), position.operatorId()));
      }
    }
    if (settings.refuseUndeclared()) {
      checkDeclared();
    }
    if (restored != null) {
      for (OperatorSnapshots operator : restored.metadata().operators()) {
        if (!open.containsKey(operator.operatorId())
            && !settings.droppedOperators().contains(operator.operatorId())
            && !holdsNothing(restored, operator)) {
          throw new IllegalStateException(
              "the restored checkpoint %d holds state of operator '%s', which is not open and would be lost: open its subtasks, or give it up by dropOperator(\"%s\")"
                  .formatted(
                      restored.metadata().checkpointId(),
                      operator.operatorId(),
                      operator.operatorId()));
        }
      }
    }
  }

  /** Tells whether a restored operator may go, without a word from the program. */
  private boolean holdsNothing(StoredCheckpoint checkpoint, OperatorSnapshots operator) {
    try {
      return holdNothing.computeIfAbsent(
          operator.operatorId(), id -> checkpoint.holdsNothing(operator));
    } catch (StateException e) {
      logger.warn("cannot tell whether operator '{}' had state", operator.operatorId(), e);
      return false; // What cannot be read may be state: the program has to give it up by name.
    }
  }

  private void checkDeclared() {
    for (Subtask subtask : subtasks.values()) {
      List<String> undeclared = subtask.states().undeclaredNames();
      if (!undeclared.isEmpty()) {
        String operatorId = subtask.operatorId();
        throw new IllegalStateException(
            "restored states of operator '%s' are not declared: %s; declare them before the first checkpoint, or give them up by dropState(\"%s\", ...), or carry them on by leaving out refuseUndeclared()"
                .formatted(operatorId, undeclared, operatorId));
      }
    }
  }

  /** Tells whether some restored state of this storage is still needed by a subtask. */
  boolean needRestored(CheckpointStorage storage) {
    return restored != null
        && restored.storage() == storage
        && subtasks.values().stream()
            .anyMatch(subtask -> !subtask.states().undeclaredNames().isEmpty());
  }
}
