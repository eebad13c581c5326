// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CompatibilityReport.Line;
import io.statebackend.core.checkpoint.CompatibilityReport.Verdict;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares what a program declares with a checkpoint, without an engine and without reading a
 * single entry: for a test, or before a new version is deployed.
 *
 * <pre>{@code
 * CompatibilityCheck check = new CompatibilityCheck();
 * check.operator("orders").keys(Serializers.STRING).state(TOTALS).state(SEEN, Serializers.LONG);
 * check.against(storage).requireCompatible();
 * }</pre>
 *
 * <p>Not thread-safe. The storage may be one that is opened for reading only, while a program
 * writes to it.
 */
public final class CompatibilityCheck {
  private final Map<String, DeclaredOperator> operators = new LinkedHashMap<>();
  private final Set<String> droppedOperators = new HashSet<>();

  /** Creates a check of a program without operators. */
  public CompatibilityCheck() {}

  /**
   * Adds an operator, or returns one that was added before.
   *
   * @param operatorId its id
   * @return the operator, to say what it declares
   */
  public DeclaredOperator operator(String operatorId) {
    return operators.computeIfAbsent(
        requireNonNull(operatorId, "operatorId"), DeclaredOperator::new);
  }

  /**
   * Says that the program drops an operator, as {@link CheckpointCoordinatorBuilder#dropOperator}
   * does.
   *
   * @param operatorId its id
   * @return this
   */
  public CompatibilityCheck dropOperator(String operatorId) {
    droppedOperators.add(requireNonNull(operatorId, "operatorId"));
    return this;
  }

  /**
   * Compares with the latest complete checkpoint of a storage.
   *
   * @param storage the storage; it may be read-only
   * @return the verdict on every state of either side
   * @throws IllegalArgumentException if there is no complete checkpoint
   * @throws io.statebackend.api.CorruptStateException if what describes it is damaged
   * @throws io.statebackend.api.IncompatibleStateException if it is of a newer format
   */
  public CompatibilityReport against(CheckpointStorage storage) {
    return against(CheckpointCatalog.latest(storage));
  }

  /**
   * Compares with a checkpoint or savepoint.
   *
   * @param storage where it is
   * @param directory its directory there, such as {@code chk-7} or {@code savepoint-upgrade}
   * @return the verdict on every state of either side
   * @throws IllegalArgumentException if there is none
   * @throws io.statebackend.api.CorruptStateException if what describes it is damaged
   * @throws io.statebackend.api.IncompatibleStateException if it is of a newer format
   */
  public CompatibilityReport against(CheckpointStorage storage, String directory) {
    return against(CheckpointCatalog.complete(storage, directory));
  }

  private CompatibilityReport against(StoredCheckpoint checkpoint) {
    List<Line> lines = new ArrayList<>();
    Set<String> stored = new HashSet<>();
    for (OperatorSnapshots operator : checkpoint.metadata().operators()) {
      stored.add(operator.operatorId());
      compare(checkpoint, operator, lines);
    }
    for (DeclaredOperator operator : operators.values()) {
      if (!stored.contains(operator.id())) {
        operator.compare(new StoredStates(), lines);
      }
    }
    return new CompatibilityReport(checkpoint.describe(), lines);
  }

  private void compare(StoredCheckpoint checkpoint, OperatorSnapshots operator, List<Line> lines) {
    StoredStates states = new StoredStates();
    for (SubtaskSnapshot subtask : operator.subtasks()) {
      try (SnapshotReader reader = checkpoint.open(operator.operatorId(), subtask)) {
        states.add(reader.header());
      }
    }
    String id = operator.operatorId();
    DeclaredOperator declared = operators.get(id);
    if (declared != null) {
      declared.compare(states, lines);
    } else if (droppedOperators.contains(id)) {
      states.names().forEach(name -> lines.add(new Line(id, name, Verdict.DROPPED, "")));
    } else if (checkpoint.holdsNothing(operator)) {
      states.names().forEach(name -> lines.add(new Line(id, name, Verdict.DROPPED, "")));
    } else {
      lines.add(
          new Line(
              id,
              "",
              Verdict.INCOMPATIBLE,
              ("operator '%1$s' is not declared, and every checkpoint would be refused, as it would"
                      + " lose its state: declare it, or drop it with dropOperator(\"%1$s\")")
                  .formatted(id)));
      states.names().forEach(name -> lines.add(new Line(id, name, Verdict.UNDECLARED, "")));
    }
  }
}
