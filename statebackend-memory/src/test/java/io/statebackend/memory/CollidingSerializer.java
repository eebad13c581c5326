// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;

/** Strings of which as few hashes exist as a test asks for. */
final class CollidingSerializer implements TypeSerializer<String> {
  private final int hashCount;

  CollidingSerializer(int hashCount) {
    this.hashCount = hashCount;
  }

  @Override
  public void serialize(String value, BinaryOutput out) {
    Serializers.STRING.serialize(value, out);
  }

  @Override
  public String deserialize(BinaryInput in) {
    return Serializers.STRING.deserialize(in);
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public long stableHash(String value) {
    return Math.floorMod(value.hashCode(), hashCount);
  }

  @Override
  public TypeSchema schema() {
    return Serializers.STRING.schema();
  }
}
