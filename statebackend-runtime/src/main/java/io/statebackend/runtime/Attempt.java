// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.Closing;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * The end of a job
 *
 * A checkpoint takes the snapshots of all subtasks. So a source that has come to its end goes on to
 * begin checkpoints, and ends its channels only when all have come so far and a last checkpoint is
 * complete: everything was committed by then.
 *
 * What happens meanwhile is told by other threads and worked off by the one that runs the job, one
 * thing after the other.
 */

/** One start of a job: its threads and all that they share, until the end or the first failure. */
final class Attempt {
  private static final long JOIN_MILLIS_MAX = 30_000;
  private static final int LAST_CHECKPOINT_TRIES = 3;

  private final List<Part> parts;
  private final JobSettings settings;
  private final Job.Opened opened;
  private final CheckpointCoordinator checkpoints;
  private final Job.StopRequest stop;
  private final BlockingQueue<Runnable> happenings = new LinkedBlockingQueue<>();
  private final Map<Part, List<Subtask>> subtasks = new HashMap<>();
  private final List<Thread> threads = new ArrayList<>();

  /** All of them, once they are there. */
  private volatile List<Task> tasks = List.of();

  private volatile List<SourceTask> sources = List.of();
  private volatile boolean isRunning;

  private int tasksLeft;
  private int sourcesReading;
  private int lastCheckpointFailures;
  private boolean isStuck;

  Attempt(
      List<Part> parts,
      JobSettings settings,
      Job.Opened opened,
      CheckpointCoordinator checkpoints,
      Job.StopRequest stop) {
    this.parts = parts;
    this.settings = settings;
    this.opened = opened;
    this.checkpoints = checkpoints;
    this.stop = stop;
  }

  /**
   * Runs to the end.
   *
   * @throws JobException if a part has failed; all have stopped then
   */
  void run() throws InterruptedException {
    Throwable failure = null;
    try {
      open();
      start();
      while (tasksLeft > 0) {
        happenings.take().run();
      }
    } catch (JobException | InterruptedException e) {
      failure = e;
      throw e;
    } catch (RuntimeException | Error e) {
      failure = e;
      throw new JobException("job", "the job cannot start: " + e.getMessage(), e);
    } finally {
      isRunning = false;
      close(failure);
    }
  }

  private void open() {
    for (Part part : parts) {
      List<Subtask> ofPart = new ArrayList<>();
      subtasks.put(part, ofPart);
      for (int index = 0; index < part.parallelism(); index++) {
        ofPart.add(openSubtask(part, index));
      }
    }
    for (Part part : parts) {
      part.ifSink(sink -> SinkOperator.recover(sink, subtasks(part).get(0).operatorState()));
    }
    Wiring wiring = new Wiring();
    parts.forEach(wiring::connect);
    List<Task> made = new ArrayList<>();
    List<SourceTask> reading = new ArrayList<>();
    for (Part part : parts) {
      List<String> partitions = part.source() == null ? List.of() : part.source().partitions();
      for (int index = 0; index < part.parallelism(); index++) {
        if (part.isSource()) {
          SourceTask task = sourceTask(part, index, partitions, wiring);
          reading.add(task);
          made.add(task);
        } else {
          made.add(operatorTask(part, index, wiring));
        }
      }
    }
    sources = List.copyOf(reading);
    tasks = List.copyOf(made);
  }

  private List<Subtask> subtasks(Part part) {
    return requireNonNull(subtasks.get(part));
  }

  private Subtask openSubtask(Part part, int index) {
    Subtask.Builder builder =
        checkpoints.subtask(part.id()).index(index).parallelism(part.parallelism());
    if (part.isSource()) {
      builder.source();
    }
    Integer maxParallelism = settings.maxParallelism();
    if (maxParallelism != null) {
      builder.maxParallelism(maxParallelism);
    }
    return builder.open();
  }

  private SourceTask sourceTask(Part part, int index, List<String> partitions, Wiring wiring) {
    Source<Object, Object> source = requireNonNull(part.source());
    Subtask subtask = subtasks(part).get(index);
    return new SourceTask(
        part.nameOf(index),
        subtask,
        wiring.outputOf(part, index),
        source,
        new SourcePositions(
            subtask.operatorState(),
            source.positionSerializer(),
            partitions,
            index,
            part.parallelism()),
        settings.idleAfter(),
        () -> happenings.add(this::sourceStoppedReading));
  }

  private OperatorTask operatorTask(Part part, int index, Wiring wiring) {
    Subtask subtask = subtasks(part).get(index);
    OperatorContext context =
        new OperatorContext(part.id(), index, part.parallelism(), subtask, opened.backend());
    Operator.Factory<Object, Object> operator = requireNonNull(part.operator());
    return new OperatorTask(
        part.nameOf(index),
        subtask,
        wiring.outputOf(part, index),
        new BarrierAligner<>(part.nameOf(index), wiring.inputsOf(part, index), settings.limits()),
        () -> operator.open(context));
  }

  /** The channels between all subtasks. */
  private final class Wiring {
    private final Map<String, List<TaskOutput.Branch>> branches = new HashMap<>();
    private final Map<String, List<Channel<Object>>> inputs = new HashMap<>();

    /** Makes the channels that lead into a part. */
    void connect(Part to) {
      int maxParallelism = subtasks(to).get(0).maxParallelism();
      for (Route<?> route : to.inputs()) {
        Part from = route.from();
        for (int sender = 0; sender < from.parallelism(); sender++) {
          List<Channel<Object>> channels = new ArrayList<>();
          for (int receiver = 0; receiver < to.parallelism(); receiver++) {
            Channel<Object> channel =
                new Channel<>(
                    from.nameOf(sender) + " -> " + to.nameOf(receiver), settings.channelCapacity());
            channels.add(channel);
            add(inputs, to.nameOf(receiver), channel);
          }
          add(
              branches,
              from.nameOf(sender),
              new TaskOutput.Branch(
                  route.selector(maxParallelism, to.parallelism()), List.copyOf(channels)));
        }
      }
    }

    private <V> void add(Map<String, List<V>> lists, String name, V value) {
      lists.computeIfAbsent(name, absent -> new ArrayList<>()).add(value);
    }

    TaskOutput outputOf(Part part, int index) {
      String name = part.nameOf(index);
      return new TaskOutput(name, branches.getOrDefault(name, List.of()));
    }

    List<Channel<Object>> inputsOf(Part part, int index) {
      return inputs.getOrDefault(part.nameOf(index), List.of());
    }
  }

  private void start() {
    tasksLeft = tasks.size();
    sourcesReading = sources.size();
    isRunning = true;
    for (Task task : tasks) {
      Thread thread = settings.threads().newThread(() -> work(task));
      thread.setName(task.name());
      threads.add(thread);
      thread.start();
    }
    if (stop.isRequested()) {
      stopReading();
    }
    if (checkpoints.isPeriodic()) {
      checkpoints.start();
    }
  }

  private void work(Task task) {
    try {
      task.work();
      happenings.add(() -> tasksLeft--);
    } catch (Throwable e) {
      happenings.add(
          () -> {
            throw new JobException(task.name(), failureOf(task.name(), e), e);
          });
    }
  }

  private static String failureOf(String part, Throwable cause) {
    return "'%s' has failed: %s".formatted(part, cause);
  }

  private void sourceStoppedReading() {
    if (--sourcesReading == 0) {
      takeLastCheckpoint();
    }
  }

  private void takeLastCheckpoint() {
    take(checkpoints::trigger, this::lastCheckpointTaken);
  }

  /** Has a checkpoint or savepoint taken, and what comes of it worked off. */
  private void take(
      Supplier<CompletableFuture<CompletedCheckpoint>> trigger,
      BiConsumer<@Nullable CompletedCheckpoint, @Nullable Throwable> then) {
    CompletableFuture<CompletedCheckpoint> future;
    try {
      future = trigger.get();
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    var unused =
        future.whenComplete(
            (checkpoint, failure) -> happenings.add(() -> then.accept(checkpoint, failure)));
  }

  private void lastCheckpointTaken(
      @Nullable CompletedCheckpoint checkpoint, @Nullable Throwable failure) {
    if (checkpoint == null) {
      if (++lastCheckpointFailures == LAST_CHECKPOINT_TRIES) {
        throw new JobException(
            "checkpoints",
            "the last checkpoint, which commits what was worked off, has failed %d times"
                .formatted(LAST_CHECKPOINT_TRIES),
            requireNonNull(failure));
      }
      takeLastCheckpoint();
      return;
    }
    String savepoint = stop.savepoint();
    if (savepoint == null) {
      boolean unused = stop.result().complete(checkpoint);
      sources.forEach(SourceTask::release);
    } else {
      take(() -> checkpoints.savepoint(savepoint), this::savepointTaken);
    }
  }

  private void savepointTaken(
      @Nullable CompletedCheckpoint savepoint, @Nullable Throwable failure) {
    try {
      if (savepoint == null) {
        boolean unused = stop.result().completeExceptionally(requireNonNull(failure));
      } else {
        opened.savepointTaken(savepoint);
        boolean unused = stop.result().complete(savepoint);
      }
    } catch (RuntimeException e) {
      boolean unused = stop.result().completeExceptionally(e);
    } finally {
      sources.forEach(SourceTask::release);
    }
  }

  /** Lets sources stop before their end. Called by any thread. */
  void stopReading() {
    sources.forEach(SourceTask::stop);
  }

  /** Called by any thread. */
  void wakeSources() {
    sources.forEach(SourceTask::wake);
  }

  /** Tells that a checkpoint is complete. Called by any thread. */
  void completed(long checkpointId) {
    tasks.forEach(task -> task.completed(checkpointId));
  }

  /** Tells that a checkpoint was given up. Called by any thread. */
  void aborted(long checkpointId) {
    tasks.forEach(task -> task.aborted(checkpointId));
  }

  /** Makes the attempt fail. Called by any thread. */
  void fail(String part, String message, Throwable cause) {
    happenings.add(
        () -> {
          throw new JobException(part, message, cause);
        });
  }

  /** Tells whether all has started and nothing has ended it. */
  boolean isRunning() {
    return isRunning;
  }

  /** Tells whether another attempt can follow: not while a thread still uses its subtask. */
  boolean canFollow() {
    return !isStuck;
  }

  /** Stops the threads, then closes what they have used. */
  private void close(@Nullable Throwable failure) throws InterruptedException {
    boolean wasInterrupted = stopThreads();
    List<Runnable> closes = new ArrayList<>();
    tasks.forEach(task -> closes.add(task::close));
    subtasks.values().forEach(ofPart -> ofPart.forEach(subtask -> closes.add(subtask::close)));
    if (failure == null) {
      Closing.all(closes);
    } else {
      Closing.allAfter(failure, closes);
    }
    if (wasInterrupted && failure == null) {
      throw new InterruptedException();
    }
  }

  /** Returns whether the calling thread was interrupted meanwhile. */
  private boolean stopThreads() {
    threads.forEach(Thread::interrupt);
    boolean wasInterrupted = false;
    long deadline = System.nanoTime() + JOIN_MILLIS_MAX * 1_000_000;
    for (Thread thread : threads) {
      while (thread.isAlive() && !isStuck) {
        try {
          thread.join(1 + Math.max(0, (deadline - System.nanoTime()) / 1_000_000));
          isStuck = thread.isAlive() && System.nanoTime() > deadline;
        } catch (InterruptedException e) {
          wasInterrupted = true;
        }
      }
    }
    return wasInterrupted;
  }
}
