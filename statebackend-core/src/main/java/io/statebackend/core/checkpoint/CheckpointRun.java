// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.CheckpointTimer.Timed;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog.Subsumed;
import io.statebackend.core.checkpoint.catalog.SharedFiles;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.state.FrozenSubtask;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The life of a checkpoint
 *
 *   SNAPSHOTS ──all written──► PUBLISHING ──metadata published──► ENDED, completed
 *       │                          │
 *       └──abort──► ENDED ◄────────┴── publication failed
 *
 * Ending. Whoever moves the phase to ENDED carries out the end, and nobody else does: so it happens
 * exactly once. Each step of it is guarded, and the last ones are in a finally: whatever a storage,
 * an engine or a listener throws, the future is completed and the next checkpoint may begin.
 *
 * After the end. Writers of an aborted checkpoint may hang in the storage. Their files are closed to
 * stop them, but the run is not over before the last of them has returned: until then its
 * names stay reserved, and nothing of it is deleted, since a writer may still create files. Only the
 * files that this run has created are deleted, by their names.
 *
 * What is thrown. Storages of others may be written in languages without checked exceptions, and
 * throw an IOException or InterruptedException that is not declared. So whatever ends a run is
 * caught as Throwable, and not as RuntimeException and Error.
 *
 * Locks. The fields are guarded by the run's monitor, under which nothing is called. The coordinator
 * may hold its own lock when it calls a method here that is marked so; never the other way round.
 *
 * The class is long because every way in which a checkpoint can end is in this one place. Split over
 * several classes, the fields that one monitor guards would have to be shared between them.
 */

/** One checkpoint from its trigger to its end, and until its last writer has ended. Thread-safe. */
final class CheckpointRun implements SharedFiles.Writing {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointRun.class);

  private enum Phase {
    /** Subtasks take and write their snapshots. */
    SNAPSHOTS,
    /** All are written, the metadata is being published; it cannot be aborted any more. */
    PUBLISHING,
    ENDED
  }

  /** What a run needs of its coordinator. */
  interface Host {
    /** Notes a checkpoint that is durable from now on; returns what it has subsumed. */
    Subsumed published(CheckpointRun run, StoredCheckpoint stored);

    /** Notes that a run has ended; returns the one that begins now, if one has waited. */
    @Nullable CheckpointRun ended(CheckpointRun run);

    /** Notes that the last writer of a run has ended: its names are free again. */
    void released(CheckpointRun run);

    /** Tells whether the program ends: then an abort is no failure. */
    boolean isStopping();
  }

  /**
   * What all runs of a coordinator have in common.
   *
   * @param storage where checkpoints are written
   * @param settings how
   * @param timer measures time
   * @param clock tells the time of day
   * @param writers runs the writers
   * @param cleanUp closes and deletes what is left of aborted runs
   * @param listeners hears of everything
   * @param activities what goes on in the storage
   * @param host the coordinator
   */
  record Parts(
      CheckpointStorage storage,
      CheckpointSettings settings,
      CheckpointTimer timer,
      InstantSource clock,
      SnapshotWriters writers,
      CleanUp cleanUp,
      Listeners listeners,
      Activities activities,
      Host host) {}

  private final Parts parts;
  private final long id;
  private final String directory;
  private final @Nullable String savepoint;
  private final long startNanos;
  private final List<Subtask> participants;
  private final CompletableFuture<CompletedCheckpoint> future;
  private final Activities.Activity activity;

  /** Completed when the last writer has ended and what an aborted run has created was deleted. */
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  // All that follows is guarded by this.
  private Phase phase = Phase.SNAPSHOTS;
  private boolean isCompleted;
  private boolean isFinished;
  private boolean isReleased;
  private @Nullable Timed timeout;

  /** The subtasks that have not begun their snapshot. */
  private final Set<Subtask> awaited;

  /** The thread that takes snapshots because it saw the checkpoint pending, not for a barrier. */
  private @Nullable Thread initiator;

  private @Nullable Subtask initiatedBy;

  /** The snapshots that were begun and not ended: frozen, waiting, or written. */
  private int writerCount;

  private final Set<SnapshotTask> tasks = new HashSet<>();

  /** The files that are being written. */
  private final Set<StorageOutput> outputs = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<Subtask, SharedFiles> sharedFiles = new HashMap<>();

  /** The subtasks whose engine has written for this run and was not told how it ended. */
  private final Set<Subtask> unsettled = new HashSet<>();

  private final List<String> created = new ArrayList<>();
  private final Map<Subtask, Publication.Acknowledged> snapshots = new LinkedHashMap<>();

  /** The metadata whose publication was tried. */
  private byte @Nullable [] triedMetadata;

  /** Begins a run; needs the coordinator's lock. Nothing happens before {@link #start()}. */
  CheckpointRun(
      Parts parts,
      long id,
      String directory,
      @Nullable String savepoint,
      Collection<Subtask> participants,
      CompletableFuture<CompletedCheckpoint> future) {
    this.parts = parts;
    this.id = id;
    this.directory = directory;
    this.savepoint = savepoint;
    this.startNanos = parts.timer().nanoTime();
    this.participants = List.copyOf(participants);
    this.awaited = new HashSet<>(participants);
    this.future = future;
    this.activity = parts.activities().begin(this::describeProgress);
  }

  long id() {
    return id;
  }

  String directory() {
    return directory;
  }

  boolean isSavepoint() {
    return savepoint != null;
  }

  CompletableFuture<CompletedCheckpoint> future() {
    return future;
  }

  List<Subtask> participants() {
    return participants;
  }

  String describe() {
    return isSavepoint() ? "savepoint '" + savepoint + "' (" + id + ")" : "checkpoint " + id;
  }

  private synchronized String describeProgress() {
    List<String> missing = new ArrayList<>();
    awaited.forEach(subtask -> missing.add(subtask.describe()));
    missing.sort(null);
    return switch (phase) {
      case SNAPSHOTS ->
          "%s: written=%d of %d, not begun by=%s"
              .formatted(describe(), snapshots.size(), participants.size(), missing);
      case PUBLISHING -> describe() + ": being published";
      case ENDED ->
          isCompleted
              ? describe() + ": listeners are told of its completion"
              : "%s: aborted, writers that have not returned=%d".formatted(describe(), writerCount);
    };
  }

  /** Tells whether a subtask has not begun its snapshot. */
  synchronized boolean isAwaiting(Subtask subtask) {
    return awaited.contains(subtask);
  }

  /** Lets the next native snapshots refer to the files of this one, which is durable. */
  synchronized void noteNativeFiles() {
    snapshots.forEach(
        (subtask, written) -> subtask.nativeCompleted(written.snapshot().nativeSnapshot()));
  }

  /**
   * Waits until the names of a run that has ended are free.
   *
   * @return {@code false} if it has not ended, or the time is over before
   */
  boolean awaitReleased(Duration limit) {
    synchronized (this) {
      if (phase != Phase.ENDED) {
        return false;
      }
    }
    try {
      Void unused = released.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Tells whether the run was aborted and a writer has not returned from the storage. */
  synchronized boolean isAbandoned() {
    return phase == Phase.ENDED && writerCount > 0;
  }

  /** Sets the timeout and tells listeners. Called without locks held. */
  void start() {
    parts.activities().run(this::startInside);
  }

  private void startInside() {
    try {
      Timed scheduled = parts.timer().schedule(this::timeOut, parts.settings().timeout());
      synchronized (this) {
        timeout = scheduled;
        if (phase == Phase.ENDED) {
          scheduled.cancel();
          return;
        }
      }
    } catch (Throwable e) {
      boolean unused = abort(e);
      return;
    }
    parts.listeners().tell(listener -> listener.triggered(id));
  }

  private void timeOut() {
    boolean isPublishing;
    synchronized (this) {
      isPublishing = phase == Phase.PUBLISHING;
    }
    Duration limit = parts.settings().timeout();
    if (!isPublishing) {
      boolean unused =
          abort(
              new StateIoException(
                  "%s timed out after %s: %s".formatted(describe(), limit, describeProgress())));
      return;
    }
    // Whether the metadata is there can only be told when the storage answers.
    String reason =
        "%s is being published for more than %s: the storage does not answer, and no other checkpoint begins before it does"
            .formatted(describe(), limit);
    logger.warn("{}", reason);
    parts.activities().run(() -> parts.listeners().tell(listener -> listener.skipped(reason)));
    Timed again = parts.timer().schedule(this::timeOut, limit);
    synchronized (this) {
      timeout = again;
      if (phase == Phase.ENDED) {
        again.cancel();
      }
    }
  }

  /**
   * Notes that a subtask begins its snapshot.
   *
   * @param isOnOwnAccount whether it does because it saw the checkpoint pending; {@code false} if a
   *     barrier has told it
   * @return {@code false} if the checkpoint does not await it
   * @throws IllegalStateException if another thread has begun a snapshot on its own account: then
   *     each is of another record, and the checkpoint is aborted
   */
  boolean begin(Subtask subtask, boolean isOnOwnAccount) {
    IllegalStateException torn = null;
    synchronized (this) {
      if (phase != Phase.SNAPSHOTS || !awaited.contains(subtask)) {
        return false;
      }
      if (isOnOwnAccount && !subtask.isSource()) {
        if (initiator == null) {
          initiator = Thread.currentThread();
          initiatedBy = subtask;
        } else if (initiator != Thread.currentThread()) {
          torn = torn(subtask, initiator, initiatedBy);
        }
      }
      if (torn == null) {
        awaited.remove(subtask);
        writerCount++;
        return true;
      }
    }
    boolean unused = abort(torn);
    throw torn;
  }

  private IllegalStateException torn(
      Subtask subtask, Thread otherThread, @Nullable Subtask otherSubtask) {
    return new IllegalStateException(
        ("%s would be torn: %s and %s each took their snapshot when they saw it pending, on threads"
                + " '%s' and '%s', so each at a record of its own; let only sources see a pending"
                + " checkpoint (subtask(id).source()), and pass its number to the others with the"
                + " records, which then call snapshot(checkpointId)")
            .formatted(
                describe(),
                otherSubtask == null ? "another subtask" : otherSubtask.describe(),
                subtask.describe(),
                otherThread.getName(),
                Thread.currentThread().getName()));
  }

  /** Notes that a subtask's image could not be taken after {@link #begin}. */
  void snapshotFailed(Throwable cause) {
    try {
      boolean unused = abort(cause);
    } finally {
      writerEnded();
    }
  }

  /** Has a subtask's image written after {@link #begin}, and closes it in the end. */
  void submit(Subtask subtask, FrozenSubtask image, SnapshotTask.Taken taken) {
    SnapshotTask task = new SnapshotTask(this, subtask, image, taken);
    boolean isAwaited;
    synchronized (this) {
      isAwaited = phase == Phase.SNAPSHOTS;
      if (isAwaited) {
        tasks.add(task);
      }
    }
    if (!isAwaited) {
      cancel(task);
      return;
    }
    try {
      parts.writers().execute(task);
    } catch (Throwable e) {
      boolean unused = abort(e);
      cancel(task); // Does nothing if the abort has done it.
    }
  }

  private void cancel(SnapshotTask task) {
    parts.writers().remove(task);
    boolean isCancelled = true;
    try {
      isCancelled = task.cancel();
    } catch (Throwable e) {
      logger.warn("an image of {} cannot be closed", describe(), e);
    }
    if (isCancelled) {
      writerEnded();
    }
  }

  /** Writes a snapshot: called by the task on a writer's thread. */
  void write(SnapshotTask task) {
    parts.activities().run(() -> writeInside(task));
  }

  private void writeInside(SnapshotTask task) {
    long start = parts.timer().nanoTime();
    try {
      boolean isLast = false;
      try {
        SnapshotTask.Written written = task.write(parts.storage(), parts.settings().compression());
        isLast = acknowledge(task, written, start);
      } catch (Throwable e) {
        boolean unused = abort(e);
      }
      if (isLast) {
        publish();
      }
    } finally {
      writerEnded();
    }
  }

  /**
   * Notes a snapshot that is written.
   *
   * @return {@code true} if it was the last one: the caller publishes the checkpoint now
   */
  private synchronized boolean acknowledge(
      SnapshotTask task, SnapshotTask.Written written, long startNanos) {
    tasks.remove(task);
    if (phase != Phase.SNAPSHOTS) {
      return false;
    }
    snapshots.put(
        task.subtask(),
        Publication.Acknowledged.of(task, written, startNanos, parts.timer().nanoTime()));
    boolean isLast = snapshots.size() == participants.size();
    if (isLast) {
      phase = Phase.PUBLISHING;
    }
    return isLast;
  }

  /**
   * Remembers a file that is being written, so that an abort can stop its writer.
   *
   * @throws StateClosedException if the run was aborted
   */
  @Override
  public synchronized void opened(StorageOutput output) {
    checkNotAborted();
    outputs.add(output);
  }

  /** Notes that a file is not being written any more. */
  @Override
  public synchronized void ended(StorageOutput output) {
    outputs.remove(output);
  }

  /**
   * Remembers the native files of a subtask.
   *
   * @throws StateClosedException if the run was aborted
   */
  synchronized void uses(Subtask subtask, SharedFiles files) {
    checkNotAborted();
    sharedFiles.put(subtask, files);
  }

  /**
   * Stops a writer of an aborted checkpoint.
   *
   * @throws StateClosedException if the run was aborted
   */
  @Override
  public synchronized void checkNotAborted() {
    if (phase != Phase.SNAPSHOTS) {
      throw new StateClosedException(describe() + " was aborted");
    }
  }

  /** Notes that a file is there which this run has created, to be deleted if the run is aborted. */
  synchronized void created(String path) {
    created.add(path);
  }

  private void publish() {
    Publication publication;
    try {
      publication = publication();
      byte[] metadata = publication.prepare();
      synchronized (this) {
        triedMetadata = metadata;
      }
      publication.publish();
    } catch (Throwable e) {
      publicationFailed(e);
      return;
    }
    endCompleted(publication);
  }

  private Publication publication() {
    List<Publication.Acknowledged> written;
    Map<Subtask, SharedFiles> files;
    synchronized (this) {
      written = List.copyOf(snapshots.values());
      files = Map.copyOf(sharedFiles);
    }
    return new Publication(
        parts,
        new Publication.Checkpoint(id, directory, savepoint, describe(), startNanos),
        written,
        files);
  }

  /**
   * Aborts the run, unless it is being published or has ended. Called without locks held.
   *
   * @param cause why
   * @return {@code true} if this call has aborted it
   */
  boolean abort(Throwable cause) {
    synchronized (this) {
      if (phase != Phase.SNAPSHOTS) {
        return false;
      }
      phase = Phase.ENDED;
    }
    endAborted(cause);
    return true;
  }

  private void publicationFailed(Throwable cause) {
    synchronized (this) {
      phase = Phase.ENDED;
      if (cause instanceof StateLockedException) {
        triedMetadata = null; // The metadata that is there is of another writer.
      }
    }
    endAborted(cause);
  }

  private void endAborted(Throwable cause) {
    parts
        .activities()
        .run(
            () -> {
              try {
                attempt("stop", this::stopSnapshots);
                attempt("settle", () -> settleEngines(false));
                attempt("log", () -> logAbort(cause));
                parts.listeners().tell(listener -> listener.aborted(id, cause));
              } finally {
                finish(null, cause);
              }
            });
  }

  /** Removes waiting snapshots from the queue, and stops those that are being written. */
  private void stopSnapshots() {
    cancelTimeout();
    participants.forEach(subtask -> subtask.withdraw(id));
    List<SnapshotTask> stopped;
    List<StorageOutput> abandoned;
    synchronized (this) {
      stopped = new ArrayList<>(tasks);
      tasks.clear();
      abandoned = new ArrayList<>(outputs);
      outputs.clear();
    }
    stopped.forEach(this::cancel);
    parts.cleanUp().giveUp(abandoned, describe());
  }

  private synchronized void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel();
    }
  }

  private void logAbort(Throwable cause) {
    boolean isOrderly = cause instanceof StateClosedException && parts.host().isStopping();
    if (isOrderly) {
      logger.info("{} aborted in an orderly way: {}", describe(), cause.getMessage());
    } else if (cause instanceof StateException && !logger.isDebugEnabled()) {
      // Its message says it all, and a full disk repeats it with every checkpoint.
      logger.warn("{} aborted: {}", describe(), cause.getMessage());
    } else {
      logger.warn("{} aborted: {}", describe(), cause.getMessage(), cause);
    }
  }

  /**
   * Notes that an engine has returned from writing, with the subtask's native writes held. If the
   * run was aborted meanwhile, the engine is told now: calls for one store never overlap, so an
   * abort does not wait for an engine that hangs in the storage.
   */
  void engineReturned(Subtask subtask) {
    boolean isAborted;
    synchronized (this) {
      isAborted = phase == Phase.ENDED;
      if (!isAborted) {
        unsettled.add(subtask);
      }
    }
    if (isAborted) {
      settle(subtask, false);
    }
  }

  /** Tells the engines that have written for this run how it has ended. */
  private void settleEngines(boolean completed) {
    List<Subtask> written;
    synchronized (this) {
      written = List.copyOf(unsettled);
      unsettled.clear();
    }
    written.forEach(subtask -> settle(subtask, completed));
  }

  private void settle(Subtask subtask, boolean completed) {
    subtask
        .states()
        .nativeSnapshots()
        .ifPresent(engine -> attempt("settle", () -> engine.settled(id, completed)));
  }

  /** Ends a run that is durable: from here on nothing can take that back. */
  private void endCompleted(Publication publication) {
    StoredCheckpoint stored = publication.stored();
    CompletedCheckpoint unmeasured = CompletedCheckpoint.of(stored);
    List<CompletedCheckpoint> result = new ArrayList<>(List.of(unmeasured));
    List<Subsumed> subsumed = new ArrayList<>();
    synchronized (this) {
      phase = Phase.ENDED;
      isCompleted = true;
    }
    try {
      attempt("note", () -> subsumed.add(parts.host().published(this, stored)));
      attempt("measure", () -> result.set(0, publication.measured()));
      attempt("stop", this::stopSnapshots);
      attempt("settle", () -> settleEngines(true));
      CompletedCheckpoint completed = result.get(0);
      attempt("log", () -> publication.log(completed));
      parts
          .listeners()
          .tell(
              listener -> {
                if (completed.isSavepoint()) {
                  listener.savepointCompleted(completed);
                } else {
                  listener.completed(completed);
                }
              });
    } finally {
      finish(result.get(0), null);
    }
    subsumed.forEach(this::delete);
  }

  /** Deletes what the completed run has subsumed. */
  private void delete(Subsumed subsumed) {
    parts
        .activities()
        .run(
            () ->
                subsumed
                    .checkpoints()
                    .forEach(
                        checkpoint ->
                            parts
                                .listeners()
                                .tell(
                                    listener ->
                                        listener.subsumed(CompletedCheckpoint.of(checkpoint)))));
    attempt(
        "delete",
        () ->
            parts
                .cleanUp()
                .delete(
                    deletions -> {
                      subsumed
                          .checkpoints()
                          .forEach(
                              checkpoint ->
                                  deletions.addComplete(
                                      checkpoint.directory(), checkpoint.ownFiles()));
                      subsumed.damaged().forEach(deletions::addDamaged);
                      deletions.addShared(subsumed.sharedFiles());
                    },
                    () -> {}));
  }

  /** The last steps of either end: lets the next run begin, and tells who waits for the future. */
  private void finish(@Nullable CompletedCheckpoint completed, @Nullable Throwable cause) {
    CheckpointRun next = null;
    try {
      next = parts.host().ended(this);
    } catch (Throwable e) {
      logger.error("what follows {} failed", describe(), e);
    } finally {
      if (completed != null) {
        future.complete(completed);
      } else {
        future.completeExceptionally(requireNonNull(cause));
      }
      synchronized (this) {
        isFinished = true;
      }
      releaseIfUnused();
    }
    if (next != null) {
      next.start();
    }
  }

  private void writerEnded() {
    synchronized (this) {
      writerCount--;
    }
    releaseIfUnused();
  }

  /** Deletes what an aborted run has created, and frees its names, unless somebody still writes. */
  private void releaseIfUnused() {
    boolean isAborted;
    byte[] metadata;
    List<String> files;
    List<String> shared = new ArrayList<>();
    synchronized (this) {
      if (!isFinished || writerCount > 0 || isReleased) {
        return;
      }
      isReleased = true;
      isAborted = !isCompleted;
      metadata = triedMetadata;
      files = List.copyOf(created);
      sharedFiles.values().forEach(used -> shared.addAll(used.created()));
    }
    if (!isAborted) {
      release();
      return;
    }
    try {
      parts
          .cleanUp()
          .delete(
              deletions -> {
                deletions.addAborted(directory, metadata, files);
                deletions.addShared(shared);
              },
              this::release);
    } catch (Throwable e) {
      logger.warn("what {} has written stays as garbage", describe(), e);
      release();
    }
  }

  private void release() {
    try {
      parts.host().released(this);
    } finally {
      released.complete(null);
      activity.end();
    }
  }

  private void attempt(String what, Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      logger.warn("{}: a step of its end failed: {}", describe(), what, e);
    }
  }
}
