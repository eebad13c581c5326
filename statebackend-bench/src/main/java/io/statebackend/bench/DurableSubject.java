// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.file.Path;

/** A subject whose value state can be checkpointed to a directory, and restored. */
interface DurableSubject extends Subject {

  /** Opens empty state that writes its checkpoints into a directory. */
  <K, V> DurableState<K, V> create(Entries<K, V> entries, Path directory);

  /** Opens the state of a checkpoint that an instance of this class has written there. */
  <K, V> DurableState<K, V> restore(Entries<K, V> entries, Path directory, Checkpoint checkpoint);

  /**
   * Value state with checkpoints.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   */
  interface DurableState<K, V> extends ValueSubject<K, V> {

    /** Does the owner's part of a checkpoint; another thread does the rest from then on. */
    Checkpoint beginCheckpoint();
  }

  /** A checkpoint that is being written, or is complete. */
  interface Checkpoint {

    boolean isComplete();

    /** Waits until the checkpoint is complete, and returns how many bytes it has. */
    long await();
  }
}
