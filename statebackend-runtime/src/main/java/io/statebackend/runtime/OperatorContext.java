// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.Subtask;

/**
 * The subtask that an operator is opened for.
 *
 * @param operatorId the operator
 * @param index the index of the subtask
 * @param parallelism how many subtasks the operator has
 * @param subtask its state
 * @param backend the engine that keeps keyed state
 */
public record OperatorContext(
    String operatorId, int index, int parallelism, Subtask subtask, StateBackend backend) {

  /**
   * Opens the keyed state.
   *
   * @param keySerializer the serializer of the keys, the same by which records are routed here
   * @param <K> the type of the keys
   * @return the keyed state, closed with the job
   * @throws IllegalStateException if it was opened before
   * @throws io.statebackend.api.IncompatibleStateException if the restored keys are of another type
   */
  public <K> KeyedStateBackend<K> keyed(TypeSerializer<K> keySerializer) {
    return subtask.keyed(backend, keySerializer);
  }

  /**
   * Returns the operator state.
   *
   * @return the operator state, closed with the job
   */
  public OperatorStateBackend operatorState() {
    return subtask.operatorState();
  }

  @Override
  public String toString() {
    return operatorId + "[" + index + "]";
  }
}
