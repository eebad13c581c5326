// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.types.EnumSerializer;
import java.util.List;

/** Constants of an enum of which only the schema is known, as their names. */
final class StoredConstantSerializer implements BuiltInSerializer<String> {
  private final TypeSchema schema;
  private final List<String> names;

  StoredConstantSerializer(TypeSchema schema) {
    this.schema = schema;
    this.names = schema.members().stream().map(c -> String.valueOf(c.name())).toList();
  }

  @Override
  public void serialize(String value, BinaryOutput out) {
    int index = names.indexOf(value);
    if (index < 0) {
      throw new IllegalArgumentException("not a constant of " + schema + ": name='" + value + "'");
    }
    out.writeVarInt(index);
  }

  @Override
  public String deserialize(BinaryInput in) {
    return names.get(EnumSerializer.readIndex(in, schema));
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public int fixedLength() {
    return EnumSerializer.fixedLength(schema);
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }
}
