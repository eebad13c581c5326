// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.CheckpointCatalog.Unneeded;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import io.statebackend.core.state.SubtaskPosition;
import io.statebackend.core.state.SubtaskStates;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the checkpoints of all operators of one process, and restores them.
 *
 * <pre>{@code
 * try (var storage = FileCheckpointStorage.open(directory);
 *     var checkpoints =
 *         CheckpointCoordinator.builder(storage).interval(Duration.ofSeconds(10)).open();
 *     var subtask = checkpoints.subtask("word-count").open()) {
 *   var counts = subtask.keyed(backend, Serializers.STRING);
 *   ...
 *   checkpoints.start();
 *   for (String word : words) {
 *     counts.setCurrentKey(word);
 *     ...
 *     subtask.snapshotIfPending();
 *   }
 * }
 * }</pre>
 *
 * <p>A checkpoint is triggered, by hand or periodically; each subtask then takes its snapshot,
 * which is written by another thread; when all are written, the metadata is published in one atomic
 * step, and the checkpoint is complete. If anything fails before, the checkpoint is aborted,
 * nothing of it stays, and the next one is not affected. There is one checkpoint at a time.
 *
 * <p>Thread-safe. Closing it closes neither the storage nor the subtasks.
 */
public final class CheckpointCoordinator implements AutoCloseable {
  /** The number of key groups of an operator that does not say otherwise. */
  public static final int DEFAULT_MAX_PARALLELISM = 128;

  private static final Logger logger = LoggerFactory.getLogger(CheckpointCoordinator.class);
  private static final long NONE = -1;
  private static final int OPERATOR_ID_LENGTH_MAX = 255;

  private final CheckpointStorage storage;
  private final CheckpointSettings settings;
  private final CheckpointThreads threads;
  private final Deletions deletions;
  private final List<CheckpointListener> listeners;
  private final @Nullable StoredCheckpoint restored;
  private final Object lock = new Object();

  // All that follows is guarded by the lock.
  private final CheckpointCatalog catalog;
  private final OpenSubtasks subtasks;
  private @Nullable PendingCheckpoint pending;

  /** A trigger by hand that waits until the pending checkpoint has ended. */
  private @Nullable QueuedTrigger queued;

  private boolean periodic;

  /** Why the last periodic trigger was refused, so that it is logged once; null if none was. */
  private @Nullable String lastRefusal;

  private @Nullable Future<?> nextTrigger;
  private long lastTriggerNanos;
  private boolean closed;

  private record QueuedTrigger(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {}

  CheckpointCoordinator(CheckpointCoordinatorBuilder builder) {
    storage = builder.storage;
    settings = builder.settings();
    listeners = List.copyOf(builder.listeners);
    catalog = new CheckpointCatalog(storage);
    restored = builder.restore.apply(catalog).orElse(null);
    if (restored != null) {
      catalog.follow(restored);
    }
    deletions = new Deletions(storage);
    deleteGarbage(catalog.garbage());
    subtasks = new OpenSubtasks(restored, settings);
    threads = new CheckpointThreads(builder.executor);
    logger.info(
        "checkpoints in {}: {}",
        storage.location(),
        restored == null ? "none restored" : "restored " + restored.directory());
  }

  private void deleteGarbage(Unneeded garbage) {
    for (String path : garbage.paths()) {
      logger.info("deleting {} in {}, which no checkpoint refers to", path, storage.location());
    }
    deletions.delete(garbage.directories(), garbage.sharedFiles());
  }

  /**
   * Begins to set up a coordinator.
   *
   * @param storage where checkpoints are kept; it stays the caller's to close
   * @return a builder
   */
  public static CheckpointCoordinatorBuilder builder(CheckpointStorage storage) {
    return new CheckpointCoordinatorBuilder(storage);
  }

  /**
   * Returns the checkpoint that was restored.
   *
   * @return the checkpoint, or nothing if the program starts empty
   */
  public Optional<CompletedCheckpoint> restored() {
    return Optional.ofNullable(restored).map(StoredCheckpoint::summary);
  }

  /**
   * Returns the complete checkpoints that the storage retains.
   *
   * @return the checkpoints, the oldest first, without savepoints
   */
  public List<CompletedCheckpoint> completed() {
    synchronized (lock) {
      return catalog.complete();
    }
  }

  /**
   * Begins to open a subtask. All subtasks of all operators are opened before the first checkpoint.
   *
   * @param operatorId the operator; the name under which its state is found again after a restart,
   *     1 to 255 characters without control characters
   * @return a builder
   */
  public Subtask.Builder subtask(String operatorId) {
    requireNonNull(operatorId, "operatorId");
    if (operatorId.isEmpty()
        || operatorId.length() > OPERATOR_ID_LENGTH_MAX
        || operatorId.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the id of an operator is 1 to %d characters without control characters: length=%d"
              .formatted(OPERATOR_ID_LENGTH_MAX, operatorId.length()));
    }
    return new Subtask.Builder(this, operatorId);
  }

  Subtask openSubtask(String operatorId, int index, int parallelism, int maxParallelism) {
    RestoredOperator source = RestoredOperator.find(restored, operatorId);
    int keyGroups =
        maxParallelism != 0 ? maxParallelism : source.maxParallelism(DEFAULT_MAX_PARALLELISM);
    SubtaskPosition position = new SubtaskPosition(operatorId, index, parallelism, keyGroups);
    KeyGroupRange unused = position.keyGroups();
    source.checkMaxParallelism(keyGroups);
    synchronized (lock) {
      checkOpen();
      subtasks.checkFits(position);
    }
    SubtaskStates states =
        new SubtaskStates(
            position,
            source.open(position),
            settings.droppedStates().getOrDefault(operatorId, Set.of()));
    Subtask subtask = new Subtask(this, position, states, source.nativeFiles(position));
    try {
      synchronized (lock) {
        checkOpen();
        subtasks.add(subtask);
      }
    } catch (RuntimeException e) {
      Closing.allAfter(e, List.of(states::close));
      throw e;
    }
    return subtask;
  }

  void closed(Subtask subtask) {
    PendingCheckpoint aborted = null;
    synchronized (lock) {
      subtasks.remove(subtask);
      if (pending != null && pending.awaits(subtask)) {
        aborted = pending;
      }
    }
    if (aborted != null) {
      abort(
          aborted,
          new StateClosedException(
              subtask.describe() + " was closed before it took its snapshot of the checkpoint"));
    }
  }

  /**
   * Starts periodic checkpoints, if there is an interval; the first one is triggered after it.
   * Called when all subtasks are open.
   *
   * @throws IllegalStateException if no interval was set, or a subtask is missing
   */
  public void start() {
    synchronized (lock) {
      checkOpen();
      if (settings.interval() == null) {
        throw new IllegalStateException("no interval was set: trigger checkpoints by hand");
      }
      subtasks.checkComplete();
      if (!periodic) {
        periodic = true;
        lastTriggerNanos = System.nanoTime();
        scheduleNextTrigger(settings.interval());
      }
    }
  }

  /** Schedules the next periodic trigger, in place of the one that may be scheduled already. */
  private void scheduleNextTrigger(Duration delay) {
    if (nextTrigger != null) {
      nextTrigger.cancel(false);
    }
    nextTrigger = threads.schedule(this::triggerPeriodically, delay);
  }

  private void triggerPeriodically() {
    PendingCheckpoint started;
    synchronized (lock) {
      if (closed || pending != null) {
        return; // A pending checkpoint schedules the next trigger when it ends.
      }
      try {
        started = begin(null, new CompletableFuture<>());
      } catch (IllegalStateException e) {
        if (!Objects.equals(e.getMessage(), lastRefusal)) {
          lastRefusal = e.getMessage();
          logger.warn("no checkpoint is triggered: {}", lastRefusal);
        }
        scheduleNextTrigger(requireNonNull(settings.interval()));
        return;
      }
    }
    announce(started);
  }

  /**
   * Triggers a checkpoint. If one is pending, the new one begins when that has ended; all triggers
   * that wait for it get one checkpoint. The thread that owns a subtask must not wait for the
   * result before it has taken the subtask's snapshot.
   *
   * @return completed with the checkpoint once it is complete and durable, or exceptionally with
   *     the cause of its abort
   * @throws IllegalStateException if a subtask is missing, or an operator of the restored
   *     checkpoint, so that state would be lost; or if a savepoint waits for its turn
   * @throws StateClosedException if the coordinator is closed
   */
  public CompletableFuture<CompletedCheckpoint> trigger() {
    return trigger(null);
  }

  /**
   * Triggers a savepoint: a checkpoint in the portable format, in a directory {@code
   * savepoint-<name>} of its own that can be moved anywhere, and that is never deleted by the
   * coordinator.
   *
   * @param name its name: letters, digits, {@code -}, {@code _} and {@code .}
   * @return completed with the savepoint once it is complete and durable, or exceptionally with the
   *     cause of its abort
   * @throws IllegalArgumentException if the name is not legal, or a savepoint of that name exists
   * @throws IllegalStateException as {@link #trigger()}, or if another trigger waits for its turn
   * @throws StateClosedException if the coordinator is closed
   */
  public CompletableFuture<CompletedCheckpoint> savepoint(String name) {
    if (!name.matches("[A-Za-z0-9_.-]{1,200}")) {
      throw new IllegalArgumentException(
          "the name of a savepoint is 1 to 200 letters, digits, '-', '_' and '.': name='"
              + name
              + "'");
    }
    if (!storage.list(CheckpointCatalog.SAVEPOINT_PREFIX + name).isEmpty()) {
      throw new IllegalArgumentException(
          "there is a savepoint '%s' already in %s; choose another name"
              .formatted(name, storage.location()));
    }
    return trigger(name);
  }

  private CompletableFuture<CompletedCheckpoint> trigger(@Nullable String savepoint) {
    PendingCheckpoint started;
    synchronized (lock) {
      checkOpen();
      subtasks.checkComplete();
      if (pending != null) {
        return enqueue(savepoint);
      }
      started = begin(savepoint, new CompletableFuture<>());
    }
    announce(started);
    return started.future;
  }

  private CompletableFuture<CompletedCheckpoint> enqueue(@Nullable String savepoint) {
    if (queued == null) {
      queued = new QueuedTrigger(savepoint, new CompletableFuture<>());
    } else if (savepoint != null || queued.savepoint() != null) {
      throw new IllegalStateException(
          "a checkpoint is pending and another trigger waits for its end; try the savepoint later");
    }
    return queued.future();
  }

  private PendingCheckpoint begin(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {
    subtasks.checkComplete();
    long id = catalog.newId();
    String directory =
        savepoint == null
            ? CheckpointCatalog.directoryOf(id)
            : CheckpointCatalog.SAVEPOINT_PREFIX + savepoint;
    lastTriggerNanos = System.nanoTime();
    PendingCheckpoint started =
        new PendingCheckpoint(id, directory, savepoint, lastTriggerNanos, future, subtasks.all());
    pending = started;
    subtasks.all().forEach(subtask -> subtask.request(id));
    started.timeout = threads.schedule(() -> timeOut(started), settings.timeout());
    return started;
  }

  private void announce(PendingCheckpoint started) {
    notifyListeners(listener -> listener.triggered(started.id));
  }

  private void timeOut(PendingCheckpoint checkpoint) {
    String progress;
    synchronized (lock) {
      progress = checkpoint.describeProgress();
    }
    abort(
        checkpoint,
        new StateIoException(
            "%s timed out after %s: %s"
                .formatted(checkpoint.describe(), settings.timeout(), progress)));
  }

  @Nullable PendingCheckpoint beginSnapshot(Subtask subtask, long checkpointId) {
    synchronized (lock) {
      if (pending != null && pending.id == checkpointId && pending.begin(subtask)) {
        subtask.withdraw(checkpointId);
        return pending;
      }
      return null;
    }
  }

  void snapshotFailed(PendingCheckpoint checkpoint, RuntimeException cause) {
    abort(checkpoint, cause);
    writerEnded(checkpoint);
  }

  void writeSnapshot(
      PendingCheckpoint checkpoint, Subtask subtask, FrozenSubtask image, long syncNanos) {
    SnapshotTask task =
        new SnapshotTask(lock, storage, settings.compression(), checkpoint, subtask, image);
    try {
      threads.execute(() -> writeAndAcknowledge(task, syncNanos));
    } catch (RuntimeException e) {
      task.close();
      snapshotFailed(checkpoint, e);
    }
  }

  private void writeAndAcknowledge(SnapshotTask task, long syncNanos) {
    PendingCheckpoint checkpoint = task.checkpoint();
    long start = System.nanoTime();
    boolean last = false;
    try (task) {
      SubtaskSnapshot snapshot = task.write();
      synchronized (lock) {
        last =
            checkpoint.acknowledge(
                task.subtask().position(), snapshot, syncNanos, System.nanoTime() - start);
      }
    } catch (RuntimeException | Error e) {
      abort(checkpoint, e);
    }
    if (last) {
      publish(checkpoint);
    }
    writerEnded(checkpoint);
  }

  private void publish(PendingCheckpoint checkpoint) {
    CheckpointMetadata metadata;
    synchronized (lock) {
      metadata = checkpoint.metadata(System.currentTimeMillis());
    }
    try {
      storage.publish(
          checkpoint.directory + "/" + StoredCheckpoint.METADATA_FILE, metadata.encode());
    } catch (RuntimeException | Error e) {
      end(checkpoint, e);
      return;
    }
    StoredCheckpoint stored = new StoredCheckpoint(storage, checkpoint.directory, metadata);
    CompletedCheckpoint completed = stored.summary();
    Unneeded subsumed = Unneeded.NOTHING;
    synchronized (lock) {
      if (!checkpoint.isSavepoint()) {
        catalog.add(stored);
        subsumed = catalog.subsume(settings.retained(), pinnedId());
      }
      checkpoint
          .snapshots()
          .forEach(
              (position, snapshot) -> {
                Subtask subtask = subtasks.get(position);
                if (subtask != null) {
                  subtask.nativeCompleted(snapshot.nativeSnapshot());
                }
              });
    }
    logger.info(
        "{} completed: bytes={}, sync={} ms, async={} ms, total={} ms, directory={}/{}",
        checkpoint.describe(),
        completed.sizeBytes(),
        millis(checkpoint.syncNanosMax),
        millis(checkpoint.asyncNanosMax),
        millis(System.nanoTime() - checkpoint.startNanos),
        storage.location(),
        checkpoint.directory);
    settleNative(checkpoint, true);
    deletions.delete(subsumed.directories(), subsumed.sharedFiles());
    notifyListeners(listener -> listener.completed(completed));
    end(checkpoint, completed, null);
  }

  /** Returns the checkpoint whose files are still needed whatever its age. */
  private long pinnedId() {
    return restored != null && subtasks.needRestored(storage)
        ? restored.metadata().checkpointId()
        : NONE;
  }

  private static String millis(long nanos) {
    return String.format(java.util.Locale.ROOT, "%.1f", nanos / 1e6);
  }

  private void abort(PendingCheckpoint checkpoint, Throwable cause) {
    List<StorageOutput> outputs;
    synchronized (lock) {
      if (checkpoint.phase != PendingCheckpoint.Phase.WRITING) {
        return;
      }
      outputs = checkpoint.outputs();
      checkpoint.phase = PendingCheckpoint.Phase.ENDED;
    }
    // By a thread of its own: closing waits for a write that hangs, and nobody else should.
    threads.executeApart(() -> close(checkpoint, outputs));
    deleteAborted(checkpoint);
    end(checkpoint, cause);
  }

  private static void close(PendingCheckpoint checkpoint, List<StorageOutput> outputs) {
    for (StorageOutput output : outputs) {
      try {
        output.close();
      } catch (StateException e) {
        logger.warn("cannot give up a file of {}", checkpoint.describe(), e);
      }
    }
  }

  private void end(PendingCheckpoint checkpoint, Throwable cause) {
    if (cause instanceof StateClosedException) {
      logger.info("{} given up: {}", checkpoint.describe(), cause.getMessage());
    } else if (cause instanceof StateException && !logger.isDebugEnabled()) {
      // Its message says it all, and a full disk repeats it with every checkpoint.
      logger.warn("{} aborted: {}", checkpoint.describe(), cause.getMessage());
    } else {
      logger.warn("{} aborted: {}", checkpoint.describe(), cause.getMessage(), cause);
    }
    settleNative(checkpoint, false);
    notifyListeners(listener -> listener.aborted(checkpoint.id, cause));
    end(checkpoint, null, cause);
  }

  private void settleNative(PendingCheckpoint checkpoint, boolean completed) {
    List<Subtask> open;
    synchronized (lock) {
      open = subtasks.all();
    }
    if (!checkpoint.isSavepoint()) {
      for (Subtask subtask : open) {
        subtask
            .states()
            .nativeSnapshots()
            .ifPresent(engine -> settle(engine, checkpoint, completed));
      }
    }
  }

  private static void settle(
      NativeSnapshots engine, PendingCheckpoint checkpoint, boolean completed) {
    try {
      engine.settled(checkpoint.id, completed);
    } catch (RuntimeException e) {
      logger.warn("an engine cannot settle {}", checkpoint.describe(), e);
    }
  }

  /** Ends a checkpoint either way, and begins what waits for that. */
  private void end(
      PendingCheckpoint checkpoint,
      @Nullable CompletedCheckpoint completed,
      @Nullable Throwable cause) {
    PendingCheckpoint next = null;
    QueuedTrigger refused = null;
    RuntimeException refusal = null;
    synchronized (lock) {
      checkpoint.phase = PendingCheckpoint.Phase.ENDED;
      checkpoint.completed = completed != null;
      checkpoint.cancelTimeout();
      subtasks.all().forEach(subtask -> subtask.withdraw(checkpoint.id));
      if (pending == checkpoint) {
        pending = null;
      }
      QueuedTrigger waiting = queued;
      queued = null;
      if (waiting != null) {
        try {
          checkOpen();
          next = begin(waiting.savepoint(), waiting.future());
        } catch (IllegalStateException | StateClosedException e) {
          refused = waiting;
          refusal = e;
        }
      }
      if (periodic && !closed) {
        scheduleNextTrigger(untilNextTrigger());
      }
    }
    if (completed != null) {
      checkpoint.future.complete(completed);
    } else {
      checkpoint.future.completeExceptionally(requireNonNull(cause));
    }
    if (refused != null) {
      refused.future().completeExceptionally(requireNonNull(refusal));
    }
    if (next != null) {
      announce(next);
    }
  }

  private Duration untilNextTrigger() {
    Duration sinceTrigger = Duration.ofNanos(System.nanoTime() - lastTriggerNanos);
    Duration untilInterval = requireNonNull(settings.interval()).minus(sinceTrigger);
    return untilInterval.compareTo(settings.minPause()) > 0 ? untilInterval : settings.minPause();
  }

  private void writerEnded(PendingCheckpoint checkpoint) {
    synchronized (lock) {
      checkpoint.writerEnded();
    }
    deleteAborted(checkpoint);
  }

  /** Deletes what an aborted checkpoint has written, unless somebody still writes it. */
  private void deleteAborted(PendingCheckpoint checkpoint) {
    boolean garbage;
    synchronized (lock) {
      garbage = !checkpoint.hasWriters() && checkpoint.isAborted();
    }
    if (garbage) {
      deletions.delete(List.of(checkpoint.directory), checkpoint.createdSharedFiles());
    }
  }

  private void notifyListeners(Consumer<CheckpointListener> event) {
    for (CheckpointListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException | Error e) {
        logger.warn("a checkpoint listener failed: {}", listener, e);
      }
    }
  }

  /**
   * Lists the files and directories of the storage that no complete checkpoint or savepoint
   * reaches. {@link CheckpointCoordinatorBuilder#open()} deletes them; later ones are those of
   * checkpoints that are pending or could not be deleted.
   *
   * @return paths in the storage
   */
  public List<String> garbage() {
    synchronized (lock) {
      return catalog.garbage().paths();
    }
  }

  /**
   * Returns the number of timed tasks: the next periodic trigger, and the timeout of a pending
   * checkpoint.
   */
  int scheduledCount() {
    return threads.scheduledCount();
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the checkpoint coordinator is closed");
    }
  }

  /**
   * Stops: no further checkpoint is triggered, and a pending one is aborted. Waits until nothing is
   * written any more, for 10 seconds at most, unless it is called by a listener. Closing twice does
   * nothing.
   */
  @Override
  public void close() {
    PendingCheckpoint aborted;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      aborted = pending;
    }
    if (aborted != null) {
      abort(aborted, new StateClosedException("the checkpoint coordinator was closed"));
    }
    threads.close(10, TimeUnit.SECONDS);
  }
}
