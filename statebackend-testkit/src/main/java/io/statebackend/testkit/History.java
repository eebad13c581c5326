// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.core.checkpoint.CompletedCheckpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What a program has put into its checkpoints, and which of them it was told are complete. */
final class History {
  private final NavigableMap<Long, Map<String, String>> taken = new TreeMap<>();
  private final Map<String, Long> savepoints = new HashMap<>();
  private long lastCompleted;

  /** Notes what a checkpoint is to hold. */
  void took(long checkpointId, Map<String, String> state) {
    taken.put(checkpointId, Map.copyOf(state));
  }

  /** Notes that a checkpoint was reported complete. */
  void completed(CompletedCheckpoint checkpoint) {
    lastCompleted = Math.max(lastCompleted, checkpoint.id());
  }

  /** Notes that a savepoint was reported complete. */
  void completed(String savepoint, CompletedCheckpoint checkpoint) {
    savepoints.put(savepoint, checkpoint.id());
  }

  /** Returns the savepoints that were reported complete, and the numbers they have. */
  Map<String, Long> savepoints() {
    return savepoints;
  }

  /** Returns what a checkpoint held. */
  Map<String, String> stateOf(long checkpointId) {
    if (checkpointId == 0) {
      return Map.of();
    }
    assertThat(taken).as("the checkpoints that were triggered").containsKey(checkpointId);
    return requireNonNull(taken.get(checkpointId));
  }

  /**
   * Checks what was restored: the last checkpoint reported complete, or a later one whose
   * publication the crash or error hid from the program.
   *
   * @param restoredId its number, 0 for none
   * @param state what the program finds
   */
  void checkRestored(long restoredId, Map<String, String> state) {
    assertThat(restoredId)
        .as("the checkpoint that is restored; %d was reported complete", lastCompleted)
        .isGreaterThanOrEqualTo(lastCompleted);
    checkHolds(restoredId, state);
    lastCompleted = restoredId;
  }

  /** Checks the state of one checkpoint, which need not be the last. */
  void checkHolds(long checkpointId, Map<String, String> state) {
    assertThat(state)
        .as("the state restored from checkpoint %d", checkpointId)
        .containsExactlyInAnyOrderEntriesOf(stateOf(checkpointId));
  }
}
