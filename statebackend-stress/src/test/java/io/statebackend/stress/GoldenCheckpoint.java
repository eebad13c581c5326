// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * The job whose checkpoints are in {@code src/test/resources/golden}, one directory per engine:
 * every kind of keyed state, short and long, with and without namespaces, and operator state. Each
 * directory was written once for a version of the engine's native format, by two subtasks and in
 * two checkpoints of which the second adds to the first, and is then only read.
 */
final class GoldenCheckpoint implements AutoCloseable {
  private static final int KEYS = 60;
  private static final int MAX_PARALLELISM = 8;
  private static final int WRITTEN_PARALLELISM = 2;
  private static final long LARGE_MAP_KEY = 3;
  private static final long LONG_LIST_KEY = 4;
  private static final int LARGE_SIZE = 300;

  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);
  private static final ValueStateDescriptor<String> NAME =
      ValueStateDescriptor.of("name", Serializers.STRING);
  private static final ListStateDescriptor<String> VISITS =
      ListStateDescriptor.of("visits", Serializers.STRING);
  private static final MapStateDescriptor<String, Long> TOTALS =
      MapStateDescriptor.of("totals", Serializers.STRING, Serializers.LONG);
  private static final MapStateDescriptor<Long, Long> NUMBERS =
      MapStateDescriptor.of("numbers", Serializers.LONG, Serializers.LONG);
  private static final ReducingStateDescriptor<Long> WINDOW_SUM =
      ReducingStateDescriptor.of("window-sum", Long::sum, Serializers.LONG);

  private final CheckpointCoordinator checkpoints;
  private final List<Instance> instances = new ArrayList<>();

  /** One subtask and its states. */
  private static final class Instance {
    private final Subtask subtask;
    private final ListState<Long> positions;
    private final KeyedStateBackend<Long> keyed;
    private final ValueState<Long> count;
    private final ValueState<String> name;
    private final ListState<String> visits;
    private final MapState<String, Long> totals;
    private final MapState<Long, Long> numbers;
    private final NamespacedState<String, ReducingState<Long>> windowSum;

    Instance(Subtask subtask, StateBackend engine) {
      this.subtask = subtask;
      positions = subtask.operatorState().splitList(POSITIONS);
      keyed = subtask.keyed(engine, Serializers.LONG);
      count = keyed.value(COUNT);
      name = keyed.value(NAME);
      visits = keyed.list(VISITS);
      totals = keyed.map(TOTALS);
      numbers = keyed.map(NUMBERS);
      windowSum = keyed.reducing(WINDOW_SUM, Serializers.STRING);
    }

    /** What the job does with a key before the first checkpoint. */
    void processFirst(long key) {
      keyed.setCurrentKey(key);
      count.update(key);
      name.update("first " + key);
      visits.add("a" + key);
      totals.put("x", key);
      totals.put("y", -key);
      windowSum.in("morning").add(key);
      windowSum.in("evening").add(1L);
      if (key == LARGE_MAP_KEY) {
        LongStream.range(0, LARGE_SIZE).forEach(i -> numbers.put(i, i));
      }
      if (key == LONG_LIST_KEY) {
        visits.addAll(LongStream.range(0, LARGE_SIZE).mapToObj(i -> "visit " + i).toList());
      }
    }

    /** What it does with it between the first checkpoint and the second. */
    void processSecond(long key) {
      keyed.setCurrentKey(key);
      if (key % 3 == 0) {
        count.update(key * 1_000);
        visits.add("b" + key);
        totals.remove("x");
        windowSum.in("morning").add(key);
      }
      if (key % 5 == 0) {
        name.clear();
        windowSum.in("evening").clear();
      }
      if (key == LARGE_MAP_KEY) {
        LongStream.range(0, LARGE_SIZE).filter(i -> i % 2 == 0).forEach(numbers::remove);
      }
    }

    void check(long key) {
      keyed.setCurrentKey(key);
      boolean isThird = key % 3 == 0;
      boolean isFifth = key % 5 == 0;
      assertThat(count.value()).isEqualTo(isThird ? key * 1_000 : key);
      assertThat(name.value()).isEqualTo(isFifth ? null : "first " + key);
      List<String> expectedVisits = new ArrayList<>(List.of("a" + key));
      if (key == LONG_LIST_KEY) {
        LongStream.range(0, LARGE_SIZE).forEach(i -> expectedVisits.add("visit " + i));
      }
      if (isThird) {
        expectedVisits.add("b" + key);
      }
      assertThat(visits.iterator()).toIterable().containsExactlyElementsOf(expectedVisits);
      assertThat(totals.iterator())
          .toIterable()
          .containsExactlyInAnyOrderElementsOf(
              (isThird ? Map.of("y", -key) : Map.of("x", key, "y", -key)).entrySet());
      assertThat(windowSum.in("morning").get()).isEqualTo(isThird ? 2 * key : key);
      assertThat(windowSum.in("evening").get()).isEqualTo(isFifth ? null : 1L);
      for (long i = 0; i < LARGE_SIZE; i++) {
        boolean exists = key == LARGE_MAP_KEY && i % 2 == 1;
        assertThat(numbers.get(i)).isEqualTo(exists ? i : null);
      }
    }
  }

  private GoldenCheckpoint(FileCheckpointStorage storage, StateBackend engine, int parallelism) {
    checkpoints = CheckpointCoordinator.builder(storage).open();
    for (int index = 0; index < parallelism; index++) {
      instances.add(
          new Instance(
              checkpoints
                  .subtask("golden")
                  .index(index)
                  .parallelism(parallelism)
                  .maxParallelism(MAX_PARALLELISM)
                  .open(),
              engine));
    }
  }

  /** Writes the directories of all engines; the argument is where. */
  public static void main(String[] arguments) throws IOException {
    Path working = Files.createTempDirectory("golden");
    for (Engine engine : Engine.values()) {
      String name = engine.directoryName();
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[0], name));
          StateBackend backend = engine.open(working.resolve(name));
          GoldenCheckpoint job = new GoldenCheckpoint(storage, backend, WRITTEN_PARALLELISM)) {
        job.write();
      }
    }
  }

  /** Opens the job on what is in a storage, with any parallelism. */
  static GoldenCheckpoint restore(
      FileCheckpointStorage storage, StateBackend engine, int parallelism) {
    GoldenCheckpoint job = new GoldenCheckpoint(storage, engine, parallelism);
    assertThat(job.checkpoints.restored()).isPresent();
    return job;
  }

  private void write() {
    for (Instance instance : instances) {
      instance.positions.update(List.of(instances.indexOf(instance) + 1L));
    }
    LongStream.range(0, KEYS).forEach(key -> instanceOf(key).processFirst(key));
    checkpoint();
    LongStream.range(0, KEYS).forEach(key -> instanceOf(key).processSecond(key));
    checkpoint();
  }

  /** Takes a checkpoint. */
  void checkpoint() {
    CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
    instances.forEach(instance -> instance.subtask.snapshotIfPending());
    checkpoint.join();
  }

  /** Compares all state with what was written. */
  void check() {
    assertThat(instances)
        .flatExtracting(instance -> instance.positions.get())
        .containsExactlyInAnyOrder(1L, 2L);
    for (Instance instance : instances) {
      assertThat(instance.keyed.keys(COUNT))
          .containsExactlyInAnyOrderElementsOf(
              LongStream.range(0, KEYS)
                  .filter(key -> instanceOf(key) == instance)
                  .boxed()
                  .toList());
    }
    LongStream.range(0, KEYS).forEach(key -> instanceOf(key).check(key));
  }

  private Instance instanceOf(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), MAX_PARALLELISM);
    return instances.get(KeyGroupRange.subtaskOf(MAX_PARALLELISM, instances.size(), keyGroup));
  }

  @Override
  public void close() {
    instances.forEach(instance -> instance.subtask.close());
    checkpoints.close();
  }
}
