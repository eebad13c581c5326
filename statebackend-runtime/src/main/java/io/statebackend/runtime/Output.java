// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * Where an operator puts its records. Belongs to the thread of the operator. Waits while those who
 * receive them have enough to do.
 *
 * @param <T> the type of the records
 */
@FunctionalInterface
public interface Output<T> {
  /**
   * Sends a record on.
   *
   * @param record the record, which is not changed any more: receivers get it as it is
   * @throws JobStoppedException if the job stops because another part has failed
   */
  void emit(T record);
}
