// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.Once;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.Compression;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up a coordinator. Every setting is optional. A setting can be set only once: a second call,
 * or one that contradicts another, is an {@link IllegalStateException}.
 */
public final class CheckpointCoordinatorBuilder {
  private static final Logger logger = LoggerFactory.getLogger(CheckpointCoordinatorBuilder.class);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);
  private static final int DEFAULT_RETAINED = 2;

  final CheckpointStorage storage;
  private final Set<String> droppedOperators = new TreeSet<>();
  private final SortedMap<String, SortedSet<String>> droppedStates = new TreeMap<>();
  private final List<Set<String>> regions = new ArrayList<>();
  private @Nullable Boolean refuseUndeclared;
  final List<CheckpointListener> listeners = new ArrayList<>();
  private @Nullable Duration interval;
  private @Nullable Duration minPause;
  private @Nullable Duration timeout;
  private @Nullable Integer retained;
  private @Nullable Compression compression;
  @Nullable Executor executor;
  @Nullable Executor cleanUpExecutor;
  private @Nullable InstantSource clock;
  private @Nullable CheckpointTimer timer;
  private @Nullable Restore restore;
  private @Nullable Boolean requireLatest;
  private @Nullable Boolean allowRewind;

  /**
   * What is restored.
   *
   * @param call the call of the builder, for messages
   * @param find finds it, or {@code null} if the program starts empty
   * @param canRewind whether it may be older than what the storage holds
   */
  private record Restore(
      String call,
      Function<CheckpointCatalog, @Nullable StoredCheckpoint> find,
      boolean canRewind) {
    @Override
    public String toString() {
      return call;
    }
  }

  CheckpointCoordinatorBuilder(CheckpointStorage storage) {
    this.storage = requireNonNull(storage, "storage");
  }

  /**
   * Sets the time from one periodic trigger to the next, once {@link CheckpointCoordinator#start()}
   * was called. Default: checkpoints are triggered only by hand. With a shorter interval, a crash
   * costs less repeated work, and more bytes are written.
   *
   * @param interval more than zero
   * @return this
   */
  public CheckpointCoordinatorBuilder interval(Duration interval) {
    this.interval = Once.set("interval", this.interval, checkPositive("interval", interval));
    return this;
  }

  /**
   * Sets the minimum time from the end of a checkpoint to the next periodic trigger, so that a slow
   * storage does not keep the program busy with nothing but checkpoints. Default zero.
   *
   * @param minPause zero or more
   * @return this
   */
  public CheckpointCoordinatorBuilder minPause(Duration minPause) {
    if (minPause.isNegative()) {
      throw new IllegalArgumentException("minPause must not be negative: minPause=" + minPause);
    }
    this.minPause = Once.set("minPause", this.minPause, minPause);
    return this;
  }

  /**
   * Sets the time after which a checkpoint that is not complete is aborted. Default 10 minutes.
   *
   * @param timeout more than zero
   * @return this
   */
  public CheckpointCoordinatorBuilder timeout(Duration timeout) {
    this.timeout = Once.set("timeout", this.timeout, checkPositive("timeout", timeout));
    return this;
  }

  /**
   * Sets how many complete checkpoints are kept. Older ones are deleted. Default 2, so that an
   * older checkpoint remains if the latest is damaged. Savepoints do not count and are never
   * deleted.
   *
   * @param retained 1 or more
   * @return this
   */
  public CheckpointCoordinatorBuilder retain(int retained) {
    if (retained < 1) {
      throw new IllegalArgumentException(
          "at least 1 checkpoint must be retained: retained=" + retained);
    }
    this.retained = Once.set("retain", this.retained, retained);
    return this;
  }

  /**
   * Sets how the blocks of snapshots are compressed. Default: not at all.
   *
   * @param compression the codec; its library must be on the class path when the coordinator is
   *     opened
   * @return this
   */
  public CheckpointCoordinatorBuilder compression(Compression compression) {
    this.compression =
        Once.set("compression", this.compression, requireNonNull(compression, "compression"));
    return this;
  }

  /**
   * Sets the executor that writes snapshots. It gets one task for each snapshot of a subtask, and
   * the task does I/O. Default: up to four daemon threads of the coordinator. The executor is not
   * shut down.
   *
   * @param executor runs tasks on threads other than the subtasks' owners; what it throws aborts a
   *     checkpoint
   * @return this
   */
  public CheckpointCoordinatorBuilder executor(Executor executor) {
    this.executor = Once.set("executor", this.executor, requireNonNull(executor, "executor"));
    return this;
  }

  /**
   * Sets the executor that deletes files that are no longer needed and closes files of aborted
   * checkpoints. Default: two daemon threads of the coordinator, so that nothing else waits for a
   * storage that hangs. The executor is not shut down.
   *
   * @param executor runs tasks that do I/O; a checkpoint does not wait for them, unless it runs
   *     them in the calling thread
   * @return this
   */
  public CheckpointCoordinatorBuilder cleanUpExecutor(Executor executor) {
    this.cleanUpExecutor =
        Once.set("cleanUpExecutor", this.cleanUpExecutor, requireNonNull(executor, "executor"));
    return this;
  }

  /**
   * Sets the clock for the time of day. Its time is stored with a checkpoint, and state with a time
   * to live expires by it. Default: the system's clock.
   *
   * @param clock the clock; any thread may ask it
   * @return this
   */
  public CheckpointCoordinatorBuilder clock(InstantSource clock) {
    this.clock = Once.set("clock", this.clock, requireNonNull(clock, "clock"));
    return this;
  }

  /**
   * Sets the timer that measures time and runs periodic triggers and timeouts, for tests that do
   * not want to wait. Default: the system's clock, and a daemon thread of the coordinator.
   *
   * @param timer the timer, for this coordinator alone, which closes it in the end
   * @return this
   */
  public CheckpointCoordinatorBuilder timer(CheckpointTimer timer) {
    this.timer = Once.set("timer", this.timer, requireNonNull(timer, "timer"));
    return this;
  }

  /**
   * Adds a listener.
   *
   * @param listener is told about every checkpoint
   * @return this
   */
  public CheckpointCoordinatorBuilder listener(CheckpointListener listener) {
    listeners.add(requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Restores the latest complete checkpoint that is intact, or starts empty if there is none. This
   * is the default. Every byte is verified first. If a checkpoint is damaged or cannot be read,
   * this is logged and the one before it is restored, unless {@link #requireLatest} forbids that.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreLatest() {
    return restore("restoreLatest()", this::latest, true);
  }

  /**
   * Restores the latest complete checkpoint of this storage, as {@link #restoreLatest} does. Only
   * if there is none at all, it restores a savepoint, or a checkpoint of another storage. Use this
   * to start a program from a savepoint. The call may stay in the program, because the savepoint is
   * not restored again once there is a checkpoint.
   *
   * @param source where it is, which must stay open while there are subtasks; may be the same
   *     storage
   * @param directory its directory there, such as {@code savepoint-upgrade}
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreLatestOrFrom(
      CheckpointStorage source, String directory) {
    requireNonNull(source, "source");
    requireNonNull(directory, "directory");
    return restore(
        "restoreLatestOrFrom(" + directory + ")",
        catalog ->
            catalog.isEmpty() ? CheckpointCatalog.intact(source, directory) : latest(catalog),
        true);
  }

  private @Nullable StoredCheckpoint latest(CheckpointCatalog catalog) {
    return catalog.latestIntact(requireLatest == null).orElse(null);
  }

  /**
   * Restores one checkpoint of the storage and no other. If the storage has later ones, this would
   * go back in time, and it is refused unless {@link #allowRewind} is set.
   *
   * @param checkpointId its number
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreFrom(long checkpointId) {
    return restore(
        "restoreFrom(" + checkpointId + ")", catalog -> catalog.intact(checkpointId), false);
  }

  /**
   * Restores a savepoint, or a checkpoint of another storage, whatever this storage has. If
   * checkpoints of this storage would be lost, it is refused unless {@link #allowRewind} is set.
   * For a program that is started again and again, use {@link #restoreLatestOrFrom}.
   *
   * @param source where it is, which must stay open while there are subtasks; may be the same
   *     storage
   * @param directory its directory there, such as {@code savepoint-upgrade}
   * @return this
   */
  public CheckpointCoordinatorBuilder restoreFrom(CheckpointStorage source, String directory) {
    requireNonNull(source, "source");
    requireNonNull(directory, "directory");
    return restore(
        "restoreFrom(" + directory + ")",
        catalog -> CheckpointCatalog.intact(source, directory),
        false);
  }

  /**
   * Restores nothing, whatever checkpoints exist. New checkpoints subsume them in time.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder startEmpty() {
    return restore("startEmpty()", catalog -> null, true);
  }

  private CheckpointCoordinatorBuilder restore(
      String call,
      Function<CheckpointCatalog, @Nullable StoredCheckpoint> find,
      boolean canRewind) {
    restore = Once.set("what is restored", restore, new Restore(call, find, canRewind));
    return this;
  }

  /**
   * Lets {@code restoreFrom} go back in time. Later checkpoints of the storage are lost: they are
   * deleted when new ones subsume them. A program that keeps this call goes back with each restart.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder allowRewind() {
    allowRewind = Once.set("allowRewind", allowRewind, true);
    return this;
  }

  /**
   * Forbids to restore an older checkpoint if the latest one is damaged or cannot be read. Opening
   * fails then. For programs whose committed effects must not be behind the restored state.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder requireLatest() {
    requireLatest = Once.set("requireLatest", requireLatest, true);
    return this;
  }

  /**
   * Declares that operators exchange records with each other and with no other operator. So their
   * subtasks can be restarted without those of others. All operators that are in no region form one
   * more region; by default that is all of them.
   *
   * @param operatorIds the operators, one or more, which are in no other region
   * @return this
   * @throws IllegalStateException if one of them is in another region
   */
  public CheckpointCoordinatorBuilder region(String... operatorIds) {
    Set<String> region = new TreeSet<>(List.of(operatorIds));
    if (region.isEmpty()) {
      throw new IllegalArgumentException("a region has one operator or more");
    }
    for (Set<String> other : regions) {
      for (String operatorId : region) {
        if (other.contains(operatorId)) {
          throw new IllegalStateException(
              "operator '%s' is in two regions: first=%s, now=%s"
                  .formatted(operatorId, other, region));
        }
      }
    }
    regions.add(region);
    return this;
  }

  /**
   * Drops the state of an operator that is in the restored checkpoint and no longer in the program.
   * Without this call, a checkpoint that would lose such state is refused. Opening the operator all
   * the same is an error.
   *
   * @param operatorId the operator
   * @return this
   */
  public CheckpointCoordinatorBuilder dropOperator(String operatorId) {
    droppedOperators.add(requireNonNull(operatorId, "operatorId"));
    return this;
  }

  /**
   * Drops one state of the restored checkpoint, because the program does not need it any more, or
   * because it cannot be read. A state that is declared under this name begins empty.
   *
   * <p>The call may stay in the program: checkpoints remember what was dropped, and it is not
   * dropped again when they are restored. To drop a state of the same name again, first run without
   * the call until there is a checkpoint without it.
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
   * it. Default: such states are carried from checkpoint to checkpoint. Set this in a program that
   * declares all of its states at the start, so that a state that was renamed or forgotten is
   * noticed at once.
   *
   * @return this
   */
  public CheckpointCoordinatorBuilder refuseUndeclared() {
    refuseUndeclared = Once.set("refuseUndeclared", refuseUndeclared, true);
    return this;
  }

  private static Duration checkPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be more than zero: " + name + "=" + value);
    }
    return value;
  }

  CheckpointSettings settings() {
    Compression codec = compression == null ? Compression.NONE : compression;
    codec.requireAvailable();
    checkDrops();
    return new CheckpointSettings(
        interval,
        minPause == null ? Duration.ZERO : minPause,
        timeout == null ? DEFAULT_TIMEOUT : timeout,
        retained == null ? DEFAULT_RETAINED : retained,
        codec,
        Set.copyOf(droppedOperators),
        Collections.unmodifiableSortedMap(new TreeMap<>(droppedStates)),
        refuseUndeclared != null,
        List.copyOf(regions));
  }

  private void checkDrops() {
    for (String operatorId : droppedOperators) {
      if (droppedStates.containsKey(operatorId)) {
        throw new IllegalStateException(
            "operator '%s' is dropped as a whole by dropOperator, and states of it by dropState: %s; leave out one of the two"
                .formatted(operatorId, droppedStates.get(operatorId)));
      }
    }
    if (requireLatest != null && restore != null && !restore.call().contains("Latest")) {
      throw new IllegalStateException("requireLatest() contradicts " + restore.call());
    }
  }

  InstantSource clock() {
    return clock == null ? InstantSource.system() : clock;
  }

  CheckpointTimer timer() {
    return timer == null ? SystemTimer.start() : timer;
  }

  /** Finds and verifies what is restored, or returns {@code null}. */
  @Nullable StoredCheckpoint restore(CheckpointCatalog catalog) {
    if (restore == null) {
      return latest(catalog);
    }
    StoredCheckpoint found = restore.find().apply(catalog);
    if (found != null && !restore.canRewind()) {
      Set<Long> newer = new TreeSet<>(catalog.newerThan(found));
      if (!newer.isEmpty() && allowRewind == null) {
        throw new IllegalStateException(
            "%s would go back in time: %s holds later checkpoints %s, which would be lost; use restoreLatestOrFrom(storage, directory) to continue from them, or allowRewind() to lose them"
                .formatted(restore.call(), storage.location(), newer));
      }
      if (!newer.isEmpty()) {
        logger.warn(
            "{} goes back in time: later checkpoints {} in {} will be lost",
            restore.call(),
            newer,
            storage.location());
      }
    }
    return found;
  }

  /**
   * Opens the coordinator: finds and verifies the checkpoint to restore, and deletes what a crashed
   * process left unfinished. Reads all bytes of the checkpoint that is restored.
   *
   * @return the coordinator
   * @throws io.statebackend.api.StateLockedException if another coordinator uses the storage, or
   *     was closed and still writes
   * @throws CorruptStateException if the checkpoint to restore is damaged, or all are; or if there
   *     is none, but something that looks like one
   * @throws IncompatibleStateException if the checkpoint to restore, or the latest, is of a format
   *     that this version does not read
   * @throws StateIoException if the storage cannot be read
   * @throws IllegalStateException if settings contradict each other, a checkpoint would be restored
   *     that is older than others, or the library of the compression is missing
   * @throws IllegalArgumentException if the checkpoint to restore does not exist, or the storage is
   *     a checkpoint itself and not a place for them
   */
  public CheckpointCoordinator open() {
    return new CheckpointCoordinator(this);
  }
}
