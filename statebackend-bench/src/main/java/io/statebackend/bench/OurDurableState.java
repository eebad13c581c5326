// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Value state of one of our engines, with its checkpoints.
 *
 * @param checkpoints takes them
 * @param subtask whose state it is
 * @param keyed where the current key is set
 * @param state the state under test
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
record OurDurableState<K, V>(
    CheckpointCoordinator checkpoints,
    Subtask subtask,
    KeyedStateBackend<K> keyed,
    ValueState<V> state)
    implements DurableState<K, V> {

  @Override
  public @Nullable V get(K key) {
    keyed.setCurrentKey(key);
    return state.value();
  }

  @Override
  public void update(K key, V value) {
    keyed.setCurrentKey(key);
    state.update(value);
  }

  @Override
  public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
    keyed.setCurrentKey(key);
    state.update(combine.apply(state.value(), added));
  }

  @Override
  public Checkpoint beginCheckpoint() {
    CompletableFuture<CompletedCheckpoint> future = checkpoints.trigger();
    if (!subtask.snapshotIfPending()) {
      throw new IllegalStateException("the checkpoint that was triggered awaits no snapshot");
    }
    return new OurCheckpoint(future);
  }

  private record OurCheckpoint(CompletableFuture<CompletedCheckpoint> future)
      implements Checkpoint {

    @Override
    public boolean isComplete() {
      return future.isDone();
    }

    @Override
    public long await() {
      return future.join().sizeBytes();
    }
  }
}
