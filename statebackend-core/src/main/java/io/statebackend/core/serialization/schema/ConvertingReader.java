// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.BinaryInput;
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
public record ConvertingReader<S, T>(TypeSerializer<S> stored, Function<S, T> conversion)
    implements MigrationReader<T> {

  @Override
  public T deserialize(BinaryInput in) {
    return conversion.apply(stored.deserialize(in));
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
