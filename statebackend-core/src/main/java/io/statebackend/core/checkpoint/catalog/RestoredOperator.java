// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.spi.Closing;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.NativePart;
import io.statebackend.core.state.RestoredSnapshots;
import io.statebackend.core.state.SubtaskPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a restored checkpoint holds of one operator.
 *
 * @param checkpoint the checkpoint, or {@code null} if none was restored
 * @param operator the operator's snapshots, or {@code null} if the checkpoint has none
 */
public record RestoredOperator(
    @Nullable StoredCheckpoint checkpoint, @Nullable OperatorSnapshots operator) {

  /** Finds an operator in a checkpoint, which may be none. */
  public static RestoredOperator find(@Nullable StoredCheckpoint checkpoint, String operatorId) {
    OperatorSnapshots found = null;
    if (checkpoint != null) {
      for (OperatorSnapshots operator : checkpoint.metadata().operators()) {
        if (operator.operatorId().equals(operatorId)) {
          found = operator;
        }
      }
    }
    return new RestoredOperator(checkpoint, found);
  }

  /** Returns the number of key groups that the operator was created with. */
  public int maxParallelism(int ifAbsent) {
    return operator == null ? ifAbsent : operator.maxParallelism();
  }

  /**
   * Checks that the operator keeps its number of key groups.
   *
   * @throws IncompatibleStateException if it was created with another one
   */
  public void checkMaxParallelism(int maxParallelism) {
    if (operator != null && checkpoint != null && operator.maxParallelism() != maxParallelism) {
      throw new IncompatibleStateException(
          ("operator '%s' has another maximal parallelism than the restored one: restored=%d,"
                  + " declared=%d, checkpoint=%s; keys are divided by it forever, use the restored"
                  + " one")
              .formatted(
                  operator.operatorId(),
                  operator.maxParallelism(),
                  maxParallelism,
                  checkpoint.describe()));
    }
  }

  /**
   * Opens the snapshots of all old subtasks: operator state is dealt out over all of them.
   *
   * @throws io.statebackend.api.CorruptStateException if one is missing or damaged
   */
  public RestoredSnapshots open() {
    List<SnapshotReader> parts = new ArrayList<>();
    List<NativePart> nativeParts = new ArrayList<>();
    if (operator != null && checkpoint != null) {
      try {
        for (SubtaskSnapshot subtask : operator.subtasks()) {
          parts.add(checkpoint.open(operator.operatorId(), subtask));
          if (subtask.nativeSnapshot() != null) {
            NativeSnapshot snapshot = subtask.nativeSnapshot();
            nativeParts.add(
                new NativePart(
                    snapshot.format(), checkpoint.nativeSnapshot(subtask.keyGroups(), snapshot)));
          }
        }
      } catch (Throwable e) {
        Closing.allAfter(e, parts.stream().<Runnable>map(part -> part::close).toList());
        throw e;
      }
    }
    return new RestoredSnapshots(
        parts, nativeParts, checkpoint == null ? 0 : checkpoint.metadata().timestampMillis());
  }

  /** Returns the restored files that a subtask may refer to in its next native snapshot. */
  public Map<String, FileRef> nativeFiles(SubtaskPosition position) {
    Map<String, FileRef> files = new HashMap<>();
    if (operator != null) {
      for (SubtaskSnapshot subtask : operator.subtasks()) {
        if (subtask.nativeSnapshot() != null
            && subtask.keyGroups().intersects(position.keyGroups())) {
          files.putAll(SharedFiles.byName(subtask.nativeSnapshot()));
        }
      }
    }
    return Map.copyOf(files);
  }
}
