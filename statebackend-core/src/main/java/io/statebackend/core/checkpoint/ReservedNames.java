// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The directories in which checkpoints may create files, each of them until the last writer of its
 * checkpoint has ended. Thread-safe.
 */
final class ReservedNames {
  /** How many aborted checkpoints may wait for a storage that hangs before no other one begins. */
  private static final int ABANDONED_COUNT_MAX = 4;

  /** By directory; the run is absent while it waits for its turn. Guarded by {@code this}. */
  private final Map<String, Optional<CheckpointRun>> holders = new HashMap<>();

  /**
   * Reserves the directory of a savepoint, and waits for an earlier one of that name to be deleted
   * if it was aborted.
   *
   * @param name the name of the savepoint
   * @param limit how long to wait at most
   * @throws IllegalStateException if the earlier one has not ended
   */
  void reserve(String name, String directory, Duration limit) {
    for (boolean hasWaited = false; ; hasWaited = true) {
      Optional<CheckpointRun> holder;
      synchronized (this) {
        holder = holders.putIfAbsent(directory, Optional.empty());
      }
      if (holder == null) {
        return;
      }
      if (hasWaited || holder.isEmpty() || !holder.get().awaitReleased(limit)) {
        throw new IllegalStateException(
            "savepoint '%s' is asked for while an earlier one of that name has not ended%s; wait for it, or choose another name"
                .formatted(name, holder.map(run -> ": " + run.describe()).orElse("")));
      }
    }
  }

  /** Notes that a run begins to use its directory, reserved before or not. */
  synchronized void begin(CheckpointRun run) {
    holders.put(run.directory(), Optional.of(run));
  }

  /** Notes that nobody writes into a directory any more. */
  synchronized void release(String directory) {
    holders.remove(directory);
  }

  /**
   * Returns the aborted runs whose writers have not returned, if there are too many for another one
   * to begin. This bounds the images and threads that wait for a storage that hangs.
   *
   * @return the runs, for messages, or none
   */
  synchronized List<String> tooManyAbandoned() {
    List<String> abandoned = new ArrayList<>();
    for (Optional<CheckpointRun> holder : holders.values()) {
      holder
          .filter(CheckpointRun::isAbandoned)
          .map(CheckpointRun::describe)
          .ifPresent(abandoned::add);
    }
    return abandoned.size() < ABANDONED_COUNT_MAX ? List.of() : abandoned;
  }
}
