// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CheckpointListener;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream program within one process: sources, operators and sinks, each of several subtasks with
 * a thread of its own, and the checkpoints of them all.
 *
 * <pre>{@code
 * JobBuilder job = Job.builder(StateBackendConfig.from(Path.of("job.yaml")));
 * Records<Payment> payments = job.source("payments", 2, source);
 * Records<Sum> sums =
 *     job.operator("sums", 4, Sums::new, payments.keyBy(Payment::account, Serializers.STRING));
 * job.sink("files", 1, FileSink.lines(directory, Sum::toString), sums.rebalance());
 * job.build().run();
 * }</pre>
 *
 * <p>When a part fails, all others are stopped, and the job starts again from its latest checkpoint
 * or fails, as its restart policy says. When all sources have come to their end, a last checkpoint
 * is taken, so that everything is committed, and the job ends.
 *
 * <p>It is no stream engine: one process, a fixed plan, no scheduler. {@link #run} belongs to the
 * thread that calls it; the other methods may be called by any thread.
 */
public final class Job {
  private static final Logger logger = LoggerFactory.getLogger(Job.class);

  private final Environment environment;
  private final List<Part> parts;
  private final JobSettings settings;
  private final StopRequest stop = new StopRequest();

  /** How many checkpoints have failed since one was complete. */
  private final AtomicInteger failedCheckpoints = new AtomicInteger();

  /** How often the job has failed since a checkpoint was complete. */
  private final AtomicInteger failures = new AtomicInteger();

  /** Takes the checkpoints while the job runs, or {@code null}. Set by that thread. */
  private volatile @Nullable CheckpointCoordinator checkpoints;

  /** What runs now, or {@code null}. Set by the thread that runs the job. */
  private volatile @Nullable Attempt attempt;

  /** Guarded by {@code this}. */
  private boolean isStarted;

  /** What a job runs on, opened when it starts. */
  interface Environment {
    /** Opens it. */
    Opened open();

    /** Returns how many checkpoints in a row may fail, unless the job says otherwise. */
    int toleratedFailures();
  }

  /** What a job runs on, while it runs. */
  interface Opened extends AutoCloseable {
    StateBackend backend();

    CheckpointCoordinatorBuilder checkpoints();

    /** Brings a savepoint to where savepoints are kept. */
    void savepointTaken(CompletedCheckpoint savepoint);

    @Override
    void close();
  }

  /** What was asked for when the job is to stop before its end. */
  static final class StopRequest {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CompletableFuture<CompletedCheckpoint> result = new CompletableFuture<>();
    private volatile @Nullable String savepoint;

    boolean isRequested() {
      return requested.getCount() == 0;
    }

    @Nullable String savepoint() {
      return savepoint;
    }

    CompletableFuture<CompletedCheckpoint> result() {
      return result;
    }
  }

  Job(Environment environment, List<Part> parts, JobSettings settings) {
    this.environment = environment;
    this.parts = parts;
    this.settings = settings;
  }

  /**
   * Begins to describe a job on an engine that is open.
   *
   * @param backend the engine, which stays the caller's to close
   * @param checkpoints how checkpoints are taken; the job opens the coordinator. With sinks, {@link
   *     CheckpointCoordinatorBuilder#requireLatest} should be set, since what is committed cannot
   *     be taken back
   * @return a builder
   */
  public static JobBuilder builder(StateBackend backend, CheckpointCoordinatorBuilder checkpoints) {
    requireNonNull(backend, "backend");
    requireNonNull(checkpoints, "checkpoints");
    return new JobBuilder(
        new Environment() {
          @Override
          public Opened open() {
            return new Given(backend, checkpoints);
          }

          @Override
          public int toleratedFailures() {
            return Integer.MAX_VALUE;
          }
        });
  }

  /** What the caller has opened. */
  private record Given(StateBackend backend, CheckpointCoordinatorBuilder checkpoints)
      implements Opened {
    @Override
    public void savepointTaken(CompletedCheckpoint savepoint) {
      // It stays in the storage.
    }

    @Override
    public void close() {
      // All of it is the caller's.
    }
  }

  /**
   * Begins to describe a job on what a configuration says. The job opens engine and storage, and
   * closes them when it has ended.
   *
   * @param config the configuration
   * @return a builder
   */
  public static JobBuilder builder(StateBackendConfig config) {
    requireNonNull(config, "config");
    return new JobBuilder(
        new Environment() {
          @Override
          public Opened open() {
            return new Configured(config.open());
          }

          @Override
          public int toleratedFailures() {
            return config.toleratedFailures();
          }
        });
  }

  /** What the job has opened itself. */
  private record Configured(ConfiguredState state) implements Opened {
    @Override
    public StateBackend backend() {
      return state.backend();
    }

    @Override
    public CheckpointCoordinatorBuilder checkpoints() {
      return state.checkpoints();
    }

    @Override
    public void savepointTaken(CompletedCheckpoint savepoint) {
      state.moveSavepoint(savepoint);
    }

    @Override
    public void close() {
      state.close();
    }
  }

  /**
   * Runs the job until all sources have come to their end, or it is stopped.
   *
   * @throws JobException if a part has failed and the restart policy allows no further start
   * @throws IllegalStateException if the job was run before
   * @throws InterruptedException if interrupted; the job is stopped then, without a checkpoint
   */
  public void run() throws InterruptedException {
    synchronized (this) {
      if (isStarted) {
        throw new IllegalStateException("a job is run once; build another one");
      }
      isStarted = true;
    }
    Throwable failure = null;
    try {
      open();
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      boolean unused =
          stop.result.completeExceptionally(
              Objects.requireNonNullElseGet(
                  failure, () -> new StateClosedException("the job has ended before")));
    }
  }

  private void open() throws InterruptedException {
    List<Runnable> closes = new ArrayList<>();
    parts.forEach(part -> part.ifSink(sink -> closes.add(sink::close)));
    try {
      Opened opened = environment.open();
      closes.add(opened::close);
      CheckpointCoordinator coordinator = opened.checkpoints().listener(new Hearing()).open();
      closes.add(0, coordinator::close);
      checkpoints = coordinator;
      run(opened, coordinator);
    } catch (Throwable e) {
      Closing.allAfter(e, closes);
      throw e;
    }
    Closing.all(closes);
  }

  private void run(Opened opened, CheckpointCoordinator coordinator) throws InterruptedException {
    while (true) {
      Attempt next = new Attempt(parts, settings, opened, coordinator, stop);
      attempt = next;
      failedCheckpoints.set(0);
      try {
        next.run();
        return;
      } catch (JobException e) {
        int count = failures.incrementAndGet();
        if (count > settings.restarts().attempts() || !next.canFollow()) {
          throw e;
        }
        Duration pause = settings.restarts().pauseAfter(count);
        logger.warn(
            "the job starts again after {} from its latest checkpoint, attempt {} of {}",
            pause,
            count,
            settings.restarts().attempts(),
            e);
        boolean unused = stop.requested.await(pause.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  /**
   * Returns what takes the checkpoints of the job, to trigger one by hand or take a savepoint. It
   * belongs to the job, which closes it.
   *
   * @return the coordinator
   * @throws IllegalStateException if the job was not started
   */
  public CheckpointCoordinator checkpoints() {
    CheckpointCoordinator coordinator = checkpoints;
    if (coordinator == null) {
      throw new IllegalStateException("the job was not started");
    }
    return coordinator;
  }

  /**
   * Stops the job in an orderly way: sources stop to read, what they have sent is worked off, a
   * last checkpoint commits it, and {@link #run} returns. Later calls do the same as the first.
   *
   * @return completed with the checkpoint when it is durable, or exceptionally if the job fails or
   *     has ended
   */
  public CompletableFuture<CompletedCheckpoint> stop() {
    return requestStop(null);
  }

  /**
   * Stops the job as {@link #stop()} does, and takes a savepoint after the last checkpoint. If the
   * savepoint fails, the job has stopped all the same.
   *
   * @param savepoint its name: 1 to 200 letters, digits, {@code -}, {@code _} and {@code .}
   * @return completed with the savepoint when it is durable, or exceptionally if it could not be
   *     taken, or the job fails or has ended
   */
  public CompletableFuture<CompletedCheckpoint> stop(String savepoint) {
    return requestStop(requireNonNull(savepoint, "savepoint"));
  }

  private synchronized CompletableFuture<CompletedCheckpoint> requestStop(
      @Nullable String savepoint) {
    if (!stop.isRequested()) {
      stop.savepoint = savepoint;
      stop.requested.countDown();
      Attempt running = attempt;
      if (running != null) {
        running.stopReading();
      }
    }
    return stop.result.copy();
  }

  /** Hears of the checkpoints, and passes it on to what runs. */
  private final class Hearing implements CheckpointListener {
    @Override
    public void triggered(long checkpointId) {
      Attempt running = attempt;
      if (running != null) {
        running.wakeSources();
      }
    }

    @Override
    public void completed(CompletedCheckpoint checkpoint) {
      failures.set(0);
      failedCheckpoints.set(0);
      Attempt running = attempt;
      if (running != null) {
        running.completed(checkpoint.id());
      }
    }

    @Override
    public void aborted(long checkpointId, Throwable cause) {
      Attempt running = attempt;
      if (running == null) {
        return;
      }
      running.aborted(checkpointId);
      boolean isFailure = running.isRunning() && !(cause instanceof StateClosedException);
      if (isFailure && failedCheckpoints.incrementAndGet() > settings.toleratedFailures()) {
        running.fail(
            "checkpoints",
            "%d checkpoints in a row have failed, and %d are tolerated"
                .formatted(failedCheckpoints.get(), settings.toleratedFailures()),
            cause);
      }
    }
  }
}
