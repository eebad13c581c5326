// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.SerializedHash;
import io.statebackend.core.serialization.schema.Words;
import java.time.DateTimeException;
import java.time.Instant;

/** Instants as the second of the epoch and the nanoseconds in it. */
public final class InstantSerializer implements BuiltInSerializer<Instant> {
  private static final TypeSchema SCHEMA = TypeSchema.of(Words.INSTANT);

  @Override
  public void serialize(Instant value, BinaryOutput out) {
    out.writeLong(value.getEpochSecond());
    out.writeInt(value.getNano());
  }

  @Override
  public Instant deserialize(BinaryInput in) {
    long second = in.readLong();
    int nanos = TimeSerializers.readNanos(in);
    try {
      return Instant.ofEpochSecond(second, nanos);
    } catch (DateTimeException e) {
      throw new CorruptStateException("not an instant: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public int fixedLength() {
    return Long.BYTES + Integer.BYTES;
  }

  @Override
  public long stableHash(Instant value) {
    return SerializedHash.of(this, value);
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
