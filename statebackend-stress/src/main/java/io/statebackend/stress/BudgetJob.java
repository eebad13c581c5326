// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.fs.FsStateBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose state is much for the memory budget of its engine: under each key there are
 * bytes that tell the key and the round in which they were written.
 */
final class BudgetJob implements AutoCloseable {
  private static final int KEY_GROUPS = 128;
  private static final ValueStateDescriptor<byte[]> VALUE =
      ValueStateDescriptor.of("value", Serializers.BYTES);
  private static final ListStateDescriptor<byte[]> LIST =
      ListStateDescriptor.of("list", Serializers.BYTES);
  private static final MapStateDescriptor<Long, byte[]> MAP =
      MapStateDescriptor.of("map", Serializers.LONG, Serializers.BYTES);
  private static final int PARTS = 5;

  /** What is under a key. */
  enum Kind {
    VALUES,
    LISTS,
    MAPS
  }

  private final Kind kind;
  private final int valueBytes;
  private final FileCheckpointStorage storage;
  private final StateBackend engine;
  private final CheckpointCoordinator coordinator;
  private final List<Instance> instances = new ArrayList<>();

  /** One subtask and its state, of which one kind is used. */
  private record Instance(
      Subtask task,
      KeyedStateBackend<Long> keyed,
      ValueState<byte[]> value,
      ListState<byte[]> list,
      MapState<Long, byte[]> map) {}

  /** Opens the job on the latest checkpoint of a directory, if there is one. */
  BudgetJob(Path directory, long budgetBytes, Kind kind, int valueBytes, int parallelism) {
    this.kind = kind;
    this.valueBytes = valueBytes;
    storage = FileCheckpointStorage.open(directory.resolve("checkpoints"));
    engine =
        FsStateBackend.builder(directory.resolve("work")).memoryBudgetBytes(budgetBytes).open();
    coordinator = CheckpointCoordinator.builder(storage).open();
    try {
      for (int i = 0; i < parallelism; i++) {
        Subtask task =
            coordinator
                .subtask("operator")
                .index(i)
                .parallelism(parallelism)
                .maxParallelism(KEY_GROUPS)
                .open();
        KeyedStateBackend<Long> keyed = task.keyed(engine, Serializers.LONG);
        instances.add(
            new Instance(task, keyed, keyed.value(VALUE), keyed.list(LIST), keyed.map(MAP)));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private Instance at(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), KEY_GROUPS);
    Instance instance =
        instances.get(KeyGroupRange.subtaskOf(KEY_GROUPS, instances.size(), keyGroup));
    instance.keyed.setCurrentKey(key);
    return instance;
  }

  /** Returns the subtask that has a key. */
  int taskOf(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), KEY_GROUPS);
    return KeyGroupRange.subtaskOf(KEY_GROUPS, instances.size(), keyGroup);
  }

  /** Replaces what is under a key. */
  void write(long key, long round) {
    Instance instance = at(key);
    switch (kind) {
      case VALUES -> instance.value.update(bytes(key, round, valueBytes));
      case LISTS -> {
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < PARTS; i++) {
          parts.add(bytes(key + i, round, valueBytes / PARTS));
        }
        instance.list.update(parts);
      }
      case MAPS -> {
        for (int i = 0; i < PARTS; i++) {
          instance.map.put((long) i, bytes(key + i, round, valueBytes / PARTS));
        }
      }
    }
  }

  /** Removes what is under a key. */
  void clear(long key) {
    Instance instance = at(key);
    switch (kind) {
      case VALUES -> instance.value.clear();
      case LISTS -> instance.list.clear();
      case MAPS -> instance.map.clear();
    }
  }

  /**
   * Checks what is under a key.
   *
   * @throws AssertionError if it is not what was written in the round
   */
  void check(long key, long round) {
    Instance instance = at(key);
    switch (kind) {
      case VALUES -> check(key, instance.value.value(), bytes(key, round, valueBytes));
      case LISTS -> {
        List<byte[]> parts = new ArrayList<>();
        instance.list.iterator().forEachRemaining(parts::add);
        checkThat(parts.size() == PARTS, "elements=" + parts.size(), key);
        for (int i = 0; i < PARTS; i++) {
          check(key, parts.get(i), bytes(key + i, round, valueBytes / PARTS));
        }
      }
      case MAPS -> {
        int count = 0;
        for (var entries = instance.map.iterator(); entries.hasNext(); ) {
          Map.Entry<Long, byte[]> entry = entries.next();
          check(key, entry.getValue(), bytes(key + entry.getKey(), round, valueBytes / PARTS));
          count++;
        }
        checkThat(count == PARTS, "entries=" + count, key);
      }
    }
  }

  /** Tells whether the value under a key is that of a round. */
  boolean isOf(long key, long round) {
    return Arrays.equals(at(key).value.value(), bytes(key, round, valueBytes));
  }

  private static void check(long key, byte @Nullable [] actual, byte[] expected) {
    checkThat(Arrays.equals(actual, expected), "wrong bytes, or none", key);
  }

  private static void checkThat(boolean isTrue, String message, long key) {
    if (!isTrue) {
      throw new AssertionError("not what was written: key=%d, %s".formatted(key, message));
    }
  }

  private static byte[] bytes(long key, long round, int length) {
    byte[] bytes = new byte[Math.max(1, length)];
    new Random(key * 31 + round).nextBytes(bytes);
    return bytes;
  }

  /** Returns how many keys there are in all subtasks. */
  long keyCount() {
    return instances.stream()
        .mapToLong(
            instance ->
                switch (kind) {
                  case VALUES -> instance.keyed.entryCount(VALUE);
                  case LISTS -> instance.keyed.entryCount(LIST);
                  case MAPS -> instance.keyed.entryCount(MAP);
                })
        .sum();
  }

  /** Takes a checkpoint, which must complete. */
  void checkpoint() {
    var checkpoint = coordinator.trigger();
    instances.forEach(instance -> instance.task.snapshotIfPending());
    long id = checkpoint.join().id();
    MemoryUse use = engine.memoryUse();
    if (use.usedBytes() > use.limitBytes()) {
      throw new AssertionError("beyond the budget: checkpoint=%d, %s".formatted(id, use));
    }
  }

  @Override
  public void close() {
    instances.forEach(instance -> instance.task.close());
    coordinator.close();
    engine.close();
    storage.close();
  }
}
