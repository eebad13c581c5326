// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateException;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a program from its start to its end: an operator with keyed and operator state. */
final class FaultySession implements AutoCloseable {
  private static final int MAX_PARALLELISM = 4;
  private static final long KEY_COUNT = 6;
  private static final ValueStateDescriptor<Long> VALUE =
      ValueStateDescriptor.of("value", Serializers.LONG);
  private static final ListStateDescriptor<Long> LIST =
      ListStateDescriptor.of("list", Serializers.LONG);
  private static final MapStateDescriptor<Long, Long> MAP =
      MapStateDescriptor.of("map", Serializers.LONG, Serializers.LONG);
  private static final ValueStateDescriptor<byte[]> BALLAST =
      ValueStateDescriptor.of("ballast", Serializers.BYTES);
  private static final int BALLAST_ENTRY_BYTES = 1_000;
  private static final ListStateDescriptor<Long> OFFSETS =
      ListStateDescriptor.of("offsets", Serializers.LONG);
  private static final MapStateDescriptor<String, Long> RULES =
      MapStateDescriptor.of("rules", Serializers.STRING, Serializers.LONG);

  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final CheckpointStorage storage;
  private final CheckpointCoordinator coordinator;
  private @Nullable StateBackend backend;
  private final int ballastCount;
  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<KeyedStateBackend<Long>> keyed = new ArrayList<>();
  private final Map<String, String> expected = new TreeMap<>();

  /** Says how a session begins. */
  interface Start {
    void set(CheckpointCoordinatorBuilder builder, CheckpointStorage storage);
  }

  /**
   * Starts from the latest checkpoint. Where there is none, but a savepoint, that is refused; then
   * it starts empty on purpose.
   */
  static FaultySession start(FaultySetup setup, Path root, int parallelism) {
    try {
      return new FaultySession(
          setup, root, parallelism, (builder, storage) -> inCallingThread(builder));
    } catch (CorruptStateException e) {
      if (!String.valueOf(e.getMessage()).contains("there are only savepoints")) {
        throw e;
      }
      return new FaultySession(
          setup, root, parallelism, (builder, storage) -> inCallingThread(builder).startEmpty());
    }
  }

  /**
   * Lets the thread that takes the snapshots write and delete as well, so that all calls are in the
   * same order each time.
   */
  static CheckpointCoordinatorBuilder inCallingThread(CheckpointCoordinatorBuilder builder) {
    return builder.executor(Runnable::run).cleanUpExecutor(Runnable::run);
  }

  /** Starts as it is told. */
  FaultySession(FaultySetup setup, Path root, int parallelism, Start start) {
    ballastCount = setup.ballastBytes().getAsInt() / BALLAST_ENTRY_BYTES;
    try {
      storage = setup.openStorage().apply(root.resolve("checkpoints"));
      closers.push(storage::close);
      closers.push(this::closeBackend);
      CheckpointCoordinatorBuilder builder = CheckpointCoordinator.builder(storage);
      start.set(builder, storage);
      coordinator = builder.open();
      closers.push(coordinator::close);
      // Not earlier: a checkpoint that is refused needs none, and some take long to open.
      StateBackend opened = setup.newBackend().apply(backendDirectory(root));
      backend = opened;
      for (int index = 0; index < parallelism; index++) {
        Subtask subtask =
            coordinator
                .subtask("operator")
                .index(index)
                .parallelism(parallelism)
                .maxParallelism(MAX_PARALLELISM)
                .open();
        closers.push(subtask::close);
        subtasks.add(subtask);
        keyed.add(subtask.keyed(opened, Serializers.LONG));
      }
      expected.putAll(state());
    } catch (RuntimeException | Error e) {
      closeAfter(e);
      throw e;
    }
  }

  static Path backendDirectory(Path root) {
    return root.resolve("backend");
  }

  private void closeBackend() {
    if (backend != null) {
      backend.close();
    }
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (StateException e) {
      failure.addSuppressed(e);
    }
  }

  CheckpointStorage storage() {
    return storage;
  }

  CheckpointCoordinator coordinator() {
    return coordinator;
  }

  /** Returns the number of the checkpoint that was restored, 0 if there was none. */
  long restoredId() {
    return coordinator.restored().map(CompletedCheckpoint::id).orElse(0L);
  }

  private KeyedStateBackend<Long> at(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), MAX_PARALLELISM);
    int owner = KeyGroupRange.subtaskOf(MAX_PARALLELISM, keyed.size(), keyGroup);
    keyed.get(owner).setCurrentKey(key);
    return keyed.get(owner);
  }

  /** Changes some of everything, and keeps account of it. */
  void change(long round) {
    for (long key = 0; key < KEY_COUNT; key++) {
      KeyedStateBackend<Long> state = at(key);
      if ((key + round) % 3 == 0) {
        state.value(VALUE).clear();
      } else {
        state.value(VALUE).update(round * 10 + key);
      }
      state.list(LIST).add(round);
      state.map(MAP).put(round % 3, round);
      state.map(MAP).remove((round + 1) % 3);
      account(key, round);
    }
    changeBallast(round);
    List<Long> offsets = new ArrayList<>();
    for (int index = 0; index < subtasks.size(); index++) {
      Subtask subtask = subtasks.get(index);
      subtask.operatorState().splitList(OFFSETS).update(List.of(round * 100 + index));
      subtask.operatorState().broadcastMap(RULES).put("round", round);
      offsets.add(round * 100 + index);
    }
    expected.put("rules", Map.of("round", round).toString());
    expected.put("offsets", offsets.toString());
  }

  /** Replaces each second of the large values, so that half of what is there dies. */
  private void changeBallast(long round) {
    for (long key = round % 2; key < ballastCount; key += 2) {
      byte[] value = new byte[BALLAST_ENTRY_BYTES];
      Arrays.fill(value, (byte) (31 * round + key));
      at(key).value(BALLAST).update(value);
      expected.put("ballast of " + key, summary(value));
    }
  }

  private static String summary(byte[] value) {
    return value.length + " bytes, hash " + Arrays.hashCode(value);
  }

  private void account(long key, long round) {
    if ((key + round) % 3 == 0) {
      expected.remove("value of " + key);
    } else {
      expected.put("value of " + key, Long.toString(round * 10 + key));
    }
    String list = expected.getOrDefault("list of " + key, "");
    expected.put("list of " + key, list + " " + round);
    expected.put("map of " + key + " at " + round % 3, Long.toString(round));
    expected.remove("map of " + key + " at " + (round + 1) % 3);
  }

  /** Reads all there is, without what depends on the parallelism. */
  Map<String, String> state() {
    Map<String, String> state = new TreeMap<>();
    for (long key = 0; key < KEY_COUNT; key++) {
      String ofKey = " of " + key;
      KeyedStateBackend<Long> own = at(key);
      Long value = own.value(VALUE).value();
      if (value != null) {
        state.put("value" + ofKey, value.toString());
      }
      StringBuilder list = new StringBuilder();
      own.list(LIST).get().forEach(element -> list.append(' ').append(element));
      if (!list.isEmpty()) {
        state.put("list" + ofKey, list.toString());
      }
      own.map(MAP)
          .forEach(
              entry ->
                  state.put("map" + ofKey + " at " + entry.getKey(), entry.getValue().toString()));
    }
    for (long key = 0; key < ballastCount; key++) {
      byte[] value = at(key).value(BALLAST).value();
      if (value != null) {
        state.put("ballast of " + key, summary(value));
      }
    }
    List<Long> offsets = new ArrayList<>();
    for (Subtask subtask : subtasks) {
      offsets.addAll(subtask.operatorState().splitList(OFFSETS).get());
      Map<String, Long> rules = new HashMap<>();
      subtask
          .operatorState()
          .broadcastMap(RULES)
          .forEach(rule -> rules.put(rule.getKey(), rule.getValue()));
      if (!rules.isEmpty()) {
        String before = state.put("rules", rules.toString());
        assertThat(before == null || before.equals(rules.toString()))
            .as("subtasks have the same rules: %s and %s", before, rules)
            .isTrue();
      }
    }
    if (!offsets.isEmpty()) {
      offsets.sort(null);
      state.put("offsets", offsets.toString());
    }
    return state;
  }

  /** Checks that the state is what the changes made it. */
  void checkState() {
    assertThat(state()).as("the state of the running program").isEqualTo(expected);
  }

  /**
   * Takes a checkpoint.
   *
   * @return {@code false} if it failed with a {@link StateException}
   */
  boolean checkpoint(History history) {
    return take(coordinator::trigger, history, history::completed);
  }

  /** Takes a savepoint likewise. */
  boolean savepoint(String name, History history) {
    return take(
        () -> coordinator.savepoint(name),
        history,
        checkpoint -> history.completed(name, checkpoint));
  }

  private boolean take(
      Supplier<CompletableFuture<CompletedCheckpoint>> trigger,
      History history,
      Consumer<CompletedCheckpoint> completed) {
    try {
      CompletableFuture<CompletedCheckpoint> result = begin(trigger, history);
      assertThat(result).as("a checkpoint whose snapshots are all written or failed").isDone();
      completed.accept(result.join());
      return true;
    } catch (CompletionException e) {
      checkIsStateException(e.getCause());
      return false;
    } catch (StateException e) {
      return false;
    }
  }

  /** Triggers a checkpoint and takes the snapshots, without waiting for its end. */
  CompletableFuture<CompletedCheckpoint> beginCheckpoint(History history) {
    return begin(coordinator::trigger, history);
  }

  private CompletableFuture<CompletedCheckpoint> begin(
      Supplier<CompletableFuture<CompletedCheckpoint>> trigger, History history) {
    CompletableFuture<CompletedCheckpoint> result = trigger.get();
    takePending(history);
    return result;
  }

  /** Takes the snapshots of a checkpoint that is pending. */
  void takePending(History history) {
    history.took(subtasks.get(0).pendingCheckpoint(), expected);
    subtasks.forEach(Subtask::snapshotIfPending);
  }

  private static void checkIsStateException(@Nullable Throwable cause) {
    assertThat(cause).as("why a checkpoint failed").isInstanceOf(StateException.class);
  }

  @Override
  public void close() {
    List<Runnable> open = List.copyOf(closers);
    closers.clear();
    Closing.all(open);
  }
}
