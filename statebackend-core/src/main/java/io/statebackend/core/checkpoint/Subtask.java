// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.Once;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.catalog.SharedFiles;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import io.statebackend.core.state.SubtaskPosition;
import io.statebackend.core.state.SubtaskStates;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one parallel part of an operator, and its part in checkpoints.
 *
 * <p>It belongs to one thread, the owner, which also uses the state. Between two records the owner
 * takes the snapshot of a pending checkpoint. In a program with one thread, and in a source, the
 * owner does so on its own initiative ({@link #snapshotIfPending}). Otherwise it does so when the
 * number of the checkpoint arrives with the records ({@link #snapshot}).
 */
public final class Subtask implements AutoCloseable {
  /** The result of {@link #pendingCheckpoint()} when there is none. */
  public static final long NO_CHECKPOINT = -1;

  private final CheckpointCoordinator coordinator;
  private final SubtaskPosition position;
  private final SubtaskStates states;

  private final OpenSubtasks.Generation generation;
  private final boolean isSource;

  /** The files of the last completed native snapshot, by their names. */
  private volatile Map<String, FileRef> nativeFiles;

  private final Object nativeWrites = new Object();

  private volatile long pendingCheckpoint = NO_CHECKPOINT;

  /** The thread that last saw a checkpoint pending here. */
  private volatile @Nullable Thread informed;

  Subtask(
      CheckpointCoordinator coordinator,
      SubtaskPosition position,
      SubtaskStates states,
      OpenSubtasks.Generation generation,
      boolean isSource,
      Map<String, FileRef> nativeFiles) {
    this.coordinator = coordinator;
    this.position = position;
    this.states = states;
    this.generation = generation;
    this.isSource = isSource;
    this.nativeFiles = nativeFiles;
  }

  /** Says which part of which operator is opened. Each method may be called only once. */
  public static final class Builder {
    private final CheckpointCoordinator coordinator;
    private final String operatorId;
    private @Nullable Integer index;
    private @Nullable Integer parallelism;
    private @Nullable Integer maxParallelism;
    private @Nullable Boolean isSource;

    Builder(CheckpointCoordinator coordinator, String operatorId) {
      this.coordinator = coordinator;
      this.operatorId = operatorId;
    }

    /**
     * Sets the index of the subtask. Default 0.
     *
     * @param index 0 to {@code parallelism - 1}
     * @return this
     * @throws IllegalStateException if it was set before
     */
    public Builder index(int index) {
      this.index = Once.set("index", this.index, index);
      return this;
    }

    /**
     * Sets the number of subtasks of the operator. Default 1.
     *
     * @param parallelism 1 to the maximal parallelism
     * @return this
     * @throws IllegalStateException if it was set before
     */
    public Builder parallelism(int parallelism) {
      this.parallelism = Once.set("parallelism", this.parallelism, parallelism);
      return this;
    }

    /**
     * Sets the number of key groups, which is the maximum number of subtasks that the operator can
     * ever have. It cannot be changed once there is a checkpoint. Default: that of the restored
     * checkpoint, otherwise 128.
     *
     * @param maxParallelism 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
     * @return this
     * @throws IllegalArgumentException if it is out of its range
     * @throws IllegalStateException if it was set before
     */
    public Builder maxParallelism(int maxParallelism) {
      if (maxParallelism < 1 || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT) {
        throw new IllegalArgumentException(
            "maxParallelism must be 1 to %d: maxParallelism=%d"
                .formatted(KeyGroupRange.MAX_PARALLELISM_LIMIT, maxParallelism));
      }
      this.maxParallelism = Once.set("maxParallelism", this.maxParallelism, maxParallelism);
      return this;
    }

    /**
     * Says that the subtask is a source: it reads records from outside, and decides between two of
     * them when it takes its snapshot.
     *
     * <p>As soon as one subtask is a source, only sources see a pending checkpoint. The others take
     * their snapshot when its number reaches them with the records ({@link Subtask#snapshot}). A
     * program whose subtasks run on several threads needs this, so that all snapshots are of the
     * same records. A program with one thread does not need it.
     *
     * @return this
     * @throws IllegalStateException if it was said before
     */
    public Builder source() {
      isSource = Once.set("source", isSource, true);
      return this;
    }

    /**
     * Opens the subtask, with its share of the restored checkpoint, and makes it take part in
     * checkpoints. The calling thread need not become the owner.
     *
     * <p>If this subtask, or another one of its region, was closed before, it is restored from the
     * latest completed checkpoint. Then no checkpoint begins before all subtasks of the region have
     * been closed and opened again, with any parallelism ({@link
     * CheckpointCoordinatorBuilder#region}). A pending checkpoint is aborted.
     *
     * @return the subtask
     * @throws IllegalArgumentException if index and parallelism do not match
     * @throws IllegalStateException if the subtask is open already, or another one of the operator
     *     was opened with another parallelism, or the operator is dropped
     * @throws io.statebackend.api.IncompatibleStateException if the restored checkpoint has another
     *     maximal parallelism
     * @throws io.statebackend.api.CorruptStateException if a restored snapshot is damaged
     * @throws io.statebackend.api.StateIoException if the storage cannot be read
     */
    public Subtask open() {
      return coordinator.openSubtask(
          operatorId,
          index == null ? 0 : index,
          parallelism == null ? 1 : parallelism,
          maxParallelism == null ? 0 : maxParallelism,
          isSource != null);
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
   * Returns the checkpoint that waits for this subtask's snapshot. Costs a volatile read. Any
   * thread may call it.
   *
   * @return its number, or {@link #NO_CHECKPOINT} if there is none, or if the program has sources
   *     and this is not one
   */
  public long pendingCheckpoint() {
    long checkpointId = pendingCheckpoint;
    if (checkpointId != NO_CHECKPOINT) {
      if (!coordinator.isVisibleTo(this)) {
        return NO_CHECKPOINT;
      }
      informed = Thread.currentThread();
    }
    return checkpointId;
  }

  /**
   * Takes the snapshot of the pending checkpoint, if there is one. Called by the owner between two
   * records, in a program of one thread or by a source ({@link Builder#source}); does not wait
   * until it is written.
   *
   * @return {@code true} if a snapshot was taken
   * @throws IllegalStateException if another thread than the caller owns the keyed state; or if the
   *     program has sources and this is not one; or if another thread has taken a snapshot of the
   *     same checkpoint in this way, which would be of another record: the checkpoint is aborted
   * @throws StateClosedException if the subtask is closed
   */
  public boolean snapshotIfPending() {
    if (pendingCheckpoint == NO_CHECKPOINT) {
      return false;
    }
    long checkpointId = pendingCheckpoint();
    if (checkpointId == NO_CHECKPOINT && pendingCheckpoint != NO_CHECKPOINT) {
      throw new IllegalStateException(
          "%s is not a source, and this program has sources: it takes its snapshot when the number of the checkpoint reaches it with the records, by snapshot(checkpointId)"
              .formatted(describe()));
    }
    return checkpointId != NO_CHECKPOINT && snapshot(checkpointId);
  }

  /**
   * Takes the snapshot of a checkpoint. Called by the owner between two records; does not wait
   * until it is written.
   *
   * @param checkpointId the checkpoint
   * @return {@code false} if the checkpoint does not await this subtask: it was aborted meanwhile,
   *     or the snapshot was taken before
   * @throws IllegalStateException if another thread than the caller owns the keyed state; or as
   *     {@link #snapshotIfPending} if the calling thread has seen the checkpoint pending here
   */
  public boolean snapshot(long checkpointId) {
    return take(checkpointId, null);
  }

  /**
   * Takes the snapshot of a checkpoint, as {@link #snapshot(long)} does, and reports how long the
   * subtask has waited for it.
   *
   * @param checkpointId the checkpoint
   * @param alignment the time from the first barrier of the checkpoint to the last one, zero or
   *     more
   * @return {@code false} if the checkpoint does not await this subtask
   * @throws IllegalStateException as {@link #snapshot(long)}
   */
  public boolean snapshot(long checkpointId, Duration alignment) {
    return take(checkpointId, alignment.toNanos());
  }

  /**
   * Gives up a checkpoint instead of taking the snapshot: because its barrier does not come by all
   * inputs, for example. Nothing of the checkpoint stays, and listeners hear of the abort. May be
   * called by any thread.
   *
   * @param checkpointId the checkpoint
   * @param cause why; listeners and whoever waits for the checkpoint get it
   * @return {@code false} if the checkpoint is not pending, or its snapshots are all written
   */
  public boolean decline(long checkpointId, Throwable cause) {
    CheckpointRun run = coordinator.pending(checkpointId);
    return run != null && run.abort(requireNonNull(cause, "cause"));
  }

  private boolean take(long checkpointId, @Nullable Long alignmentNanos) {
    states.checkCalledByOwner();
    CheckpointRun run = coordinator.pending(checkpointId);
    if (run == null || !run.begin(this, informed == Thread.currentThread())) {
      return false;
    }
    withdraw(checkpointId);
    long start = coordinator.nanoTime();
    FrozenSubtask image;
    try {
      image = states.freeze();
    } catch (Throwable e) {
      run.snapshotFailed(e);
      throw e;
    }
    long end = coordinator.nanoTime();
    run.submit(this, image, new SnapshotTask.Taken(alignmentNanos, end - start, end));
    return true;
  }

  /**
   * Lets another thread become the owner: the next one that uses the state. Call this when no
   * thread is using it.
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

  OpenSubtasks.Generation generation() {
    return generation;
  }

  boolean isSource() {
    return isSource;
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
      nativeFiles = SharedFiles.byName(snapshot);
    }
  }

  /** Held while a snapshot is written by the engine itself, since such writes never overlap. */
  Object nativeWrites() {
    return nativeWrites;
  }

  void request(long checkpointId) {
    informed = null;
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
   * Closes the subtask and its state, and removes it from checkpoints. A checkpoint that still
   * waits for its snapshot is aborted. Closing twice does nothing.
   */
  @Override
  public void close() {
    Closing.all(List.of(() -> coordinator.closed(this), states::close));
  }
}
