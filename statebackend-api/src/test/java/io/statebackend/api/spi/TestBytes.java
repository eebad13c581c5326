// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;

/** Byte arrays as they are: of one length, or of any, which whoever holds them has to tell. */
record TestBytes(int fixedLength) implements TypeSerializer<byte[]> {
  @Override
  public void serialize(byte[] value, BinaryOutput out) {
    out.write(value, 0, value.length);
  }

  @Override
  public byte[] deserialize(BinaryInput in) {
    return in.readBytes(fixedLength == VARIABLE_LENGTH ? in.remaining() : fixedLength);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public TypeSchema schema() {
    return TypeSchema.of("bytes");
  }
}
