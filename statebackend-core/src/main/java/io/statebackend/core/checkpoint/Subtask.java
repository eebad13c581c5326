// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import io.statebackend.core.state.SubtaskPosition;
import io.statebackend.core.state.SubtaskStates;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The state of one parallel part of an operator, and its part in checkpoints.
 *
 * <p>Belongs to one thread, the owner, which also uses the state. Between two records the owner
 * takes the snapshot of a pending checkpoint, either on its own account ({@link
 * #snapshotIfPending}), as a source or a single operator does, or when the barrier that the source
 * sent arrives ({@link #snapshot}).
 */
public final class Subtask implements AutoCloseable {
  /** The answer of {@link #pendingCheckpoint()} when there is none. */
  public static final long NO_CHECKPOINT = -1;

  private final CheckpointCoordinator coordinator;
  private final SubtaskPosition position;
  private final SubtaskStates states;

  /** The files of the last completed native snapshot; guarded by the coordinator's lock. */
  private Map<String, FileRef> nativeFiles;

  private volatile long pendingCheckpoint = NO_CHECKPOINT;

  Subtask(
      CheckpointCoordinator coordinator,
      SubtaskPosition position,
      SubtaskStates states,
      Map<String, FileRef> nativeFiles) {
    this.coordinator = coordinator;
    this.position = position;
    this.states = states;
    this.nativeFiles = nativeFiles;
  }

  /** Says which part of which operator is opened. */
  public static final class Builder {
    private final CheckpointCoordinator coordinator;
    private final String operatorId;
    private int index;
    private int parallelism = 1;
    private int maxParallelism;

    Builder(CheckpointCoordinator coordinator, String operatorId) {
      this.coordinator = coordinator;
      this.operatorId = operatorId;
    }

    /**
     * Sets the index of the subtask. Default 0.
     *
     * @param index 0 to {@code parallelism - 1}
     * @return this
     */
    public Builder index(int index) {
      this.index = index;
      return this;
    }

    /**
     * Sets the number of subtasks of the operator. Default 1.
     *
     * @param parallelism 1 to the maximal parallelism
     * @return this
     */
    public Builder parallelism(int parallelism) {
      this.parallelism = parallelism;
      return this;
    }

    /**
     * Sets the number of key groups, the most subtasks that the operator can ever have. It cannot
     * be changed once there is a checkpoint. Default: that of the restored checkpoint, otherwise
     * 128.
     *
     * @param maxParallelism 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
     * @return this
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder maxParallelism(int maxParallelism) {
      if (maxParallelism < 1 || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT) {
        throw new IllegalArgumentException(
            "maxParallelism must be 1 to %d: maxParallelism=%d"
                .formatted(KeyGroupRange.MAX_PARALLELISM_LIMIT, maxParallelism));
      }
      this.maxParallelism = maxParallelism;
      return this;
    }

    /**
     * Opens the subtask, with its share of the restored checkpoint, and makes it take part in
     * checkpoints. The calling thread need not become the owner.
     *
     * @return the subtask
     * @throws IllegalArgumentException if index and parallelism do not fit
     * @throws IllegalStateException if the subtask is open already, or another one of the operator
     *     was opened with another parallelism
     * @throws io.statebackend.api.IncompatibleStateException if the restored checkpoint has another
     *     maximal parallelism
     * @throws io.statebackend.api.CorruptStateException if a restored snapshot is damaged
     */
    public Subtask open() {
      return coordinator.openSubtask(operatorId, index, parallelism, maxParallelism);
    }
  }

  /**
   * Opens the keyed state.
   *
   * @param backend the engine that keeps it
   * @param keySerializer the serializer of the keys
   * @param <K> the type of the keys
   * @return the keyed state, closed with the subtask
   * @throws IllegalStateException if it was opened before
   * @throws io.statebackend.api.IncompatibleStateException if the restored keys are of another type
   */
  public <K> KeyedStateBackend<K> keyed(StateBackend backend, TypeSerializer<K> keySerializer) {
    return states.keyed(
        requireNonNull(backend, "backend"), requireNonNull(keySerializer, "keySerializer"));
  }

  /**
   * Returns the operator state.
   *
   * @return the operator state, closed with the subtask
   */
  public OperatorStateBackend operatorState() {
    return states.operatorState();
  }

  /**
   * Returns the operator that this is a part of.
   *
   * @return its id
   */
  public String operatorId() {
    return position.operatorId();
  }

  /**
   * Returns the key groups that the subtask owns.
   *
   * @return the range
   */
  public KeyGroupRange keyGroupRange() {
    return position.keyGroups();
  }

  /**
   * Returns the number of key groups of the operator.
   *
   * @return 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
   */
  public int maxParallelism() {
    return position.maxParallelism();
  }

  /**
   * Returns the checkpoint that awaits this subtask's snapshot. Costs a volatile read. May be asked
   * by any thread.
   *
   * @return its number, or {@link #NO_CHECKPOINT}
   */
  public long pendingCheckpoint() {
    return pendingCheckpoint;
  }

  /**
   * Takes the snapshot of the pending checkpoint, if there is one. Called by the owner between two
   * records; does not wait until it is written.
   *
   * @return {@code true} if a snapshot was taken
   * @throws IllegalStateException if another thread than the caller owns the keyed state
   * @throws StateClosedException if the subtask is closed
   */
  public boolean snapshotIfPending() {
    long checkpointId = pendingCheckpoint;
    return checkpointId != NO_CHECKPOINT && snapshot(checkpointId);
  }

  /**
   * Takes the snapshot of a checkpoint. Called by the owner between two records; does not wait
   * until it is written.
   *
   * @param checkpointId the checkpoint
   * @return {@code false} if the checkpoint does not await this subtask: it was aborted meanwhile,
   *     or the snapshot was taken before
   */
  public boolean snapshot(long checkpointId) {
    states.checkCalledByOwner();
    PendingCheckpoint checkpoint = coordinator.beginSnapshot(this, checkpointId);
    if (checkpoint == null) {
      return false;
    }
    long start = System.nanoTime();
    FrozenSubtask image;
    try {
      image = states.freeze();
    } catch (RuntimeException e) {
      coordinator.snapshotFailed(checkpoint, e);
      throw e;
    }
    coordinator.writeSnapshot(checkpoint, this, image, System.nanoTime() - start);
    return true;
  }

  /**
   * Lets another thread become the owner: the one that next uses the state. Called when no thread
   * uses it.
   */
  public void handOver() {
    states.handOver();
  }

  SubtaskPosition position() {
    return position;
  }

  SubtaskStates states() {
    return states;
  }

  Map<String, FileRef> nativeFiles() {
    return nativeFiles;
  }

  /**
   * Notes that a native snapshot is part of a completed checkpoint, so that its files can be
   * reused.
   */
  void nativeCompleted(@Nullable NativeSnapshot snapshot) {
    if (snapshot != null) {
      nativeFiles = filesByName(snapshot);
    }
  }

  static Map<String, FileRef> filesByName(NativeSnapshot snapshot) {
    return snapshot.files().stream()
        .collect(Collectors.toUnmodifiableMap(FileRef::name, file -> file, (a, b) -> a));
  }

  void request(long checkpointId) {
    pendingCheckpoint = checkpointId;
  }

  void withdraw(long checkpointId) {
    if (pendingCheckpoint == checkpointId) {
      pendingCheckpoint = NO_CHECKPOINT;
    }
  }

  String describe() {
    return position.operatorId() + "[" + position.subtask() + "]";
  }

  /**
   * Closes the subtask and its state, and takes it out of checkpoints. A checkpoint that still
   * awaits its snapshot is aborted. Closing twice does nothing.
   */
  @Override
  public void close() {
    Closing.all(List.of(() -> coordinator.closed(this), states::close));
  }
}
