// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.concurrent.atomic.AtomicReference;

/** A serializer as a program writes it, for a type that has none here. */
final class ReferenceSerializer implements TypeSerializer<AtomicReference<String>> {
  @Override
  public void serialize(AtomicReference<String> value, BinaryOutput out) {
    out.writeString(value.get());
  }

  @Override
  public AtomicReference<String> deserialize(BinaryInput in) {
    return new AtomicReference<>(in.readString());
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public TypeSchema schema() {
    return TypeSchema.of("string");
  }
}
