// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;

/**
 * Writes and reads values for peers that store bytes, with buffers that are used again. Belongs to
 * one thread.
 *
 * @param <T> the type of the values
 */
final class SerializedForm<T> {
  private final TypeSerializer<T> serializer;
  private final BinaryOutput out = new BinaryOutput();
  private final BinaryInput in = new BinaryInput();

  SerializedForm(TypeSerializer<T> serializer) {
    this.serializer = serializer;
  }

  byte[] write(T value) {
    out.reset();
    serializer.serialize(value, out);
    return out.toByteArray();
  }

  T read(byte[] bytes) {
    in.reset(bytes, 0, bytes.length);
    return serializer.deserialize(in);
  }
}
