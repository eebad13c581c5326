// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The program of {@link KillContract}: takes checkpoints until it is killed. Tells what it has
 * restored and completed, each with the round that all its keys are in.
 */
final class KilledProgram {
  static final String RESTORED = "restored";
  static final String COMPLETED = "completed";

  private static final int MAX_PARALLELISM = 8;
  private static final int KEY_COUNT = 200;
  private static final ValueStateDescriptor<Long> ROUND =
      ValueStateDescriptor.of("round", Serializers.LONG).withDefault(0L);

  private final PrintStream out;
  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<KeyedStateBackend<Long>> keyed = new ArrayList<>();

  private KilledProgram(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs the program.
   *
   * @param arguments the name of the contract's class, the place of the storage, a directory, the
   *     parallelism
   * @throws ReflectiveOperationException if there is no such contract
   */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    KillContract contract = (KillContract) constructor.newInstance();
    Path directory = Path.of(arguments[2]);
    CheckpointStorage storage = contract.openStorage(arguments[1], directory);
    StateBackend backend = contract.newBackend(directory.resolve("work"));
    new KilledProgram(System.out).run(storage, backend, Integer.parseInt(arguments[3]));
  }

  private void run(CheckpointStorage storage, StateBackend backend, int parallelism) {
    CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
    for (int index = 0; index < parallelism; index++) {
      Subtask subtask =
          checkpoints
              .subtask("operator")
              .index(index)
              .parallelism(parallelism)
              .maxParallelism(MAX_PARALLELISM)
              .open();
      subtasks.add(subtask);
      keyed.add(subtask.keyed(backend, Serializers.LONG));
    }
    long round = round();
    tell(RESTORED, checkpoints.restored().map(CompletedCheckpoint::id).orElse(0L), round);
    while (true) {
      round++;
      for (long key = 0; key < KEY_COUNT; key++) {
        at(key).value(ROUND).update(round);
      }
      var checkpoint = checkpoints.trigger();
      subtasks.forEach(Subtask::snapshotIfPending);
      tell(COMPLETED, checkpoint.join().id(), round);
    }
  }

  private void tell(String what, long id, long round) {
    out.println(what + " " + id + " " + round);
  }

  private KeyedStateBackend<Long> at(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), MAX_PARALLELISM);
    int owner = KeyGroupRange.subtaskOf(MAX_PARALLELISM, keyed.size(), keyGroup);
    keyed.get(owner).setCurrentKey(key);
    return keyed.get(owner);
  }

  /** Returns the round that all keys are in. */
  private long round() {
    long round = roundOf(0);
    for (long key = 1; key < KEY_COUNT; key++) {
      long other = roundOf(key);
      if (other != round) {
        throw new IllegalStateException(
            "keys are of different rounds: key=%d, round=%d, round of key 0=%d"
                .formatted(key, other, round));
      }
    }
    return round;
  }

  private long roundOf(long key) {
    return requireNonNull(at(key).value(ROUND).value(), "the state has a default");
  }
}
