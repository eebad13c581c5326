// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateException;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.state.SubtaskPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Restarting subtasks
 *
 * All subtasks of a checkpoint must stand at the same point of the stream. When one is closed and
 * opened again, it gets the state of the latest checkpoint, while the others have gone on: a
 * checkpoint of them all would mix two points in time. So the operators are divided into regions, by
 * default one for all. The subtasks of a region that were opened from the same point are a
 * generation. Closing one of them ends the generation: what is opened afterwards belongs to the next
 * one, and no checkpoint begins before all subtasks of the old one are closed as well.
 */

/** The subtasks that take part in checkpoints. Guarded by the coordinator's lock. */
final class OpenSubtasks {
  private static final Logger logger = LoggerFactory.getLogger(OpenSubtasks.class);

  private final CheckpointSettings settings;

  /** The checkpoint with which the coordinator was opened, or {@code null}. */
  private final @Nullable StoredCheckpoint restored;

  /** The last checkpoint that the coordinator has completed, or {@code null} if none. */
  private @Nullable StoredCheckpoint lastCompleted;

  /** By position; two generations may have a subtask of the same index, with other parallelism. */
  private final Set<Subtask> subtasks = new HashSet<>();

  /** By the number of the region. */
  private final Map<Integer, Generation> generations = new HashMap<>();

  /** Subtasks of a region that were opened from the same point. */
  static final class Generation {
    /** The checkpoint that they were restored from, or {@code null} if they began empty. */
    private final @Nullable StoredCheckpoint origin;

    private boolean isEnded;

    private Generation(@Nullable StoredCheckpoint origin) {
      this.origin = origin;
    }

    @Nullable StoredCheckpoint origin() {
      return origin;
    }
  }

  /**
   * Whether operators of the latest checkpoint that are not open hold nothing in it, and may go
   * without a word from the program; by the operator, as far as that was looked up.
   */
  private final Map<String, Boolean> holdNothing = new HashMap<>();

  /**
   * Begins with none.
   *
   * @param restored the restored checkpoint, or {@code null}
   * @param settings what of it is dropped on purpose, and whether undeclared state is carried
   */
  OpenSubtasks(@Nullable StoredCheckpoint restored, CheckpointSettings settings) {
    this.restored = restored;
    this.settings = settings;
  }

  /**
   * Operators of a checkpoint that are not open, if it is not known whether they have state.
   *
   * @param checkpoint the checkpoint that has the operators, or {@code null}
   * @param operators the operators, none if all is known
   */
  record Absent(@Nullable StoredCheckpoint checkpoint, List<OperatorSnapshots> operators) {

    /** Looks that up in the storage: to be called without locks held. */
    Map<String, Boolean> lookUp() {
      Map<String, Boolean> found = new HashMap<>();
      for (OperatorSnapshots operator : operators) {
        found.put(operator.operatorId(), checkpoint != null && holdsNothing(checkpoint, operator));
      }
      return found;
    }
  }

  /** Returns the operators that have to be looked up before a checkpoint leaves them out. */
  Absent absent() {
    StoredCheckpoint latest = latest();
    return new Absent(
        latest,
        latest == null
            ? List.of()
            : missing(latest).stream()
                .filter(operator -> !holdNothing.containsKey(operator.operatorId()))
                .toList());
  }

  /** Notes what was found of operators that are not open. */
  void found(Absent absent, Map<String, Boolean> operatorsThatHoldNothing) {
    if (Objects.equals(absent.checkpoint(), latest())) {
      holdNothing.putAll(operatorsThatHoldNothing);
    }
  }

  /** Returns the operators of a checkpoint that are neither open nor dropped. */
  private List<OperatorSnapshots> missing(StoredCheckpoint checkpoint) {
    Set<String> known = new HashSet<>(settings.droppedOperators());
    subtasks.forEach(subtask -> known.add(subtask.operatorId()));
    return checkpoint.metadata().operators().stream()
        .filter(operator -> !known.contains(operator.operatorId()))
        .toList();
  }

  private int regionOf(String operatorId) {
    List<Set<String>> regions = settings.regions();
    for (int region = 0; region < regions.size(); region++) {
      if (regions.get(region).contains(operatorId)) {
        return region;
      }
    }
    return regions.size();
  }

  /** Returns the checkpoint that a restarted subtask is restored from, or {@code null}. */
  @Nullable StoredCheckpoint latest() {
    return lastCompleted != null ? lastCompleted : restored;
  }

  /** Notes a checkpoint that was completed. */
  void completed(StoredCheckpoint checkpoint) {
    lastCompleted = checkpoint;
    holdNothing.clear();
  }

  /** Tells whether a subtask that is opened now begins a new generation after an ended one. */
  boolean isRestart(String operatorId) {
    Generation generation = generations.get(regionOf(operatorId));
    return generation != null && generation.isEnded;
  }

  /** Returns the generation that a subtask belongs to which is opened now. */
  Generation generationFor(String operatorId) {
    return generations.compute(
        regionOf(operatorId),
        (region, generation) ->
            generation == null || generation.isEnded ? new Generation(latest()) : generation);
  }

  /**
   * Adds a subtask.
   *
   * @throws IllegalStateException if it does not fit beside the others, or its generation has ended
   *     since it was asked for
   */
  void add(Subtask subtask) {
    checkFits(subtask.position(), subtask.generation());
    if (subtask.generation().isEnded) {
      throw new IllegalStateException(
          "another subtask was closed while %s was opened; open it again"
              .formatted(subtask.describe()));
    }
    subtasks.add(subtask);
  }

  void remove(Subtask subtask) {
    if (subtasks.remove(subtask)) {
      subtask.generation().isEnded = true;
    }
  }

  List<Subtask> all() {
    return List.copyOf(subtasks);
  }

  /** Tells whether only sources see a pending checkpoint. */
  boolean hasSources() {
    return subtasks.stream().anyMatch(Subtask::isSource);
  }

  /**
   * Checks that a subtask can be opened beside those that are.
   *
   * @throws IllegalStateException if it cannot
   */
  void checkFits(SubtaskPosition position, Generation generation) {
    for (Subtask openSubtask : subtasks) {
      SubtaskPosition other = openSubtask.position();
      if (other.operatorId().equals(position.operatorId())) {
        boolean isSameGeneration = openSubtask.generation() == generation;
        if (other.subtask() == position.subtask()
            && (other.equals(position) || !isSameGeneration)) {
          throw new IllegalStateException(
              "subtask %d of operator '%s' is open already; close it first, or give it another operator id"
                  .formatted(position.subtask(), position.operatorId()));
        }
        if (isSameGeneration
            && (other.parallelism() != position.parallelism()
                || other.maxParallelism() != position.maxParallelism())) {
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
   * Refuses a checkpoint that would lose state, or mix points in time.
   *
   * @throws IllegalStateException if a subtask is missing, or an operator of the latest checkpoint,
   *     or a state of it that must be declared; or if subtasks were opened again and others not
   */
  void checkComplete() {
    if (subtasks.isEmpty()) {
      throw new IllegalStateException("no subtask is open: there is nothing to checkpoint");
    }
    checkOneGeneration();
    Map<String, Integer> open = new HashMap<>();
    subtasks.forEach(subtask -> open.merge(subtask.operatorId(), 1, Integer::sum));
    for (Subtask subtask : subtasks) {
      SubtaskPosition position = subtask.position();
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
    checkNoOperatorIsLost();
  }

  private void checkOneGeneration() {
    Set<String> stale = new TreeSet<>();
    for (Subtask subtask : subtasks) {
      if (subtask.generation().isEnded) {
        stale.add(subtask.describe());
      }
    }
    if (!stale.isEmpty()) {
      throw new IllegalStateException(
          "a subtask was closed while others went on, and a checkpoint would mix points in time: still open=%s; close these too and open all subtasks again, which restores them from the latest checkpoint%s"
              .formatted(
                  stale,
                  settings.regions().isEmpty()
                      ? ", or divide independent operators by region(...)"
                      : ""));
    }
  }

  private static boolean holdsNothing(StoredCheckpoint checkpoint, OperatorSnapshots operator) {
    try {
      return checkpoint.holdsNothing(operator);
    } catch (StateException e) {
      logger.warn("cannot tell whether operator '{}' had state", operator.operatorId(), e);
      return false; // What cannot be read may be state: the program has to drop it by name.
    }
  }

  private void checkDeclared() {
    for (Subtask subtask : subtasks) {
      List<String> undeclared = subtask.states().undeclaredNames();
      if (!undeclared.isEmpty()) {
        String operatorId = subtask.operatorId();
        throw new IllegalStateException(
            "restored states of operator '%s' are not declared: %s; declare them before the first checkpoint, or drop them with dropState(\"%s\", ...), or carry them on by leaving out refuseUndeclared()"
                .formatted(operatorId, undeclared, operatorId));
      }
    }
  }

  private void checkNoOperatorIsLost() {
    StoredCheckpoint latest = latest();
    if (latest == null) {
      return;
    }
    for (OperatorSnapshots operator : missing(latest)) {
      String operatorId = operator.operatorId();
      Boolean holdsNothing = holdNothing.get(operatorId);
      if (holdsNothing == null || !holdsNothing) {
        throw new IllegalStateException(
            "the %s checkpoint %d %s of operator '%s', which is not open and would be lost: open its subtasks, or drop it with dropOperator(\"%s\")"
                .formatted(
                    lastCompleted == null ? "restored" : "last",
                    latest.metadata().checkpointId(),
                    holdsNothing == null ? "may hold state, as is being looked up," : "holds state",
                    operatorId,
                    operatorId));
      }
    }
  }

  /**
   * Returns the numbers of the checkpoints of a storage from which some subtask still has state to
   * carry on, and those that subtasks are restored from.
   */
  Set<Long> pinned(Object place) {
    List<StoredCheckpoint> origins = new ArrayList<>();
    for (Subtask subtask : subtasks) {
      StoredCheckpoint origin = subtask.generation().origin();
      if (origin != null && !subtask.states().undeclaredNames().isEmpty()) {
        origins.add(origin);
      }
    }
    Set<Long> ids = new TreeSet<>();
    for (StoredCheckpoint origin : origins) {
      if (origin.storage().place().equals(place) && origin.metadata().savepoint() == null) {
        ids.add(origin.metadata().checkpointId());
      }
    }
    return ids;
  }
}
