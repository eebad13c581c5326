// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.snapshot.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sets up a coordinator. Each method can be left out. */
public final class CheckpointCoordinatorBuilder {
  final CheckpointStorage storage;
  private final Set<String> droppedOperators = new TreeSet<>();
  private final Map<String, Set<String>> droppedStates = new TreeMap<>();
  private boolean refuseUndeclared;
  final List<CheckpointListener> listeners = new ArrayList<>();
  private @Nullable Duration interval;
  private Duration minPause = Duration.ZERO;
  private Duration timeout = Duration.ofMinutes(10);
  private int retained = 2;
  private Compression compression = Compression.NONE;
  @Nullable Executor executor;
  Function<CheckpointCatalog, Optional<StoredCheckpoint>> restore = CheckpointCatalog::latestIntact;

  CheckpointCoordinatorBuilder(CheckpointStorage storage) {
    this.storage = requireNonNull(storage, "storage");
  }

  /**
   * Sets the time from one periodic trigger to the next, once {@link CheckpointCoordinator#start()}
   * was called. Default: checkpoints are triggered by hand only. Shorter intervals mean less to
   * repeat after a crash, and more bytes written.
   *
   * @param interval more than zero
   * @return this
   */
  public CheckpointCoordinatorBuilder interval(Duration interval) {
    this.interval = checkPositive("interval", interval);
    return this;
  }

  /**
   * Sets the least time from the end of a checkpoint to the next periodic trigger, so that a slow
   * storage does not keep the program busy with nothing but checkpoints. Default zero.
   *
   * @param minPause zero or more
   * @return this
   */
  public CheckpointCoordinatorBuilder minPause(Duration minPause) {
    if (minPause.isNegative()) {
      throw new IllegalArgumentException("minPause must not be negative: minPause=" + minPause);
    }
    this.minPause = minPause;
    return this;
  }

  /**
   * Sets the time after which a checkpoint that is not complete is aborted. Default 10 minutes.
   *
   * @param timeout more than zero
   * @return this
   */
  public CheckpointCoordinatorBuilder timeout(Duration timeout) {
    this.timeout = checkPositive("timeout", timeout);
    return this;
  }

  /**
   * Sets how many complete checkpoints are kept. Older ones are deleted. Default 2: should the last
   * one be damaged, there is one before. Savepoints do not count and are never deleted.
   *
   * @param retained 1 or more
   * @return this
   */
  public CheckpointCoordinatorBuilder retain(int retained) {
    if (retained < 1) {
      throw new IllegalArgumentException(
          "at least 1 checkpoint must be retained: retained=" + retained);
    }
    this.retained = retained;
    return this;
  }

  /**
   * Sets how the blocks of snapshots are compressed. Default: not at all.
   *
   * @param compression the codec
   * @return this
   */
  public CheckpointCoordinatorBuilder compression(Compression compression) {
    this.compression = requireNonNull(compression, "compression");
    return this;
  }

  /**
   * Sets what writes snapshots: for each snapshot of a subtask one task, which does I/O. Default:
   * up to four daemon threads of the coordinator. It is not shut down.
   *
   * @param executor runs tasks on threads other than the subtasks' owners
   * @return this
   */
  public CheckpointCoordinatorBuilder executor(Executor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Adds a listener.
   *
   * @param listener hears of every checkpoint
   * @return this
   */
  public CheckpointCoordinatorBuilder listener(CheckpointListener listener) {
    listeners.add(requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Restores the latest complete checkpoint that is intact, or starts empty if there is none. This
   * is the default. Every byte is verified first; a damaged checkpoint is logged, and the one
   * before is taken.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreLatest() {
    restore = CheckpointCatalog::latestIntact;
    return this;
  }

  /**
   * Restores one checkpoint of the storage and no other.
   *
   * @param checkpointId its number
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreFrom(long checkpointId) {
    restore = catalog -> Optional.of(catalog.intact(checkpointId));
    return this;
  }

  /**
   * Restores a savepoint, or a checkpoint of another storage.
   *
   * @param source where it is, which must stay open while there are subtasks; may be the same
   *     storage
   * @param directory its directory there, such as {@code savepoint-upgrade}
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreFrom(CheckpointStorage source, String directory) {
    requireNonNull(source, "source");
    requireNonNull(directory, "directory");
    restore = catalog -> Optional.of(CheckpointCatalog.intact(source, directory));
    return this;
  }

  /**
   * Restores nothing, whatever checkpoints there are. Those are subsumed by new ones in time.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder startEmpty() {
    restore = catalog -> Optional.empty();
    return this;
  }

  /**
   * Gives up the state of an operator that the restored checkpoint holds and the program does not
   * have any more. Without this, a checkpoint that would lose such state is refused.
   *
   * @param operatorId the operator
   * @return this
   */
  public CheckpointCoordinatorBuilder dropOperator(String operatorId) {
    droppedOperators.add(requireNonNull(operatorId, "operatorId"));
    return this;
  }

  /**
   * Gives up one state that the restored checkpoint holds: because the program has no use for it
   * any more, or to begin anew with one that cannot be read. A state that is declared under the
   * name begins empty. Does nothing if the checkpoint has no such state, so the call may stay after
   * the first checkpoint without it.
   *
   * @param operatorId the operator
   * @param stateName the name of the state
   * @return this
   */
  public CheckpointCoordinatorBuilder dropState(String operatorId, String stateName) {
    droppedStates
        .computeIfAbsent(requireNonNull(operatorId, "operatorId"), id -> new TreeSet<>())
        .add(requireNonNull(stateName, "stateName"));
    return this;
  }

  /**
   * Refuses checkpoints while an open subtask has not declared all states that were restored for
   * it. Default: such states are carried on from checkpoint to checkpoint. To be set by a program
   * that declares all its states at the start, so that a state that was renamed or forgotten is
   * noticed at once.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder refuseUndeclared() {
    refuseUndeclared = true;
    return this;
  }

  private static Duration checkPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be more than zero: " + name + "=" + value);
    }
    return value;
  }

  CheckpointSettings settings() {
    return new CheckpointSettings(
        interval,
        minPause,
        timeout,
        retained,
        compression,
        Set.copyOf(droppedOperators),
        Map.copyOf(droppedStates),
        refuseUndeclared);
  }

  /**
   * Opens the coordinator: finds and verifies the checkpoint to restore, and deletes what a crashed
   * process left unfinished. Reads all bytes of the checkpoint that is restored.
   *
   * @return the coordinator
   * @throws CorruptStateException if the checkpoint to restore is damaged, or all are
   * @throws IncompatibleStateException if the checkpoint to restore, or the latest, is of a newer
   *     format
   * @throws StateIoException if the storage cannot be read
   * @throws IllegalArgumentException if the checkpoint to restore does not exist, or the storage is
   *     a checkpoint itself and not a place for them
   */
  public CheckpointCoordinator open() {
    return new CheckpointCoordinator(this);
  }
}
