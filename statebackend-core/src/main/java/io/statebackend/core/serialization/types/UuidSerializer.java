// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.util.UUID;

/** UUIDs as their 16 bytes. */
public final class UuidSerializer implements BuiltInSerializer<UUID> {
  private static final TypeSchema SCHEMA = TypeSchema.of(Words.UUID);

  @Override
  public void serialize(UUID value, BinaryOutput out) {
    out.writeLong(value.getMostSignificantBits());
    out.writeLong(value.getLeastSignificantBits());
  }

  @Override
  public UUID deserialize(BinaryInput in) {
    long upper = in.readLong();
    return new UUID(upper, in.readLong());
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public int fixedLength() {
    return 2 * Long.BYTES;
  }

  /** {@inheritDoc} Here the lower half hashed together with the hash of the upper one. */
  @Override
  public long stableHash(UUID value) {
    return StableHash.ofLong(
        StableHash.ofLong(value.getMostSignificantBits()) ^ value.getLeastSignificantBits());
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
