// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;

/**
 * Tells which subtask owns a key: the same function by which keyed state is dealt out.
 *
 * <p>Belongs to one thread, as serializers do.
 *
 * @param <K> the type of the keys
 */
public final class KeyRouter<K> {
  private final TypeSerializer<K> keySerializer;
  private final int maxParallelism;
  private final int parallelism;

  /**
   * Creates a router.
   *
   * @param keySerializer the serializer of the keys, the same as that of the keyed state; copied
   * @param maxParallelism the number of key groups of the operator
   * @param parallelism the number of its subtasks, 1 to {@code maxParallelism}
   * @throws IllegalArgumentException if the numbers do not fit, or the serializer is none for keys
   */
  public KeyRouter(TypeSerializer<K> keySerializer, int maxParallelism, int parallelism) {
    Serializers.checkKey(requireNonNull(keySerializer, "keySerializer"), "key of a route");
    KeyGroupRange unused = KeyGroupRange.ofSubtask(maxParallelism, parallelism, 0);
    this.keySerializer = keySerializer.duplicate();
    this.maxParallelism = maxParallelism;
    this.parallelism = parallelism;
  }

  /**
   * Returns the subtask that owns a key.
   *
   * @param key the key
   * @return 0 to {@code parallelism - 1}
   */
  public int subtaskOf(K key) {
    int keyGroup = StableHash.keyGroup(keySerializer.stableHash(key), maxParallelism);
    return KeyGroupRange.subtaskOf(maxParallelism, parallelism, keyGroup);
  }
}
