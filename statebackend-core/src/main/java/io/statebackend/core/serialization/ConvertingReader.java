// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.function.Function;

/**
 * Reads stored values of one type and makes values of another of them.
 *
 * @param stored reads what is stored
 * @param conversion makes the new value
 * @param <S> the stored type
 * @param <T> the declared type
 */
record ConvertingReader<S, T>(TypeSerializer<S> stored, Function<S, T> conversion)
    implements TypeSerializer<T> {

  /** Refuses, as stored forms are only read. */
  @Override
  public void serialize(T value, BinaryOutput out) {
    throw new UnsupportedOperationException("reads what was stored as " + schema());
  }

  @Override
  public T deserialize(BinaryInput in) {
    return conversion.apply(stored.deserialize(in));
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public int fixedLength() {
    return stored.fixedLength();
  }

  @Override
  public TypeSchema schema() {
    return stored.schema();
  }
}
