// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.util.Arrays;

/** Byte arrays as their length and their bytes. */
public final class BytesSerializer implements BuiltInSerializer<byte[]> {
  private static final TypeSchema SCHEMA = TypeSchema.of(Words.BYTES);

  @Override
  public void serialize(byte[] value, BinaryOutput out) {
    out.writeVarInt(value.length);
    out.write(value, 0, value.length);
  }

  @Override
  public byte[] deserialize(BinaryInput in) {
    return in.readBytes(in.readLength());
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public byte[] copy(byte[] value) {
    return value.clone();
  }

  /** {@inheritDoc} Here that of the content, without the length. */
  @Override
  public long stableHash(byte[] value) {
    return StableHash.ofBytes(value, 0, value.length);
  }

  @Override
  public boolean equal(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
