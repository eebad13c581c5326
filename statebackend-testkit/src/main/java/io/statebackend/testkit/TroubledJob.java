// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CheckpointListener;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.testkit.TroubledBackend.Images;
import io.statebackend.testkit.TroubledStorage.Trouble;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A program that is started again and again on one storage object, which gives it trouble. */
final class TroubledJob implements AutoCloseable {
  private static final long END_TIMEOUT_SECONDS = 60;

  final TroubledStorage storage;
  final Images images = new Images();
  final History history = new History();
  final Ends ends = new Ends();
  private final FaultySetup setup;
  private final Path root;
  private @Nullable FaultySession session;
  private long round;

  /** How checkpoints have ended, as a listener hears it. */
  static final class Ends implements CheckpointListener {
    /** By checkpoint, how often a listener was told of an end. */
    private final Map<Long, Integer> endCounts = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

    private record Failure(String event, Throwable thrown) {}

    /** Throws when it is told of an event the next time. */
    void failNext(String event, Throwable thrown) {
      failure.set(new Failure(event, thrown));
    }

    private void maybeFail(String event) {
      Failure next = failure.get();
      if (next != null && next.event.equals(event) && failure.compareAndSet(next, null)) {
        TroubledStorage.throwIt(next.thrown);
      }
    }

    @Override
    public void triggered(long checkpointId) {
      endCounts.merge(checkpointId, 0, Integer::sum);
      maybeFail("triggered");
    }

    @Override
    public void completed(CompletedCheckpoint checkpoint) {
      endCounts.merge(checkpoint.id(), 1, Integer::sum);
      maybeFail("completed");
    }

    @Override
    public void savepointCompleted(CompletedCheckpoint savepoint) {
      endCounts.merge(savepoint.id(), 1, Integer::sum);
    }

    @Override
    public void aborted(long checkpointId, Throwable cause) {
      endCounts.merge(checkpointId, 1, Integer::sum);
      maybeFail("aborted");
    }

    @Override
    public void subsumed(CompletedCheckpoint checkpoint) {
      maybeFail("subsumed");
    }

    void checkEachEndedOnce() {
      assertThat(endCounts).as("ends that the listener was told, by checkpoint").isNotEmpty();
      assertThat(endCounts.values())
          .as("ends that the listener was told, by checkpoint: %s", endCounts)
          .allMatch(count -> count == 1);
    }
  }

  TroubledJob(CheckpointStorage storage, Function<Path, StateBackend> newBackend, Path root) {
    this.storage = new TroubledStorage(storage);
    this.root = root;
    setup =
        new FaultySetup(
            directory -> new TroubledBackend(newBackend.apply(directory), images),
            directory -> this.storage);
  }

  /** Starts the program from the latest checkpoint, which must be as good as the history tells. */
  void start(Consumer<CheckpointCoordinatorBuilder> options) {
    FaultySession started = startUnchecked(options);
    history.checkRestored(started.restoredId(), started.state());
  }

  /** Starts the program from a savepoint, whatever is later. */
  void startFrom(String savepoint, long id) {
    FaultySession started =
        startUnchecked(
            builder -> builder.restoreFrom(storage, "savepoint-" + savepoint).allowRewind());
    assertThat(started.restoredId()).isEqualTo(id);
    history.checkHolds(id, started.state());
  }

  private FaultySession startUnchecked(Consumer<CheckpointCoordinatorBuilder> options) {
    FaultySession started =
        new FaultySession(
            setup,
            root,
            round % 2 == 0 ? 2 : 3,
            (builder, unused) -> {
              builder.retain(1).listener(ends);
              options.accept(builder);
            });
    session = started;
    return started;
  }

  FaultySession session() {
    return requireNonNull(session);
  }

  CheckpointCoordinator coordinator() {
    return session().coordinator();
  }

  /** Changes the state and begins a checkpoint of it. */
  CompletableFuture<CompletedCheckpoint> begin() {
    session().change(++round);
    return beginUnchanged();
  }

  /** Begins a checkpoint of the state as it was at the last one. */
  CompletableFuture<CompletedCheckpoint> beginUnchanged() {
    return session().beginCheckpoint(history);
  }

  /** Changes the state and begins a savepoint of it. */
  CompletableFuture<CompletedCheckpoint> beginSavepoint(String name) {
    session().change(++round);
    CompletableFuture<CompletedCheckpoint> result = coordinator().savepoint(name);
    session().takePending(history);
    return result;
  }

  /** Begins a savepoint as soon as nothing is left of an earlier try, whose name it has. */
  CompletableFuture<CompletedCheckpoint> beginSavepointInTheEnd(String name) {
    while (true) {
      try {
        return beginSavepoint(name);
      } catch (IllegalStateException | StateIoException e) {
        Thread.onSpinWait(); // The writers of the earlier one have not ended yet.
      }
    }
  }

  /** Waits for the end of a checkpoint; returns the cause if it was aborted. */
  @Nullable Throwable awaitEnd(CompletableFuture<CompletedCheckpoint> checkpoint)
      throws InterruptedException {
    try {
      CompletedCheckpoint completed = checkpoint.get(END_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!completed.isSavepoint()) {
        history.completed(completed);
      }
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("a checkpoint neither completes nor is aborted", e);
    }
  }

  /** Waits for a checkpoint that must complete. */
  void awaitCompleted(CompletableFuture<CompletedCheckpoint> checkpoint)
      throws InterruptedException {
    Throwable cause = awaitEnd(checkpoint);
    if (cause != null) {
      throw new AssertionError("a checkpoint is aborted that nothing keeps from completing", cause);
    }
  }

  /** Takes a checkpoint that must complete. */
  void complete() throws InterruptedException {
    awaitCompleted(begin());
  }

  /** Takes checkpoints until one completes: what hung before may not have returned yet. */
  void completeInTheEnd() throws InterruptedException {
    while (true) {
      try {
        if (awaitEnd(begin()) == null) {
          return;
        }
      } catch (StateIoException e) {
        assertThat(e).hasMessageContaining("does not answer");
      }
    }
  }

  void trouble(Trouble trouble) {
    storage.setTrouble(trouble);
  }

  /** Ends the program and its trouble. */
  void stop() {
    FaultySession ended = session;
    session = null;
    if (ended != null) {
      ended.close();
    }
    storage.setTrouble(Trouble.NONE);
  }

  /** Ends the program, and starts it again as soon as its last write has ended. */
  void restart() {
    stop();
    while (session == null) {
      try {
        start(builder -> {});
      } catch (StateLockedException e) {
        Thread.onSpinWait(); // What the closed program was doing has not ended yet.
      }
    }
    assertThat(images.openCount()).as("images that are open after the last write").isZero();
  }

  @Override
  public void close() {
    stop();
    storage.closeForGood();
  }
}
