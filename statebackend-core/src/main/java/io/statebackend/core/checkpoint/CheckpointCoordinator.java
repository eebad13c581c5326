// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog.Subsumed;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.checkpoint.catalog.RestoredOperator;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.state.SubtaskPosition;
import io.statebackend.core.state.SubtaskStates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One lock guards which subtasks are open and which checkpoint is pending, since each decides what
 * may become of the other. That is why opening, triggering and closing are here together; most of
 * the length is what the public methods say of themselves. Nothing calls the storage, an engine or a
 * listener under the lock. What needs no lock of its own is elsewhere: CheckpointRun has the life of
 * a checkpoint, OpenSubtasks the rules of restarts, CheckpointCatalog what is stored.
 */

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
 * step, and the checkpoint is complete. If anything fails before that, the checkpoint is aborted,
 * nothing of it stays, and the next one is not affected. There is one checkpoint at a time.
 *
 * <p>One coordinator uses a storage at a time, until the last of its writes has ended. Thread-safe.
 * Closing it closes neither the storage nor the subtasks.
 */
public final class CheckpointCoordinator implements AutoCloseable {
  /** The number of key groups of an operator that does not set another one. */
  public static final int DEFAULT_MAX_PARALLELISM = 128;

  private static final Logger logger = LoggerFactory.getLogger(CheckpointCoordinator.class);
  private static final int OPERATOR_ID_LENGTH_MAX = 255;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLEAN_UP_TIMEOUT = Duration.ofSeconds(10);

  private final CheckpointStorage storage;
  private final CheckpointSettings settings;
  private final CheckpointTimer timer;
  private final SnapshotWriters writers;
  private final CleanUp cleanUp;
  private final Listeners listeners;
  private final Activities activities = new Activities();
  private final ReservedNames reserved = new ReservedNames();
  private final StorageClaim claim;
  private final @Nullable CheckpointSchedule schedule;
  private final CheckpointRun.Parts parts;
  private final @Nullable StoredCheckpoint restored;
  private final Object lock = new Object();

  /** Whether only sources see a pending checkpoint. */
  private volatile boolean hasSources;

  // All that follows is guarded by the lock.
  private final CheckpointCatalog catalog;
  private final OpenSubtasks subtasks;
  private @Nullable CheckpointRun pending;

  /** A trigger by hand that waits until the pending checkpoint has ended. */
  private @Nullable QueuedTrigger queued;

  /** Why the last periodic trigger was skipped, so that it is logged once; null if it was not. */
  private @Nullable String lastSkip;

  private boolean isStopped;
  private boolean isClosed;

  /** Whether a call of close has waited, or waits, until nothing goes on. */
  private boolean hasWaited;

  private record QueuedTrigger(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {}

  CheckpointCoordinator(CheckpointCoordinatorBuilder builder) {
    storage = builder.storage;
    settings = builder.settings();
    listeners = new Listeners(builder.listeners);
    claim = StorageClaim.acquire(storage, activities);
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      catalog = new CheckpointCatalog(storage);
      restored = builder.restore(catalog);
      if (restored != null) {
        catalog.follow(restored);
      }
      catalog.follow(claim.highestId());
      subtasks = new OpenSubtasks(restored, settings);
      timer = builder.timer();
      opened.add(timer);
      writers = new SnapshotWriters(builder.executor);
      opened.add(writers);
      cleanUp = new CleanUp(storage, activities, builder.cleanUpExecutor);
      opened.add(cleanUp);
      schedule =
          settings.interval() == null
              ? null
              : new CheckpointSchedule(
                  timer, settings.interval(), settings.minPause(), this::triggerPeriodically);
      parts =
          new CheckpointRun.Parts(
              storage,
              settings,
              timer,
              builder.clock(),
              writers,
              cleanUp,
              listeners,
              activities,
              new RunHost());
      deleteGarbage();
    } catch (Throwable e) {
      closeAfter(e, opened);
      claim.release();
      throw e;
    }
    logger.info(
        "checkpoints in {}: {}",
        storage.location(),
        restored == null ? "none restored" : "restored " + restored.directory());
    if (restored != null) {
      tellRestored(restored);
    }
  }

  private static void closeAfter(Throwable failure, List<AutoCloseable> opened) {
    for (AutoCloseable part : opened) {
      try {
        part.close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }

  private void tellRestored(StoredCheckpoint checkpoint) {
    CompletedCheckpoint summary = CompletedCheckpoint.of(checkpoint);
    listeners.tell(listener -> listener.restored(summary));
  }

  /** Deletes what a crashed process left unfinished, and waits for that for a time. */
  private void deleteGarbage() {
    List<String> unfinished = catalog.unfinished();
    Set<String> unshared = catalog.unreferencedSharedFiles();
    if (unfinished.isEmpty() && unshared.isEmpty()) {
      return;
    }
    logger.info(
        "deleting files in {} that no checkpoint refers to: {}, {}",
        storage.location(),
        unfinished,
        unshared);
    cleanUp.delete(
        deletions -> {
          deletions.addUnfinished(unfinished);
          deletions.addShared(unshared);
        },
        () -> {});
    boolean unused = cleanUp.awaitPass(CLEAN_UP_TIMEOUT);
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
   * Returns the checkpoint that was restored when the coordinator was opened.
   *
   * @return the checkpoint, or empty if the program started empty
   */
  public Optional<CompletedCheckpoint> restored() {
    return Optional.ofNullable(restored).map(CompletedCheckpoint::of);
  }

  /**
   * Returns the complete checkpoints that the storage retains.
   *
   * @return the checkpoints, the oldest first, without savepoints
   */
  public List<CompletedCheckpoint> completed() {
    synchronized (lock) {
      return catalog.complete().stream().map(CompletedCheckpoint::of).toList();
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

  Subtask openSubtask(
      String operatorId, int index, int parallelism, int maxParallelism, boolean isSource) {
    if (settings.droppedOperators().contains(operatorId)) {
      throw new IllegalStateException(
          "operator '%s' is opened, but the program also drops it with dropOperator(\"%s\"): leave out one of the two"
              .formatted(operatorId, operatorId));
    }
    endRunBeforeRestart(operatorId);
    OpenSubtasks.Generation generation;
    boolean isRestart;
    synchronized (lock) {
      checkOpen();
      isRestart = subtasks.isRestart(operatorId);
      generation = subtasks.generationFor(operatorId);
    }
    StoredCheckpoint origin = generation.origin();
    if (isRestart && origin != null) {
      origin.verify();
      logger.info(
          "subtasks are opened again, and restored from {} in {}",
          origin.directory(),
          storage.location());
      tellRestored(origin);
    }
    RestoredOperator source = RestoredOperator.find(origin, operatorId);
    int keyGroups =
        maxParallelism != 0 ? maxParallelism : source.maxParallelism(DEFAULT_MAX_PARALLELISM);
    SubtaskPosition position = new SubtaskPosition(operatorId, index, parallelism, keyGroups);
    KeyGroupRange unused = position.keyGroups();
    source.checkMaxParallelism(keyGroups);
    synchronized (lock) {
      checkOpen();
      subtasks.checkFits(position, generation);
    }
    SubtaskStates states =
        new SubtaskStates(
            position, source.open(), droppedStates(origin, operatorId), parts.clock());
    Subtask subtask =
        new Subtask(this, position, states, generation, isSource, source.nativeFiles(position));
    try {
      synchronized (lock) {
        checkOpen();
        subtasks.add(subtask);
        hasSources = subtasks.hasSources();
      }
    } catch (Throwable e) {
      Closing.allAfter(e, List.of(states::close));
      throw e;
    }
    return subtask;
  }

  /** States that were dropped before the restored checkpoint are not dropped again. */
  private Set<String> droppedStates(@Nullable StoredCheckpoint origin, String operatorId) {
    Set<String> dropped =
        new TreeSet<>(settings.droppedStates().getOrDefault(operatorId, new TreeSet<>()));
    if (origin != null) {
      dropped.removeAll(
          origin.metadata().droppedStates().getOrDefault(operatorId, new TreeSet<>()));
    }
    return dropped;
  }

  /**
   * Before subtasks are restored from the latest checkpoint, no other one may be on its way that
   * would be later.
   */
  private void endRunBeforeRestart(String operatorId) {
    CheckpointRun run;
    synchronized (lock) {
      checkOpen();
      run = subtasks.isRestart(operatorId) ? pending : null;
    }
    if (run == null
        || run.abort(
            new IllegalStateException(
                "a subtask of operator '%s' is opened again, from the checkpoint before"
                    .formatted(operatorId)))) {
      return;
    }
    try {
      CompletedCheckpoint unused =
          run.future().get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new StateIoException(
          "operator '%s' cannot be opened again while %s is being published: waited=%s"
              .formatted(operatorId, run.describe(), settings.timeout()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateIoException("interrupted while " + run.describe() + " is being published", e);
    } catch (ExecutionException e) {
      logger.debug("{} failed before a restart", run.describe(), e); // Its listeners have heard.
    }
  }

  void closed(Subtask subtask) {
    CheckpointRun run;
    synchronized (lock) {
      subtasks.remove(subtask);
      hasSources = subtasks.hasSources();
      run = pending;
    }
    if (run != null && run.isAwaiting(subtask)) {
      boolean unused =
          run.abort(
              new StateClosedException(
                  subtask.describe()
                      + " was closed before it took its snapshot of the checkpoint"));
    }
  }

  /** Tells whether a subtask may see a pending checkpoint. */
  boolean isVisibleTo(Subtask subtask) {
    return subtask.isSource() || !hasSources;
  }

  long nanoTime() {
    return timer.nanoTime();
  }

  /** Returns a checkpoint if it is pending, else {@code null}. */
  @Nullable CheckpointRun pending(long checkpointId) {
    synchronized (lock) {
      return pending != null && pending.id() == checkpointId ? pending : null;
    }
  }

  /**
   * Tells whether checkpoints are taken periodically once {@link #start()} was called.
   *
   * @return {@code false} if no interval was set
   */
  public boolean isPeriodic() {
    return schedule != null;
  }

  /**
   * Starts periodic checkpoints. The first one is triggered after the interval. Call this when all
   * subtasks are open. Starting twice does nothing.
   *
   * @throws IllegalStateException if no interval was set, or a subtask is missing
   * @throws StateClosedException if the coordinator was stopped or closed
   */
  public void start() {
    if (schedule == null) {
      throw new IllegalStateException("no interval was set: trigger checkpoints by hand");
    }
    lookUpAbsentOperators();
    synchronized (lock) {
      checkRunning();
      subtasks.checkComplete();
    }
    schedule.start();
  }

  /**
   * Looks up whether operators of the latest checkpoint that are not open hold anything, which a
   * checkpoint must not lose. Calls the storage, so no lock is held and a timed task does not wait
   * for it.
   */
  private void lookUpAbsentOperators() {
    OpenSubtasks.Absent absent;
    synchronized (lock) {
      absent = subtasks.absent();
    }
    if (!absent.operators().isEmpty()) {
      Map<String, Boolean> found = absent.lookUp();
      synchronized (lock) {
        subtasks.found(absent, found);
      }
    }
  }

  /** Has absent operators looked up by a writer; the next trigger finds what is known then. */
  private void lookUpAbsentOperatorsSoon() {
    synchronized (lock) {
      if (subtasks.absent().operators().isEmpty()) {
        return;
      }
    }
    Activities.Activity activity =
        activities.begin(() -> "looking up whether operators that are not open hold state");
    try {
      writers.execute(
          () -> {
            try {
              lookUpAbsentOperators();
            } catch (Throwable e) {
              logger.warn("cannot tell whether operators that are not open hold state", e);
            } finally {
              activity.end();
            }
          });
    } catch (Throwable e) {
      activity.end();
      logger.warn("cannot look up whether operators that are not open hold state", e);
    }
  }

  private void triggerPeriodically() {
    CheckpointRun started = null;
    String reason = null;
    synchronized (lock) {
      if (isStopped || pending != null) {
        return; // A pending checkpoint schedules the next trigger when it ends.
      }
      try {
        started = begin(null, new CompletableFuture<>());
        lastSkip = null;
      } catch (Throwable e) {
        reason = String.valueOf(e.getMessage());
        if (!Objects.equals(reason, lastSkip)) {
          lastSkip = reason;
          logger.warn("no checkpoint is triggered: {}", reason);
        }
      }
    }
    if (started != null) {
      started.start();
      return;
    }
    String skip = requireNonNull(reason);
    lookUpAbsentOperatorsSoon();
    try {
      listeners.tell(listener -> listener.skipped(skip));
    } finally {
      requireNonNull(schedule).skipped();
    }
  }

  /**
   * Triggers a checkpoint. If one is pending, the new one begins when that has ended; all triggers
   * that wait for it get one checkpoint. The thread that owns a subtask must not wait for the
   * result before it has taken the subtask's snapshot.
   *
   * @return completed with the checkpoint once it is complete and durable, or exceptionally with
   *     the cause of its abort
   * @throws IllegalStateException if a subtask is missing, or an operator of the restored
   *     checkpoint, so that state would be lost; if subtasks were opened again and others of their
   *     region were not; or if a savepoint waits for its turn
   * @throws StateIoException if too many aborted checkpoints still wait for a storage that hangs
   * @throws StateClosedException if the coordinator is stopped or closed
   */
  public CompletableFuture<CompletedCheckpoint> trigger() {
    return trigger(null);
  }

  /**
   * Triggers a savepoint: a checkpoint in the portable format, in a directory {@code
   * savepoint-<name>} of its own that can be moved anywhere, and that is never deleted by the
   * coordinator. A restart does not restore it unless the program asks for it. Looks into the
   * storage.
   *
   * @param name its name: 1 to 200 letters, digits, {@code -}, {@code _} and {@code .}
   * @return completed with the savepoint once it is complete and durable, or exceptionally with the
   *     cause of its abort; then its name is free again as soon as its last writer has ended
   * @throws IllegalArgumentException if the name is not legal, or a savepoint of that name exists
   * @throws IllegalStateException as {@link #trigger()}, or if another trigger waits for its turn,
   *     or an earlier try under that name has not ended
   * @throws StateIoException as {@link #trigger()}, or if the storage cannot be read, or the files
   *     of an earlier try cannot be deleted
   * @throws StateClosedException if the coordinator is stopped or closed
   */
  public CompletableFuture<CompletedCheckpoint> savepoint(String name) {
    String directory = FileNames.directoryOfSavepoint(name);
    synchronized (lock) {
      checkRunning();
    }
    reserved.reserve(name, directory, CLEAN_UP_TIMEOUT);
    boolean isBegun = false;
    try {
      if (!cleanUp.awaitDeleted(directory, CLEAN_UP_TIMEOUT)) {
        throw new StateIoException(
            "files of an earlier try of savepoint '%s' in %s cannot be deleted yet; choose another name"
                .formatted(name, storage.location()));
      }
      List<String> found = storage.list(directory);
      if (!found.isEmpty()) {
        throw new IllegalArgumentException(
            found.contains(FileNames.METADATA)
                ? "there is a savepoint '%s' already in %s; choose another name"
                    .formatted(name, storage.location())
                : "the directory of savepoint '%s' in %s holds other files: %s; choose another name"
                    .formatted(name, storage.location(), found));
      }
      CompletableFuture<CompletedCheckpoint> future = trigger(name);
      isBegun = true;
      return future;
    } finally {
      if (!isBegun) {
        reserved.release(directory);
      }
    }
  }

  private CompletableFuture<CompletedCheckpoint> trigger(@Nullable String savepoint) {
    CheckpointRun started;
    lookUpAbsentOperators();
    synchronized (lock) {
      checkRunning();
      subtasks.checkComplete();
      if (pending != null) {
        return enqueue(savepoint);
      }
      started = begin(savepoint, new CompletableFuture<>());
    }
    started.start();
    return started.future();
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

  /** Makes a run the pending one; the caller starts it when it has released the lock. */
  private CheckpointRun begin(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {
    subtasks.checkComplete();
    checkStorageAnswers();
    long id = catalog.newId();
    String directory =
        savepoint == null ? FileNames.directoryOf(id) : FileNames.directoryOfSavepoint(savepoint);
    CheckpointRun run = new CheckpointRun(parts, id, directory, savepoint, subtasks.all(), future);
    claim.used(id);
    reserved.begin(run);
    pending = run;
    if (schedule != null) {
      schedule.triggered();
    }
    run.participants().forEach(subtask -> subtask.request(id));
    return run;
  }

  private void checkStorageAnswers() {
    List<String> abandoned = reserved.tooManyAbandoned();
    if (!abandoned.isEmpty()) {
      throw new StateIoException(
          "the storage does not answer: writers of aborted checkpoints have not returned: %s, storage=%s"
              .formatted(abandoned, storage.location()));
    }
  }

  /** What runs tell their coordinator. */
  private final class RunHost implements CheckpointRun.Host {

    @Override
    public Subsumed published(CheckpointRun run, StoredCheckpoint stored) {
      synchronized (lock) {
        if (run.isSavepoint()) {
          return Subsumed.NOTHING;
        }
        catalog.add(stored);
        subtasks.completed(stored);
        run.noteNativeFiles();
        return catalog.subsume(settings.retained(), subtasks.pinned(storage.place()));
      }
    }

    @Override
    public @Nullable CheckpointRun ended(CheckpointRun run) {
      CheckpointRun next = null;
      QueuedTrigger refused = null;
      Throwable refusal = null;
      synchronized (lock) {
        if (pending == run) {
          pending = null;
        }
        QueuedTrigger waiting = queued;
        queued = null;
        if (waiting != null) {
          try {
            checkRunning();
            next = begin(waiting.savepoint(), waiting.future());
          } catch (Throwable e) {
            refused = waiting;
            refusal = e;
            if (waiting.savepoint() != null) {
              reserved.release(FileNames.directoryOfSavepoint(waiting.savepoint()));
            }
          }
        }
      }
      if (schedule != null && next == null) {
        schedule.ended();
      }
      if (refused != null) {
        refused.future().completeExceptionally(requireNonNull(refusal));
      }
      return next;
    }

    @Override
    public void released(CheckpointRun run) {
      reserved.release(run.directory());
    }

    @Override
    public boolean isStopping() {
      synchronized (lock) {
        return isStopped;
      }
    }
  }

  /**
   * Lists the files of the storage that have names of this library and that no complete checkpoint
   * or savepoint refers to. {@link CheckpointCoordinatorBuilder#open()} deletes them. Later the
   * list has files of a pending checkpoint, and files that could not be deleted. Reads the
   * directories of the storage.
   *
   * @return paths in the storage
   * @throws StateIoException if the storage cannot be listed
   */
  public List<String> garbage() {
    CheckpointCatalog found = new CheckpointCatalog(storage);
    List<String> paths = new ArrayList<>(found.unfinished());
    paths.addAll(found.unreferencedSharedFiles());
    return paths;
  }

  /**
   * Returns the number of timed tasks: the next periodic trigger, and the timeout of a pending
   * checkpoint.
   */
  int scheduledCount() {
    return timer.scheduledCount();
  }

  private void checkOpen() {
    if (isClosed) {
      throw new StateClosedException("the checkpoint coordinator is closed");
    }
  }

  private void checkRunning() {
    checkOpen();
    if (isStopped) {
      throw new StateClosedException("the checkpoint coordinator was stopped");
    }
  }

  /**
   * Ends checkpoints in an orderly way, before subtasks are closed: no further checkpoint is
   * triggered, and a pending one is aborted with a {@link StateClosedException}. From then on,
   * closing a subtask does not count as a failure. Stopping twice does nothing.
   */
  public void stop() {
    CheckpointRun aborted;
    synchronized (lock) {
      if (isStopped) {
        return;
      }
      isStopped = true;
      aborted = pending;
    }
    if (schedule != null) {
      schedule.stop();
    }
    if (aborted != null) {
      boolean unused =
          aborted.abort(new StateClosedException("the checkpoint coordinator was closed"));
    }
  }

  /**
   * Stops, and waits until nothing is written or deleted any more, for at most 10 seconds. A call
   * by a listener does not wait. Work that is still running then is logged, and the storage stays
   * locked for other coordinators until it has ended. Closing it again does nothing, except that
   * the first call that is not by a listener waits.
   */
  @Override
  public void close() {
    stop();
    boolean isInside = activities.isInside();
    boolean isFirst;
    synchronized (lock) {
      isFirst = !isClosed;
      if (!isFirst && (isInside || hasWaited)) {
        return;
      }
      isClosed = true;
      hasWaited = !isInside;
    }
    if (!activities.await(CLOSE_TIMEOUT)) {
      logger.warn(
          "{} stays locked after the coordinator was closed, since something still goes on: {}",
          storage.location(),
          activities.describe());
    }
    if (isFirst) {
      activities.close(
          () -> {
            claim.release();
            timer.close();
            writers.close();
            cleanUp.close();
          });
    }
  }
}
