// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompatibilityCheck;
import io.statebackend.core.checkpoint.CompatibilityReport;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.DeclaredOperator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * All subtasks of one operator in one thread, checkpointed to memory, to be restarted at any
 * parallelism.
 */
final class TestOperator<K> implements AutoCloseable {
  static final int MAX_PARALLELISM = 32;
  private static final long SYSTEM_TIME = -1;
  private static final String ID = "operator";

  private final TypeSerializer<K> keySerializer;
  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<KeyedStateBackend<K>> keyed = new ArrayList<>();
  private MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private int savepointCount;

  /** The time of day by the program's clock, or {@link #SYSTEM_TIME}. */
  private volatile long nowMillis = SYSTEM_TIME;

  private CheckpointCoordinator coordinator;

  TestOperator(StateBackend backend, TypeSerializer<K> keySerializer, int parallelism) {
    this.keySerializer = keySerializer;
    this.coordinator = builder().restoreLatest().open();
    openSubtasks(backend, parallelism, MAX_PARALLELISM);
  }

  private CheckpointCoordinatorBuilder builder() {
    return CheckpointCoordinator.builder(storage).clock(this::instant);
  }

  private Instant instant() {
    return nowMillis == SYSTEM_TIME ? Instant.now() : Instant.ofEpochMilli(nowMillis);
  }

  /** Sets the time of day, which stands still from now on. */
  void setTime(long millis) {
    nowMillis = millis;
  }

  private void openSubtasks(StateBackend backend, int parallelism, int maxParallelism) {
    for (int index = 0; index < parallelism; index++) {
      Subtask subtask =
          coordinator
              .subtask(ID)
              .index(index)
              .parallelism(parallelism)
              .maxParallelism(maxParallelism)
              .open();
      subtasks.add(subtask);
      keyed.add(subtask.keyed(backend, keySerializer));
    }
  }

  int parallelism() {
    return subtasks.size();
  }

  /** Returns what a new version of the program would find in the latest checkpoint. */
  CompatibilityReport check(Consumer<DeclaredOperator> version) {
    CompatibilityCheck check = new CompatibilityCheck();
    version.accept(check.operator(ID));
    return check.against(storage);
  }

  /** Returns the keyed state of the only subtask. */
  KeyedStateBackend<K> keyed() {
    if (keyed.size() != 1) {
      throw new IllegalStateException("there are several subtasks: " + keyed.size());
    }
    return keyed.get(0);
  }

  KeyedStateBackend<K> keyed(int subtask) {
    return keyed.get(subtask);
  }

  /** Returns the keyed state of the subtask that owns a key, with that key as the current one. */
  KeyedStateBackend<K> at(K key) {
    KeyedStateBackend<K> owner = keyed.get(subtaskOf(key));
    owner.setCurrentKey(key);
    return owner;
  }

  /** Returns the subtask that owns a key. */
  int subtaskOf(K key) {
    int keyGroup = StableHash.keyGroup(keySerializer.stableHash(key), MAX_PARALLELISM);
    return KeyGroupRange.subtaskOf(MAX_PARALLELISM, keyed.size(), keyGroup);
  }

  OperatorStateBackend operatorState(int subtask) {
    return subtasks.get(subtask).operatorState();
  }

  /** Takes a checkpoint and waits until it is complete. */
  CompletedCheckpoint checkpoint() {
    return beginCheckpoint().join();
  }

  /** Takes the synchronous part of a checkpoint only. */
  CompletableFuture<CompletedCheckpoint> beginCheckpoint() {
    CompletableFuture<CompletedCheckpoint> completed = coordinator.trigger();
    subtasks.forEach(Subtask::snapshotIfPending);
    return completed;
  }

  /** Makes a checkpoint to come fail while it is written: the place of its first file is taken. */
  void spoilCheckpoint(long id) {
    try (StorageOutput out = storage.create("chk-" + id + "/" + ID + "-0.snapshot")) {
      out.commit();
    }
  }

  /** Triggers a checkpoint, and takes no snapshot for it. */
  CompletableFuture<CompletedCheckpoint> trigger() {
    return coordinator.trigger();
  }

  /** Takes the snapshots that a pending checkpoint awaits. */
  void takeSnapshots() {
    subtasks.forEach(Subtask::snapshotIfPending);
  }

  /** Lets other threads become the owners. */
  void handOver() {
    subtasks.forEach(Subtask::handOver);
  }

  /** Stops without a checkpoint, as a crash does, and restores the latest one. */
  void restore(StateBackend backend, int parallelism) {
    restore(backend, parallelism, MAX_PARALLELISM);
  }

  /** Restores with another number of key groups, which is to be refused. */
  void restoreWithMaxParallelism(StateBackend backend, int maxParallelism) {
    restore(backend, 1, maxParallelism);
  }

  /** Restores one subtask and drops one of its states. */
  void restoreWithoutState(StateBackend backend, String stateName) {
    reopen(builder -> builder.dropState(ID, stateName));
    openSubtasks(backend, 1, MAX_PARALLELISM);
  }

  private void restore(StateBackend backend, int parallelism, int maxParallelism) {
    reopen(CheckpointCoordinatorBuilder::restoreLatest);
    openSubtasks(backend, parallelism, maxParallelism);
  }

  private void reopen(UnaryOperator<CheckpointCoordinatorBuilder> restore) {
    close();
    storage = storage.reopen();
    coordinator = restore.apply(builder()).open();
  }

  /** Takes a savepoint, stops, and goes on from it, in a backend that may be another one. */
  void moveTo(StateBackend backend, int parallelism) {
    String name = "move-" + ++savepointCount;
    CompletableFuture<CompletedCheckpoint> completed = coordinator.savepoint(name);
    subtasks.forEach(Subtask::snapshotIfPending);
    String directory = completed.join().directory();
    close();
    storage = storage.reopen();
    coordinator = builder().restoreFrom(storage, directory).open();
    openSubtasks(backend, parallelism, MAX_PARALLELISM);
  }

  /** Takes a checkpoint, stops, and restores it. */
  void restart(StateBackend backend, int parallelism) {
    checkpoint();
    restore(backend, parallelism);
  }

  @Override
  public void close() {
    List<Runnable> closes = new ArrayList<>();
    subtasks.forEach(subtask -> closes.add(subtask::close));
    closes.addAll(List.of(coordinator::close, storage::close));
    subtasks.clear();
    keyed.clear();
    Closing.all(closes);
  }
}
