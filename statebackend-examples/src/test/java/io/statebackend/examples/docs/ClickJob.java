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

/** The program of the tutorial: one thread reads a log and hands each record to its counter. */
// tag::job
final class ClickJob implements AutoCloseable {
  private static final int MAX_PARALLELISM = 128;
  private static final ListStateDescriptor<Long> POSITION =
      ListStateDescriptor.of("position", Serializers.LONG);

  private final Subtask reader;
  private final ListState<Long> position;
  private final List<ClickCounter> counters = new ArrayList<>();
  private long next;

  ClickJob(CheckpointCoordinator checkpoints, StateBackend backend, int parallelism) {
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
    }
  }

  /** Processes the records from where it stands up to a position. */
  void run(List<Click> log, long end) {
    while (next < end) {
      Click click = log.get((int) next);
      counterOf(click.user()).process(click);
      next++;
      snapshotIfPending();
    }
  }

  void snapshotIfPending() {
    long checkpointId = reader.pendingCheckpoint();
    if (checkpointId != Subtask.NO_CHECKPOINT) {
      position.update(List.of(next));
      reader.snapshot(checkpointId);
      counters.forEach(counter -> counter.snapshot(checkpointId));
    }
  }

  private ClickCounter counterOf(String user) {
    int keyGroup = StableHash.keyGroup(Serializers.STRING.stableHash(user), MAX_PARALLELISM);
    return counters.get(KeyGroupRange.subtaskOf(MAX_PARALLELISM, counters.size(), keyGroup));
  }

  long position() {
    return next;
  }

  long clicksOf(String user) {
    return counterOf(user).clicksOf(user);
  }

  @Override
  public void close() {
    reader.close();
    counters.forEach(ClickCounter::close);
  }
}
// end::job
