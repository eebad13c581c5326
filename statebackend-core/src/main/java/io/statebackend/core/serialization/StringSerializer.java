// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;

/** Strings as UTF-8. */
final class StringSerializer implements BuiltInSerializer<String> {
  private static final TypeSchema SCHEMA = TypeSchema.of("string");

  @Override
  public void serialize(String value, BinaryOutput out) {
    out.writeString(value);
  }

  @Override
  public String deserialize(BinaryInput in) {
    return in.readString();
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public long stableHash(String value) {
    return StableHash.ofString(value);
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
