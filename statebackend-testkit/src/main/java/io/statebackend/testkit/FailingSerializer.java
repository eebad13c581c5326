// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import java.util.List;

/** Lists of strings, but for those that hold {@value #BAD}: they fail after some bytes. */
final class FailingSerializer implements TypeSerializer<List<String>> {
  static final String BAD = "bad";

  private static final TypeSerializer<List<String>> LISTS = Serializers.list(Serializers.STRING);

  @Override
  public void serialize(List<String> value, BinaryOutput out) {
    if (value.contains(BAD)) {
      out.writeLong(-1);
      throw new IllegalArgumentException("refused: " + value);
    }
    LISTS.serialize(value, out);
  }

  @Override
  public List<String> deserialize(BinaryInput in) {
    return LISTS.deserialize(in);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public int fixedLength() {
    return VARIABLE_LENGTH;
  }

  @Override
  public long stableHash(List<String> value) {
    return LISTS.stableHash(value);
  }

  @Override
  public TypeSchema schema() {
    return LISTS.schema();
  }
}
