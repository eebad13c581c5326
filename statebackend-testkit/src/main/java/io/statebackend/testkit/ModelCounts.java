// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

/** What sequences of the model have done. Mutable. */
final class ModelCounts {
  long sequences;
  long steps;

  /** The steps during which the state was in the backend that is tested, not in the other one. */
  long stepsOnTested;

  long checkpoints;
  long restores;

  /** Savepoints that were restored in the other backend. */
  long moves;

  void add(ModelCounts more) {
    sequences += more.sequences;
    steps += more.steps;
    stepsOnTested += more.stepsOnTested;
    checkpoints += more.checkpoints;
    restores += more.restores;
    moves += more.moves;
  }

  @Override
  public String toString() {
    return "sequences=%d, steps=%d, on the backend itself=%d, checkpoints=%d, restores=%d, moves=%d"
        .formatted(sequences, steps, stepsOnTested, checkpoints, restores, moves);
  }
}
