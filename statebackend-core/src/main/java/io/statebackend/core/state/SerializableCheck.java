// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;

/**
 * Finds values that their serializer refuses before the first of several values is stored, or where
 * an engine would keep a value and find out when it is written. Costs one more serialization of
 * each, but none for types that every value of fits, such as strings and records of such types.
 *
 * @param <T> the type of the values
 */
final class SerializableCheck<T> {
  private static final int KEPT_SIZE_BYTES = 1 << 20;

  private final TypeSerializer<T> serializer;
  private final boolean canFail;
  private BinaryOutput scratch = new BinaryOutput(0);

  SerializableCheck(TypeSerializer<T> serializer) {
    this.serializer = serializer;
    this.canFail = BuiltInSerializer.canRefuse(serializer);
  }

  /**
   * Checks a value that an engine may keep without having written or copied it, as it never
   * changes. Lets whatever the serializer throws pass.
   */
  void checkKept(T value) {
    if (serializer.isImmutable()) {
      check(value);
    }
  }

  /** Lets whatever the serializer throws pass. */
  void check(T value) {
    if (canFail) {
      scratch.reset();
      serializer.serialize(value, scratch);
      if (scratch.array().length > KEPT_SIZE_BYTES) {
        scratch = new BinaryOutput(0);
      }
    }
  }
}
