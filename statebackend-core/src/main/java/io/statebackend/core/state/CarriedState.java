// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateKind;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import java.util.List;

/**
 * A restored state that nobody has declared, as it is carried on: bytes that are not understood.
 *
 * @param meta what the state is
 * @param parts the restored snapshots to copy it from, those of the old subtasks in their order
 * @param isInStore whether the store has a part of it too, because the engine has restored it
 * @param position the subtask
 */
record CarriedState(
    StateMeta meta, List<RestoredState> parts, boolean isInStore, SubtaskPosition position) {

  private static final String WAYS_OUT =
      "declare it before the first checkpoint, or drop it with dropState(\"%s\", \"%s\")";

  /**
   * Chooses what this subtask has to carry on of a state.
   *
   * @param restored where the restored snapshots hold the state, one part or more
   * @throws io.statebackend.api.IncompatibleStateException if the parts have several forms
   */
  static CarriedState of(
      List<RestoredState> restored, boolean isInStore, SubtaskPosition position) {
    StateMeta meta = restored.get(0).meta();
    List<RestoredState> parts =
        restored.stream().filter(part -> isCarried(part, position)).toList();
    if (!parts.isEmpty()) {
      RestoredState.checkSameForm(parts, WAYS_OUT.formatted(position.operatorId(), meta.name()));
    }
    return new CarriedState(
        parts.isEmpty() ? meta : parts.get(0).meta(), parts, isInStore, position);
  }

  private static boolean isCarried(RestoredState part, SubtaskPosition position) {
    return switch (part.meta().kind()) {
      case SPLIT_LIST -> position.takesSplitListsOf(part.snapshot().header());
      case UNION_LIST -> position.carriesListsOf(part.snapshot().header());
      case BROADCAST_MAP -> position.broadcastsFrom(part.snapshot().header());
      case VALUE, LIST, MAP, REDUCING, AGGREGATING, TIMERS -> true;
    };
  }

  boolean isKeyed() {
    return meta.kind().isKeyed();
  }

  /** Writes operator state. */
  void copyOperatorState(SnapshotWriter writer, int stateIndex) {
    boolean isDealtOut =
        parts.stream().anyMatch(part -> position.isRescaledFrom(part.snapshot().header()));
    if (meta.kind() == StateKind.SPLIT_LIST && isDealtOut) {
      writer.write(stateIndex, SnapshotWriter.OPERATOR_STATE, SplitListShare.of(parts, position));
    } else {
      for (RestoredState part : parts) {
        writer.copy(stateIndex, SnapshotWriter.OPERATOR_STATE, part.snapshot(), part.index());
      }
    }
  }

  /** Writes what the restored snapshots hold of a key group. */
  void copyKeyGroup(SnapshotWriter writer, int stateIndex, int keyGroup) {
    for (RestoredState part : parts) {
      if (part.snapshot().header().keyGroups().contains(keyGroup)) {
        writer.copy(stateIndex, keyGroup, part.snapshot(), part.index());
      }
    }
  }
}
