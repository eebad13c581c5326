// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.FrozenSubtask;
import io.statebackend.core.state.SubtaskPosition;
import io.statebackend.core.state.SubtaskStates;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
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

  private final CheckpointStorage storage;
  private final CheckpointSettings settings;
  private final CheckpointThreads threads;
  private final List<CheckpointListener> listeners;
  private final @Nullable StoredCheckpoint restored;
  private final Object lock = new Object();

  // All that follows is guarded by the lock.
  private final CheckpointCatalog catalog;
  private final Map<SubtaskPosition, Subtask> subtasks = new HashMap<>();
  private @Nullable PendingCheckpoint pending;

  /** A trigger by hand that waits until the pending checkpoint has ended. */
  private @Nullable QueuedTrigger queued;

  private boolean periodic;
  private long lastTriggerNanos;
  private boolean closed;

  private record QueuedTrigger(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {}

  private CheckpointCoordinator(Builder builder) {
    storage = builder.storage;
    settings = builder.settings();
    listeners = List.copyOf(builder.listeners);
    catalog = new CheckpointCatalog(storage);
    restored = builder.restore.apply(catalog).orElse(null);
    catalog.garbage().forEach(this::deleteGarbage);
    threads = new CheckpointThreads(builder.executor);
    logger.info(
        "checkpoints in {}: {}",
        storage.location(),
        restored == null ? "none restored" : "restored " + restored.directory());
  }

  private void deleteGarbage(String path) {
    logger.info("deleting {} in {}, which no checkpoint refers to", path, storage.location());
    catalog.delete(path);
  }

  /** Sets up a coordinator. Each method can be left out. */
  public static final class Builder {
    private final CheckpointStorage storage;
    private final Set<String> droppedOperators = new TreeSet<>();
    private final List<CheckpointListener> listeners = new java.util.ArrayList<>();
    private @Nullable Duration interval;
    private Duration minPause = Duration.ZERO;
    private Duration timeout = Duration.ofMinutes(10);
    private int retained = 2;
    private Compression compression = Compression.NONE;
    private @Nullable Executor executor;
    private Function<CheckpointCatalog, Optional<StoredCheckpoint>> restore =
        CheckpointCatalog::latestIntact;

    private Builder(CheckpointStorage storage) {
      this.storage = requireNonNull(storage, "storage");
    }

    /**
     * Sets the time from one periodic trigger to the next, once {@link
     * CheckpointCoordinator#start()} was called. Default: checkpoints are triggered by hand only.
     * Shorter intervals mean less to repeat after a crash, and more bytes written.
     *
     * @param interval more than zero
     * @return this
     */
    public Builder interval(Duration interval) {
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
    public Builder minPause(Duration minPause) {
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
    public Builder timeout(Duration timeout) {
      this.timeout = checkPositive("timeout", timeout);
      return this;
    }

    /**
     * Sets how many complete checkpoints are kept. Older ones are deleted. Default 2: should the
     * last one be damaged, there is one before. Savepoints do not count and are never deleted.
     *
     * @param retained 1 or more
     * @return this
     */
    public Builder retain(int retained) {
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
    public Builder compression(Compression compression) {
      this.compression = requireNonNull(compression, "compression");
      return this;
    }

    /**
     * Sets what writes snapshots; each is one task, which does I/O. Default: up to four daemon
     * threads of the coordinator. It is not shut down.
     *
     * @param executor runs tasks on threads other than the subtasks' owners
     * @return this
     */
    public Builder executor(Executor executor) {
      this.executor = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener hears of every checkpoint
     * @return this
     */
    public Builder listener(CheckpointListener listener) {
      listeners.add(requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Restores the latest complete checkpoint that is intact, or starts empty if there is none.
     * This is the default. Every byte is verified first; a damaged checkpoint is logged, and the
     * one before is taken.
     *
     * @return this
     */
    public Builder restoreLatest() {
      restore = CheckpointCatalog::latestIntact;
      return this;
    }

    /**
     * Restores one checkpoint of the storage and no other.
     *
     * @param checkpointId its number
     * @return this
     */
    public Builder restoreFrom(long checkpointId) {
      restore =
          catalog -> {
            StoredCheckpoint checkpoint =
                catalog
                    .get(checkpointId)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "no complete checkpoint %d in %s; there are %s"
                                    .formatted(
                                        checkpointId,
                                        storage.location(),
                                        catalog.complete().stream()
                                            .map(CompletedCheckpoint::id)
                                            .toList())));
            checkpoint.verify();
            return Optional.of(checkpoint);
          };
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
    public Builder restoreFrom(CheckpointStorage source, String directory) {
      requireNonNull(source, "source");
      requireNonNull(directory, "directory");
      restore =
          catalog -> {
            StoredCheckpoint checkpoint = StoredCheckpoint.read(source, directory);
            checkpoint.verify();
            return Optional.of(checkpoint);
          };
      return this;
    }

    /**
     * Restores nothing, whatever checkpoints there are. Those are subsumed by new ones in time.
     *
     * @return this
     */
    public Builder startEmpty() {
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
    public Builder dropOperator(String operatorId) {
      droppedOperators.add(requireNonNull(operatorId, "operatorId"));
      return this;
    }

    private static Duration checkPositive(String name, Duration value) {
      if (value.isZero() || value.isNegative()) {
        throw new IllegalArgumentException(name + " must be more than zero: " + name + "=" + value);
      }
      return value;
    }

    private CheckpointSettings settings() {
      return new CheckpointSettings(
          interval, minPause, timeout, retained, compression, Set.copyOf(droppedOperators));
    }

    /**
     * Opens the coordinator: finds and verifies the checkpoint to restore, and deletes what a
     * crashed process left unfinished. Reads all bytes of the checkpoint that is restored.
     *
     * @return the coordinator
     * @throws CorruptStateException if the checkpoint to restore is damaged, or all are
     * @throws IncompatibleStateException if a checkpoint is of a newer format
     * @throws StateIoException if the storage cannot be read
     * @throws IllegalArgumentException if the checkpoint to restore does not exist
     */
    public CheckpointCoordinator open() {
      return new CheckpointCoordinator(this);
    }
  }

  /**
   * Begins to set up a coordinator.
   *
   * @param storage where checkpoints are kept; it stays the caller's to close
   * @return a builder
   */
  public static Builder builder(CheckpointStorage storage) {
    return new Builder(storage);
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
    return new Subtask.Builder(this, StateDescriptor.checkName(operatorId));
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
      checkFits(position);
    }
    SubtaskStates states = new SubtaskStates(position, source.open(position));
    Subtask subtask = new Subtask(this, position, states, source.nativeFiles(position));
    try {
      synchronized (lock) {
        checkOpen();
        checkFits(position);
        subtasks.put(position, subtask);
      }
    } catch (RuntimeException e) {
      states.close();
      throw e;
    }
    return subtask;
  }

  private void checkFits(SubtaskPosition position) {
    for (SubtaskPosition other : subtasks.keySet()) {
      if (other.operatorId().equals(position.operatorId())) {
        if (other.equals(position)) {
          throw new IllegalStateException("the subtask is open already: " + position);
        }
        if (other.parallelism() != position.parallelism()
            || other.maxParallelism() != position.maxParallelism()) {
          throw new IllegalStateException(
              "subtasks of one operator must agree on its parallelism: open=%s, new=%s"
                  .formatted(other, position));
        }
      }
    }
  }

  void closed(Subtask subtask) {
    PendingCheckpoint aborted = null;
    synchronized (lock) {
      subtasks.remove(subtask.position(), subtask);
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
      checkComplete();
      if (!periodic) {
        periodic = true;
        lastTriggerNanos = System.nanoTime();
        scheduleNextTrigger(settings.interval());
      }
    }
  }

  private void scheduleNextTrigger(Duration delay) {
    var unused = threads.schedule(this::triggerPeriodically, delay);
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
        logger.warn("no checkpoint was triggered: {}", e.getMessage());
        scheduleNextTrigger(requireNonNull(settings.interval()));
        return;
      }
    }
    announce(started);
  }

  /**
   * Triggers a checkpoint. If one is pending, the new one begins when it has ended; triggers that
   * wait are one.
   *
   * @return completed with the checkpoint once it is complete and durable, or exceptionally with
   *     the cause of its abort
   * @throws IllegalStateException if a subtask is missing, or an operator of the restored
   *     checkpoint, so that state would be lost
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
   * @throws IllegalStateException as {@link #trigger()}
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
      checkComplete();
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

  /** Refuses a checkpoint that would lose state. */
  private void checkComplete() {
    if (subtasks.isEmpty()) {
      throw new IllegalStateException("no subtask is open: there is nothing to checkpoint");
    }
    Map<String, Integer> open = new HashMap<>();
    subtasks.keySet().forEach(position -> open.merge(position.operatorId(), 1, Integer::sum));
    for (SubtaskPosition position : subtasks.keySet()) {
      int count = open.getOrDefault(position.operatorId(), 0);
      if (count != position.parallelism()) {
        throw new IllegalStateException(
            "only %d of %d subtasks of operator '%s' are open: open all before the first checkpoint, and keep them open until the last"
                .formatted(count, position.parallelism(), position.operatorId()));
      }
    }
    if (restored != null) {
      for (var operator : restored.metadata().operators()) {
        if (!open.containsKey(operator.operatorId())
            && !settings.droppedOperators().contains(operator.operatorId())) {
          throw new IllegalStateException(
              "the restored checkpoint %d holds state of operator '%s', which is not open and would be lost: open its subtasks, or give it up by dropOperator(\"%s\")"
                  .formatted(
                      restored.metadata().checkpointId(),
                      operator.operatorId(),
                      operator.operatorId()));
        }
      }
    }
  }

  private PendingCheckpoint begin(
      @Nullable String savepoint, CompletableFuture<CompletedCheckpoint> future) {
    checkComplete();
    long id = catalog.newId();
    String directory =
        savepoint == null
            ? CheckpointCatalog.directoryOf(id)
            : CheckpointCatalog.SAVEPOINT_PREFIX + savepoint;
    lastTriggerNanos = System.nanoTime();
    PendingCheckpoint started =
        new PendingCheckpoint(
            id, directory, savepoint, lastTriggerNanos, future, subtasks.values());
    pending = started;
    subtasks.values().forEach(subtask -> subtask.request(id));
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

  void snapshotFailed(PendingCheckpoint checkpoint, Subtask subtask, RuntimeException cause) {
    abort(checkpoint, cause);
    writerEnded(checkpoint);
  }

  void writeSnapshot(
      PendingCheckpoint checkpoint, Subtask subtask, FrozenSubtask image, long syncNanos) {
    try {
      threads.execute(() -> writeAndAcknowledge(checkpoint, subtask, image, syncNanos));
    } catch (RuntimeException e) {
      image.close();
      snapshotFailed(checkpoint, subtask, e);
    }
  }

  private void writeAndAcknowledge(
      PendingCheckpoint checkpoint, Subtask subtask, FrozenSubtask image, long syncNanos) {
    long start = System.nanoTime();
    boolean last = false;
    try (image) {
      SubtaskSnapshot snapshot = write(checkpoint, subtask, image);
      synchronized (lock) {
        checkpoint.syncNanosMax = Math.max(checkpoint.syncNanosMax, syncNanos);
        checkpoint.asyncNanosMax = Math.max(checkpoint.asyncNanosMax, System.nanoTime() - start);
        if (checkpoint.phase == PendingCheckpoint.Phase.WRITING
            && checkpoint.acknowledge(subtask.position(), snapshot)) {
          checkpoint.phase = PendingCheckpoint.Phase.PUBLISHING;
          last = true;
        }
      }
    } catch (RuntimeException | Error e) {
      abort(checkpoint, e);
    }
    if (last) {
      publish(checkpoint);
    }
    writerEnded(checkpoint);
  }

  private SubtaskSnapshot write(
      PendingCheckpoint checkpoint, Subtask subtask, FrozenSubtask image) {
    NativeSnapshot nativeSnapshot =
        checkpoint.isSavepoint()
            ? null
            : subtask
                .states()
                .nativeSnapshots()
                .map(engine -> writeNative(checkpoint, subtask, image, engine))
                .orElse(null);
    String fileName = FileNames.of(subtask.position()) + ".snapshot";
    try (StorageOutput out = storage.create(checkpoint.directory + "/" + fileName)) {
      opened(checkpoint, out);
      SnapshotFile file =
          image.write(out, checkpoint.id, settings.compression(), nativeSnapshot == null);
      return new SubtaskSnapshot(
          subtask.position().subtask(),
          subtask.keyGroupRange(),
          new FileRef(fileName, file.length(), file.crc32c()),
          nativeSnapshot);
    }
  }

  private @Nullable NativeSnapshot writeNative(
      PendingCheckpoint checkpoint, Subtask subtask, FrozenSubtask image, NativeSnapshots engine) {
    if (image.store().isEmpty()) {
      return null;
    }
    SharedFiles files;
    synchronized (lock) {
      files = new SharedFiles(storage, FileNames.of(subtask.position()), subtask.nativeFiles());
      checkpoint.opened(files);
    }
    byte[] manifest = engine.write(checkpoint.id, image.store().get(), files);
    return new NativeSnapshot(engine.format(), manifest, files.files());
  }

  /** Remembers an output, so that an abort can make the writing thread give up. */
  private void opened(PendingCheckpoint checkpoint, StorageOutput out) {
    synchronized (lock) {
      if (checkpoint.phase != PendingCheckpoint.Phase.WRITING) {
        throw new StateClosedException(checkpoint.describe() + " was aborted");
      }
      checkpoint.opened(out);
    }
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
    List<String> subsumed = List.of();
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
    subsumed.forEach(catalog::delete);
    notifyListeners(listener -> listener.completed(completed));
    end(checkpoint, completed, null);
  }

  /** Returns the checkpoint whose files are still needed whatever its age. */
  private long pinnedId() {
    boolean needed =
        restored != null
            && restored.storage() == storage
            && subtasks.values().stream().anyMatch(subtask -> subtask.states().carriesUndeclared());
    return needed ? requireNonNull(restored).metadata().checkpointId() : NONE;
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
    logger.warn("{} aborted: {}", checkpoint.describe(), cause.getMessage(), cause);
    settleNative(checkpoint, false);
    notifyListeners(listener -> listener.aborted(checkpoint.id, cause));
    end(checkpoint, null, cause);
  }

  private void settleNative(PendingCheckpoint checkpoint, boolean completed) {
    List<Subtask> open;
    synchronized (lock) {
      open = List.copyOf(subtasks.values());
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
      subtasks.values().forEach(subtask -> subtask.withdraw(checkpoint.id));
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

  /** Deletes what an aborted checkpoint has written, once nobody writes it any more. */
  private void writerEnded(PendingCheckpoint checkpoint) {
    boolean garbage;
    synchronized (lock) {
      checkpoint.writerEnded();
      garbage = !checkpoint.hasWriters() && checkpoint.isAborted();
    }
    if (garbage) {
      checkpoint.createdPaths().forEach(catalog::delete);
    }
  }

  private void notifyListeners(Consumer<CheckpointListener> event) {
    for (CheckpointListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        logger.warn("a checkpoint listener failed: {}", listener, e);
      }
    }
  }

  /**
   * Lists the files and directories of the storage that no complete checkpoint or savepoint
   * reaches. {@link Builder#open()} deletes them; later ones are those of checkpoints that are
   * pending or could not be deleted.
   *
   * @return paths in the storage
   */
  public List<String> garbage() {
    synchronized (lock) {
      return catalog.garbage();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the checkpoint coordinator is closed");
    }
  }

  /**
   * Stops: no further checkpoint is triggered, and a pending one is aborted. Waits until nothing is
   * written any more, for 10 seconds at most. Closing twice does nothing.
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
