// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;

/**
 * Finds values that their serializer refuses before the first of several values is stored. Costs
 * one more serialization of each, but none for types that every value of fits: those of a fixed
 * length, and strings.
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
    this.canFail = serializer.fixedLength() < 0 && serializer != Serializers.STRING;
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
