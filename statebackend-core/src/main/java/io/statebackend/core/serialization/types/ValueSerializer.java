// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.SerializedHash;
import java.time.DateTimeException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Immutable values that two functions write and read.
 *
 * @param <T> the type of the values
 */
public final class ValueSerializer<T> implements SimpleSerializer<T> {
  private final TypeSchema schema;
  private final int fixedLength;
  private final BiConsumer<T, BinaryOutput> writer;
  private final Function<BinaryInput, T> reader;

  ValueSerializer(
      String type,
      int fixedLength,
      BiConsumer<T, BinaryOutput> writer,
      Function<BinaryInput, T> reader) {
    this.schema = TypeSchema.of(type);
    this.fixedLength = fixedLength;
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    writer.accept(value, out);
  }

  @Override
  public T deserialize(BinaryInput in) {
    try {
      return reader.apply(in);
    } catch (DateTimeException | ArithmeticException e) {
      throw new CorruptStateException("not a " + schema + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public int fixedLength() {
    return fixedLength;
  }

  @Override
  public long stableHash(T value) {
    return SerializedHash.of(this, value);
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }
}
