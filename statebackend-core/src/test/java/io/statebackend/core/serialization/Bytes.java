// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;

/** Serialized forms as arrays, for tests. */
final class Bytes {
  private Bytes() {}

  static <T> byte[] of(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return out.toByteArray();
  }

  static <T> T read(TypeSerializer<T> serializer, byte[] bytes) {
    return serializer.deserialize(new BinaryInput(bytes));
  }
}
