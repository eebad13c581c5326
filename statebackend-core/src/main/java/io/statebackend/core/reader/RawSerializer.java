// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.snapshot.FieldMeta;
import java.util.Arrays;

/** The bytes of a field as they are, for types that need not be understood. */
record RawSerializer(TypeSchema schema, int fixedLength) implements TypeSerializer<byte[]> {

  /** Stands for every type. */
  static final RawSerializer ALL = new RawSerializer(TypeSchema.of("raw"), VARIABLE_LENGTH);

  static RawSerializer of(FieldMeta form) {
    return new RawSerializer(form.schema(), form.fixedLength());
  }

  @Override
  public void serialize(byte[] value, BinaryOutput out) {
    out.write(value, 0, value.length);
  }

  /** {@inheritDoc} All that remains of the input is the value. */
  @Override
  public byte[] deserialize(BinaryInput in) {
    return in.readBytes(in.remaining());
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public byte[] copy(byte[] value) {
    return value.clone();
  }

  @Override
  public boolean equal(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }
}
