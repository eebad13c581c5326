// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.ForwardingStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subtasks that are restored with another parallelism fetch the files that they have a part in. */
final class RescaleReadsTest {
  private static final int KEY_GROUPS = 128;
  private static final int KEYS = 16_000;
  private static final int VALUE_BYTES = 1_000;
  private static final ValueStateDescriptor<byte[]> STATE =
      ValueStateDescriptor.of("state", Serializers.BYTES);

  @TempDir private Path directory;

  private final AtomicLong fetchedBytes = new AtomicLong();

  private static int keyGroup(long key) {
    return StableHash.keyGroup(Serializers.LONG.stableHash(key), KEY_GROUPS);
  }

  private static byte[] value(long key) {
    byte[] value = new byte[VALUE_BYTES];
    new Random(key).nextBytes(value);
    return value;
  }

  private RocksDbStateBackend newBackend(String name) {
    return RocksDbStateBackend.builder(directory.resolve(name)).memoryBudgetBytes(16 << 20).open();
  }

  @Test
  void restore_otherParallelism_fetchesWhatOverlaps() throws IOException {
    takeCheckpoint();
    long storedBytes = sharedBytes();
    int parallelism = 8;
    List<Subtask> subtasks = new ArrayList<>();
    try (CheckpointStorage storage = new Counting(openStorage());
        RocksDbStateBackend backend = newBackend("after");
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open()) {
      try {
        List<KeyedStateBackend<Long>> keyed = new ArrayList<>();
        List<ValueState<byte[]>> states = new ArrayList<>();
        for (int i = 0; i < parallelism; i++) {
          Subtask subtask =
              coordinator.subtask("operator").index(i).parallelism(parallelism).open();
          subtasks.add(subtask);
          keyed.add(subtask.keyed(backend, Serializers.LONG));
          states.add(keyed.get(i).value(STATE));
        }
        for (long key = 0; key < KEYS; key++) {
          int owner = KeyGroupRange.subtaskOf(KEY_GROUPS, parallelism, keyGroup(key));
          keyed.get(owner).setCurrentKey(key);
          assertThat(states.get(owner).value()).isEqualTo(value(key));
        }
      } finally {
        subtasks.forEach(Subtask::close);
      }
    }
    assertThat(storedBytes).isGreaterThan((long) KEYS * VALUE_BYTES);
    assertThat(fetchedBytes.get())
        .isGreaterThan((long) KEYS * VALUE_BYTES)
        .isLessThan(3 * storedBytes);
  }

  /** In the order of the key groups, so that each file has few of them, the newest ones too. */
  private void takeCheckpoint() {
    try (FileCheckpointStorage storage = openStorage();
        RocksDbStateBackend backend = newBackend("before");
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      KeyedStateBackend<Long> keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<byte[]> state = keyed.value(STATE);
      LongStream.range(0, KEYS)
          .boxed()
          .sorted(Comparator.comparing(RescaleReadsTest::keyGroup))
          .forEach(
              key -> {
                keyed.setCurrentKey(key);
                state.update(value(key));
              });
      var checkpoint = coordinator.trigger();
      subtask.snapshotIfPending();
      checkpoint.join();
    }
  }

  private FileCheckpointStorage openStorage() {
    return FileCheckpointStorage.open(directory.resolve("checkpoints"));
  }

  private long sharedBytes() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints").resolve("shared"))) {
      return files.mapToLong(RescaleReadsTest::sizeOf).sum();
    }
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Counts the bytes of the files that stores fetch. */
  private final class Counting extends ForwardingStorage {
    Counting(CheckpointStorage storage) {
      super(storage);
    }

    @Override
    public void exportFile(String file, Path target) {
      super.exportFile(file, target);
      fetchedBytes.addAndGet(sizeOf(target));
    }
  }
}
