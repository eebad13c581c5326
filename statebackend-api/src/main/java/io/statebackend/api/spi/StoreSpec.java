// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;

/**
 * Describes the store of one subtask.
 *
 * @param operatorId the operator, for log lines and directory names
 * @param subtask the index of the subtask, 0 or more
 * @param keyGroups the key groups that the store holds; no other key is ever used with it
 * @param maxParallelism the number of key groups of the operator
 * @param keySerializer the serializer of the keys
 * @param <K> the type of the keys
 */
public record StoreSpec<K>(
    String operatorId,
    int subtask,
    KeyGroupRange keyGroups,
    int maxParallelism,
    TypeSerializer<K> keySerializer) {

  /**
   * Checks the specification.
   *
   * @throws IllegalArgumentException if the key groups do not lie within the maximal parallelism
   */
  public StoreSpec {
    requireNonNull(operatorId, "operatorId");
    requireNonNull(keySerializer, "keySerializer");
    if (keyGroups.last() >= maxParallelism) {
      throw new IllegalArgumentException(
          "key groups out of range: keyGroups=" + keyGroups + ", maxParallelism=" + maxParallelism);
    }
  }
}
