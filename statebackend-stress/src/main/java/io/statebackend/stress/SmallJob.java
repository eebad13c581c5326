// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StateException;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointListener;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** An operator with a little state, checkpointed to memory. */
final class SmallJob implements AutoCloseable {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);

  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private final Reports reports = new Reports();
  private final List<Subtask> subtasks = new ArrayList<>();
  private final CheckpointCoordinator coordinator;

  /** Counts what a listener hears. */
  private static final class Reports implements CheckpointListener {
    private final AtomicInteger completedCount = new AtomicInteger();
    private final AtomicInteger abortedCount = new AtomicInteger();

    @Override
    public void completed(CompletedCheckpoint checkpoint) {
      completedCount.incrementAndGet();
    }

    @Override
    public void aborted(long checkpointId, Throwable cause) {
      abortedCount.incrementAndGet();
    }
  }

  /**
   * Starts.
   *
   * @param parallelism the number of subtasks, with operator state
   * @param writers what writes their snapshots
   */
  SmallJob(int parallelism, Executor writers) {
    coordinator =
        CheckpointCoordinator.builder(storage)
            .executor(writers)
            .cleanUpExecutor(Runnable::run)
            .listener(reports)
            .open();
    for (int index = 0; index < parallelism; index++) {
      Subtask subtask =
          coordinator
              .subtask("operator")
              .index(index)
              .parallelism(parallelism)
              .maxParallelism(2)
              .open();
      subtask.operatorState().splitList(POSITIONS).update(List.of((long) index));
      subtasks.add(subtask);
    }
  }

  /** Gives the first subtask keyed state too, in one of the engines. */
  void addKeyedState() {
    KeyedStateBackend<Long> keyed = subtask(0).keyed(Engines.next(), Serializers.LONG);
    for (long key = 0; key < 3; key++) {
      keyed.setCurrentKey(key);
      keyed.value(COUNT).update(key);
    }
  }

  CheckpointCoordinator coordinator() {
    return coordinator;
  }

  Subtask subtask(int index) {
    return subtasks.get(index);
  }

  /** Takes the snapshot of the first checkpoint as if its barrier had come. */
  boolean takeSnapshot(int index) {
    return subtask(index).snapshot(1);
  }

  /** Lets the actors become the owners. */
  void handOver() {
    subtasks.forEach(Subtask::handOver);
  }

  /** Says how a checkpoint ended, what was reported, and what is stored. */
  String outcome(CompletableFuture<CompletedCheckpoint> checkpoint) {
    String stored = storage.list("chk-1").contains("_metadata") ? "published" : "nothing";
    if (stored.equals("nothing") && !storage.list("").isEmpty()) {
      stored = "garbage " + storage.list("");
    }
    return "%s, reported complete %d, aborted %d, stored: %s"
        .formatted(
            end(checkpoint), reports.completedCount.get(), reports.abortedCount.get(), stored);
  }

  /** Says how a checkpoint ended. */
  static String end(CompletableFuture<CompletedCheckpoint> checkpoint) {
    if (!checkpoint.isDone()) {
      return "pending";
    }
    try {
      return "complete " + checkpoint.join().id();
    } catch (CompletionException e) {
      return e.getCause() instanceof StateException ? "aborted" : e.toString();
    }
  }

  @Override
  public void close() {
    subtasks.forEach(Subtask::close);
    coordinator.close();
    storage.close();
  }
}
