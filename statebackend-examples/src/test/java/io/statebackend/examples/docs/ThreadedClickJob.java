// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StableHash;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The program of the tutorial on several threads: the caller reads, each counter has its own. */
// tag::job
final class ThreadedClickJob implements AutoCloseable {
  private static final int MAX_PARALLELISM = 128;
  private static final ListStateDescriptor<Long> POSITION =
      ListStateDescriptor.of("position", Serializers.LONG);

  private final Subtask reader;
  private final ListState<Long> position;
  private final List<ClickCounter> counters = new ArrayList<>();
  private final List<ExecutorService> threads = new ArrayList<>();
  private volatile @Nullable RuntimeException failure;
  private long next;

  ThreadedClickJob(CheckpointCoordinator checkpoints, StateBackend backend, int parallelism) {
    reader = checkpoints.subtask("reader").source().open();
    position = reader.operatorState().splitList(POSITION);
    next = position.get().isEmpty() ? 0 : position.get().get(0);
    for (int index = 0; index < parallelism; index++) {
      counters.add(
          new ClickCounter(
              checkpoints
                  .subtask("click-counter")
                  .index(index)
                  .parallelism(parallelism)
                  .maxParallelism(MAX_PARALLELISM)
                  .open(),
              backend));
      threads.add(Executors.newSingleThreadExecutor());
    }
  }

  void run(List<Click> log, long end) {
    while (next < end) {
      Click click = log.get((int) next);
      int keyGroup =
          StableHash.keyGroup(Serializers.STRING.stableHash(click.user()), MAX_PARALLELISM);
      send(
          KeyGroupRange.subtaskOf(MAX_PARALLELISM, counters.size(), keyGroup),
          counter -> counter.process(click));
      next++;
      snapshotIfPending();
    }
  }

  private void snapshotIfPending() {
    long checkpointId = reader.pendingCheckpoint();
    if (checkpointId != Subtask.NO_CHECKPOINT) {
      position.update(List.of(next));
      reader.snapshot(checkpointId);
      for (int index = 0; index < counters.size(); index++) {
        send(index, counter -> counter.snapshot(checkpointId)); // the barrier
      }
    }
  }

  /** Has something done by a counter's thread, after all that was sent to it before. */
  private void send(int index, Consumer<ClickCounter> what) {
    if (failure != null) {
      throw new IllegalStateException("a counter has failed", failure);
    }
    threads.get(index).execute(() -> receive(counters.get(index), what));
  }

  private void receive(ClickCounter counter, Consumer<ClickCounter> what) {
    if (failure == null) { // After a lost record there is no further snapshot.
      try {
        what.accept(counter);
      } catch (RuntimeException e) {
        failure = e;
      }
    }
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdown);
    for (ExecutorService thread : threads) {
      try {
        if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
          throw new IllegalStateException("a counter does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    reader.close();
    counters.forEach(ClickCounter::close);
  }
}
// end::job
