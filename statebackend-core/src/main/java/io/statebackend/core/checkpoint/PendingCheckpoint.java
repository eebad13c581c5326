// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.SubtaskPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint between its trigger and its end. All of its state is guarded by the coordinator's
 * lock.
 */
final class PendingCheckpoint {

  /** How far a checkpoint is. */
  enum Phase {
    /** Subtasks take and write their snapshots. */
    WRITING,
    /** All are written, the metadata is being published; it cannot be aborted any more. */
    PUBLISHING,
    ENDED
  }

  final long id;
  final String directory;
  final @Nullable String savepoint;
  final long startNanos;
  final CompletableFuture<CompletedCheckpoint> future;

  Phase phase = Phase.WRITING;
  boolean completed;
  @Nullable Future<?> timeout;
  long syncNanosMax;
  long asyncNanosMax;

  /** The subtasks that have not begun their snapshot. */
  private final Set<Subtask> awaited;

  private final Map<SubtaskPosition, SubtaskSnapshot> snapshots = new LinkedHashMap<>();
  private final int subtaskCount;
  private final List<StorageOutput> outputs = new ArrayList<>();
  private final List<SharedFiles> sharedFiles = new ArrayList<>();
  private int writerCount;

  PendingCheckpoint(
      long id,
      String directory,
      @Nullable String savepoint,
      long startNanos,
      CompletableFuture<CompletedCheckpoint> future,
      Collection<Subtask> subtasks) {
    this.id = id;
    this.directory = directory;
    this.savepoint = savepoint;
    this.startNanos = startNanos;
    this.future = future;
    this.awaited = new HashSet<>(subtasks);
    this.subtaskCount = subtasks.size();
  }

  void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  boolean isSavepoint() {
    return savepoint != null;
  }

  /** Tells whether a subtask has not begun its snapshot. */
  boolean awaits(Subtask subtask) {
    return awaited.contains(subtask);
  }

  /** Notes that a subtask begins its snapshot; {@code false} if it should not. */
  boolean begin(Subtask subtask) {
    if (phase == Phase.WRITING && awaited.remove(subtask)) {
      writerCount++;
      return true;
    }
    return false;
  }

  /** Notes a file that is being written, to be closed when the checkpoint is aborted. */
  void opened(StorageOutput output) {
    outputs.add(output);
  }

  List<StorageOutput> outputs() {
    return List.copyOf(outputs);
  }

  void opened(SharedFiles files) {
    sharedFiles.add(files);
  }

  /**
   * Notes that a subtask's snapshot is written.
   *
   * @return {@code true} if it was the last one: the caller publishes the checkpoint now
   */
  boolean acknowledge(
      SubtaskPosition position, SubtaskSnapshot snapshot, long syncNanos, long asyncNanos) {
    if (phase != Phase.WRITING) {
      return false;
    }
    snapshots.put(position, snapshot);
    syncNanosMax = Math.max(syncNanosMax, syncNanos);
    asyncNanosMax = Math.max(asyncNanosMax, asyncNanos);
    boolean last = snapshots.size() == subtaskCount;
    if (last) {
      phase = Phase.PUBLISHING;
    }
    return last;
  }

  Map<SubtaskPosition, SubtaskSnapshot> snapshots() {
    return snapshots;
  }

  /** Notes that nobody writes a subtask's snapshot any more. */
  void writerEnded() {
    writerCount--;
  }

  boolean isAborted() {
    return phase == Phase.ENDED && !completed;
  }

  boolean hasWriters() {
    return writerCount > 0;
  }

  /** Returns the paths of shared files that are garbage when the checkpoint is aborted. */
  List<String> createdSharedFiles() {
    List<String> paths = new ArrayList<>();
    sharedFiles.forEach(files -> paths.addAll(files.created()));
    return paths;
  }

  String describe() {
    return isSavepoint() ? "savepoint '" + savepoint + "' (" + id + ")" : "checkpoint " + id;
  }

  String describeProgress() {
    List<String> missing = new ArrayList<>();
    awaited.forEach(subtask -> missing.add(subtask.describe()));
    missing.sort(null);
    return "written=%d of %d, not begun by=%s".formatted(snapshots.size(), subtaskCount, missing);
  }

  CheckpointMetadata metadata(long timestampMillis) {
    Map<String, Map<SubtaskPosition, SubtaskSnapshot>> byOperator = new TreeMap<>();
    snapshots.forEach(
        (position, snapshot) ->
            byOperator
                .computeIfAbsent(position.operatorId(), id -> new LinkedHashMap<>())
                .put(position, snapshot));
    List<OperatorSnapshots> operators = new ArrayList<>();
    byOperator.forEach(
        (operatorId, subtasks) -> {
          SubtaskPosition any = subtasks.keySet().iterator().next();
          List<SubtaskSnapshot> ordered = new ArrayList<>(subtasks.values());
          ordered.sort(Comparator.comparingInt(SubtaskSnapshot::subtask));
          operators.add(
              new OperatorSnapshots(operatorId, any.parallelism(), any.maxParallelism(), ordered));
        });
    return new CheckpointMetadata(id, timestampMillis, savepoint, operators);
  }
}
