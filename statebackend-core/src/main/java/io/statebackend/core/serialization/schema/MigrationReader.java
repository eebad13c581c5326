// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;

/**
 * Reads values as they were stored and makes those of now of them. What it reads is never stored
 * that way again.
 *
 * @param <T> the type of the values
 */
public interface MigrationReader<T> extends TypeSerializer<T> {

  /** Refuses. */
  @Override
  default void serialize(T value, BinaryOutput out) {
    throw new UnsupportedOperationException("reads what was stored as " + schema());
  }

  /** Answers that values can change, as what is only read is never shared. */
  @Override
  default boolean isImmutable() {
    return false;
  }
}
