// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The few serializers that tests of the formats need. */
record TestSerializer<T>(
    TypeSchema schema,
    int fixedLength,
    BiConsumer<BinaryOutput, T> writer,
    Function<BinaryInput, T> reader)
    implements TypeSerializer<T> {

  static final TypeSerializer<Long> LONG =
      new TestSerializer<>(
          TypeSchema.of("int64"), Long.BYTES, BinaryOutput::writeLong, BinaryInput::readLong);

  static final TypeSerializer<String> STRING =
      new TestSerializer<>(
          TypeSchema.of("string"),
          VARIABLE_LENGTH,
          BinaryOutput::writeString,
          BinaryInput::readString);

  static final TypeSerializer<byte[]> BYTES =
      new TestSerializer<>(
          TypeSchema.of("bytes"),
          VARIABLE_LENGTH,
          (out, value) -> out.write(value, 0, value.length),
          in -> in.readBytes(in.remaining()));

  @Override
  public void serialize(T value, BinaryOutput out) {
    writer.accept(out, value);
  }

  @Override
  public T deserialize(BinaryInput in) {
    return reader.apply(in);
  }

  @Override
  public boolean isImmutable() {
    return true;
  }
}
