// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.SerializedHash;
import io.statebackend.core.serialization.schema.Words;
import java.util.BitSet;

/** Bit sets: the number of bytes and these, up to the last that is not zero, lowest bit first. */
public final class BitSetSerializer implements SimpleSerializer<BitSet> {
  private static final TypeSchema SCHEMA = TypeSchema.of(Words.BIT_SET);

  @Override
  public void serialize(BitSet value, BinaryOutput out) {
    byte[] bytes = value.toByteArray();
    out.writeVarInt(bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  @Override
  public BitSet deserialize(BinaryInput in) {
    byte[] bytes = in.readBytes(in.readLength());
    if (bytes.length > 0 && bytes[bytes.length - 1] == 0) {
      throw new CorruptStateException("the last byte of a bit set is zero");
    }
    return BitSet.valueOf(bytes);
  }

  @Override
  public BitSet copy(BitSet value) {
    return (BitSet) value.clone();
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public long stableHash(BitSet value) {
    return SerializedHash.of(this, value);
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
