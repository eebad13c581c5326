// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StableHash;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.fs.FsStateBackend;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that takes checkpoints until it is killed. Tells what it has restored and completed,
 * each with the round that all its keys are in.
 *
 * <p>Arguments: endpoint, prefix, working directory, parallelism, key file or nothing.
 */
final class KilledJob {
  static final String PASSWORD = "correct horse";
  private static final int MAX_PARALLELISM = 8;
  private static final int KEY_COUNT = 200;
  private static final ValueStateDescriptor<Long> ROUND =
      ValueStateDescriptor.of("round", Serializers.LONG).withDefault(0L);

  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<KeyedStateBackend<Long>> keyed = new ArrayList<>();

  private KilledJob() {}

  public static void main(String[] arguments) {
    CheckpointStorage storage =
        TestStores.builder(URI.create(arguments[0])).prefix(arguments[1]).open();
    if (arguments.length > 4) {
      KeyFile keys = KeyFile.open(Path.of(arguments[4]), PASSWORD.toCharArray());
      storage = EncryptedCheckpointStorage.open(storage, keys);
    }
    new KilledJob().run(storage, Path.of(arguments[2]), Integer.parseInt(arguments[3]));
  }

  private void run(CheckpointStorage storage, Path directory, int parallelism) {
    CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
    FsStateBackend backend = FsStateBackend.builder(directory).open();
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
    tell("restored", checkpoints.restored().map(CompletedCheckpoint::id).orElse(0L), round);
    while (true) {
      round++;
      for (long key = 0; key < KEY_COUNT; key++) {
        at(key).value(ROUND).update(round);
      }
      var checkpoint = checkpoints.trigger();
      subtasks.forEach(Subtask::snapshotIfPending);
      tell("completed", checkpoint.join().id(), round);
    }
  }

  private static void tell(String what, long id, long round) {
    System.out.println(what + " " + id + " " + round);
  }

  private KeyedStateBackend<Long> at(long key) {
    int keyGroup = StableHash.keyGroup(Serializers.LONG.stableHash(key), MAX_PARALLELISM);
    int owner = KeyGroupRange.subtaskOf(MAX_PARALLELISM, keyed.size(), keyGroup);
    keyed.get(owner).setCurrentKey(key);
    return keyed.get(owner);
  }

  /** Returns the round that all keys are in. */
  private long round() {
    long round = at(0).value(ROUND).value();
    for (long key = 1; key < KEY_COUNT; key++) {
      long other = at(key).value(ROUND).value();
      if (other != round) {
        throw new IllegalStateException(
            "keys are of different rounds: key=%d, round=%d, round of key 0=%d"
                .formatted(key, other, round));
      }
    }
    return round;
  }
}
