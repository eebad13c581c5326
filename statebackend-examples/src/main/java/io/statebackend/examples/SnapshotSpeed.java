// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Measures how fast the portable snapshot of many Long to Long entries is written to files and
 * loaded.
 *
 * <p>Usage: {@code SnapshotSpeed [ENTRIES [ROUNDS]]}, by default 5000000 entries and 5 rounds after
 * one to warm up. Prints one line per figure: the minimum, median and maximum over the rounds.
 */
public final class SnapshotSpeed {
  private static final ValueStateDescriptor<Long> VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);

  private final int entryCount;
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  private SnapshotSpeed(int entryCount) {
    this.entryCount = entryCount;
  }

  /**
   * Runs the measurement.
   *
   * @param args the number of entries and of rounds, both optional
   * @throws IOException if the temporary directory cannot be made or deleted
   */
  public static void main(String[] args) throws IOException {
    int entryCount = args.length > 0 ? Integer.parseInt(args[0]) : 5_000_000;
    int roundCount = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    SnapshotSpeed speed = new SnapshotSpeed(entryCount);
    Path directory = Files.createTempDirectory("snapshot-speed");
    try {
      for (int round = 0; round <= roundCount; round++) {
        Path roundDirectory = directory.resolve("round-" + round);
        speed.run(roundDirectory);
        delete(roundDirectory);
      }
    } finally {
      delete(directory);
    }
    System.out.println("entries=" + entryCount);
    speed.figures.forEach(SnapshotSpeed::print);
  }

  private void run(Path directory) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory)) {
      write(storage);
      load(storage);
    }
  }

  private void write(FileCheckpointStorage storage) {
    try (MemoryStateBackend backend = MemoryStateBackend.create();
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = checkpoints.subtask("speed").open()) {
      KeyedStateBackend<Long> keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<Long> value = keyed.value(VALUE);
      for (long key = 0; key < entryCount; key++) {
        keyed.setCurrentKey(key);
        value.update(key * 31);
      }
      long start = System.nanoTime();
      CompletableFuture<CompletedCheckpoint> future = checkpoints.trigger();
      subtask.snapshotIfPending();
      long frozen = System.nanoTime();
      CompletedCheckpoint checkpoint = future.join();
      double seconds = (System.nanoTime() - start) / 1e9;
      add("freeze_ms", (frozen - start) / 1e6);
      add("checkpoint_ms", seconds * 1e3);
      add("checkpoint_bytes", (double) checkpoint.sizeBytes());
      add("checkpoint_mb_per_s", checkpoint.sizeBytes() / 1e6 / seconds);
    }
  }

  private void load(FileCheckpointStorage storage) {
    long start = System.nanoTime();
    try (MemoryStateBackend backend = MemoryStateBackend.create();
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open()) {
      long verified = System.nanoTime();
      try (Subtask subtask = checkpoints.subtask("speed").open()) {
        KeyedStateBackend<Long> keyed = subtask.keyed(backend, Serializers.LONG);
        ValueState<Long> value = keyed.value(VALUE);
        long loaded = System.nanoTime();
        add("verify_ms", (verified - start) / 1e6);
        add("load_ms", (loaded - verified) / 1e6);
        add("restore_ms", (loaded - start) / 1e6);
        check(keyed, value);
      }
    }
  }

  private void check(KeyedStateBackend<Long> keyed, ValueState<Long> value) {
    for (long key = 0; key < entryCount; key++) {
      keyed.setCurrentKey(key);
      Long found = value.value();
      if (found == null || found != key * 31) {
        throw new IllegalStateException("wrong value: key=" + key + ", value=" + found);
      }
    }
  }

  private void add(String name, double value) {
    figures.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
  }

  private static void print(String name, List<Double> values) {
    List<Double> counted = values.subList(1, values.size()).stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%s=%.1f (min %.1f, max %.1f)%n",
        name,
        counted.get(counted.size() / 2),
        counted.get(0),
        counted.get(counted.size() - 1));
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      List<Path> paths;
      try (Stream<Path> found = Files.walk(directory)) {
        paths = found.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : paths) {
        Files.delete(path);
      }
    }
  }
}
