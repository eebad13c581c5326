// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.time.DateTimeException;
import java.time.LocalDate;

/** Dates as the number of days since 1970-01-01. */
public final class LocalDateSerializer
    implements BuiltInSerializer<LocalDate>, LongEncodedSerializer<LocalDate> {
  private static final TypeSchema SCHEMA = TypeSchema.of(Words.LOCAL_DATE);

  @Override
  public void serialize(LocalDate value, BinaryOutput out) {
    out.writeLong(value.toEpochDay());
  }

  @Override
  public LocalDate deserialize(BinaryInput in) {
    long day = in.readLong();
    try {
      return LocalDate.ofEpochDay(day);
    } catch (DateTimeException e) {
      throw new CorruptStateException("not a local-date: epochDay=" + day, e);
    }
  }

  @Override
  public long toLong(LocalDate value) {
    return value.toEpochDay();
  }

  @Override
  public LocalDate fromLong(long number) {
    return LocalDate.ofEpochDay(number);
  }

  @Override
  public int fixedLength() {
    return Long.BYTES;
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
