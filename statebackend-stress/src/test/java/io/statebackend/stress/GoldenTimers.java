// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.Timers;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * The job whose checkpoints are in {@code src/test/resources/golden-timers}, one directory per
 * engine: timers in several buckets. Each directory was written once, by one subtask and in two
 * checkpoints of which the second adds to the first, and is then only read.
 */
final class GoldenTimers implements AutoCloseable {
  private static final int MAX_PARALLELISM = 4;
  private static final long FIRST = 3_000;
  private static final long FIRED = 500;
  private static final long SECOND = 3_300;

  private final CheckpointCoordinator checkpoints;
  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<KeyedStateBackend<String>> keyed = new ArrayList<>();

  private GoldenTimers(FileCheckpointStorage storage, StateBackend engine, int parallelism) {
    checkpoints = CheckpointCoordinator.builder(storage).open();
    for (int index = 0; index < parallelism; index++) {
      Subtask subtask =
          checkpoints
              .subtask("golden")
              .index(index)
              .parallelism(parallelism)
              .maxParallelism(MAX_PARALLELISM)
              .open();
      subtasks.add(subtask);
      keyed.add(subtask.keyed(engine, Serializers.STRING));
    }
  }

  private static Timers<Long> timers(KeyedStateBackend<?> state) {
    return state.timers("timers", Serializers.LONG);
  }

  /** Writes the directories of all engines; the argument is where. */
  public static void main(String[] arguments) throws IOException {
    Path working = Files.createTempDirectory("golden");
    for (Engine engine : Engine.values()) {
      String name = engine.directoryName();
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[0], name));
          StateBackend backend = engine.open(working.resolve(name));
          GoldenTimers job = new GoldenTimers(storage, backend, 1)) {
        job.register(0, FIRST);
        job.checkpoint();
        job.fire(FIRED - 1);
        job.register(FIRST, SECOND);
        job.checkpoint();
      }
    }
  }

  /** Opens the job on what is in a storage, with any parallelism. */
  static GoldenTimers restore(FileCheckpointStorage storage, StateBackend engine, int parallelism) {
    GoldenTimers job = new GoldenTimers(storage, engine, parallelism);
    assertThat(job.checkpoints.restored()).isPresent();
    return job;
  }

  private void register(long from, long to) {
    KeyedStateBackend<String> only = keyed.get(0);
    for (long time = from; time < to; time++) {
      only.setCurrentKey("k" + time % 3);
      timers(only).register(time % 2, time);
    }
  }

  /** Takes a checkpoint. */
  void checkpoint() {
    CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
    subtasks.forEach(Subtask::snapshotIfPending);
    checkpoint.join();
  }

  /** Declares the timers, so that they are not only carried on. */
  void declare() {
    keyed.forEach(GoldenTimers::timers);
  }

  private List<Long> fire(long upTo) {
    List<Long> fired = new ArrayList<>();
    for (KeyedStateBackend<String> state : keyed) {
      timers(state)
          .fire(
              upTo,
              Integer.MAX_VALUE,
              (namespace, time) -> {
                assertThat(namespace).isEqualTo(time % 2);
                assertThat(state.currentKey()).isEqualTo("k" + time % 3);
                fired.add(time);
              });
    }
    return fired;
  }

  /** Fires all timers and compares them with what was written. */
  void check() {
    assertThat(fire(Long.MAX_VALUE))
        .containsExactlyInAnyOrderElementsOf(LongStream.range(FIRED, SECOND).boxed().toList());
  }

  @Override
  public void close() {
    subtasks.forEach(Subtask::close);
    checkpoints.close();
  }
}
